"""regnamespace, regrole, regcollation, regconfig, regdictionary."""

from __future__ import annotations

from borealis.catalog.roles import BOOTSTRAP
from borealis.errors import InvalidSchemaName, UndefinedObject
from borealis.sql.registered.parsing import qualified, single, written
from borealis.sql.registered.scope import NameScope
from borealis.types.base import Oid

_COLLATIONS = {"default": Oid(100), "C": Oid(950), "POSIX": Oid(951), "ucs_basic": Oid(962)}
_CONFIGURATIONS = {"simple": Oid(3748)}
_DICTIONARIES = {"simple": Oid(3765)}


def read_schema(scope: NameScope, text: str) -> int:
    name = single(text)
    found = scope.catalog.schemas_by_name.get(name)
    if found is None:
        raise InvalidSchemaName(f'schema "{name}" does not exist')
    return found.oid


def show_schema(scope: NameScope, oid: Oid) -> str | None:
    return next((written(None, schema.name) for schema in scope.catalog.schemas if schema.oid == oid), None)


def read_role(scope: NameScope, text: str) -> int:
    name = single(text)
    found = _roles(scope).get(name)
    if found is None:
        raise UndefinedObject(f'role "{name}" does not exist')
    return found


def show_role(scope: NameScope, oid: Oid) -> str | None:
    return _name_in(_roles(scope), oid)


def _roles(scope: NameScope) -> dict[str, Oid]:
    """Return the catalog's roles, and whom the system's own objects belong to."""
    return {"postgres": BOOTSTRAP} | {role.name: role.oid for role in scope.catalog.roles_by_name.values()}


def read_collation(scope: NameScope, text: str) -> int:
    return _builtin(_COLLATIONS, text, 'collation "{}" for encoding "UTF8" does not exist')


def show_collation(scope: NameScope, oid: Oid) -> str | None:
    return _name_in(_COLLATIONS, oid)


def read_configuration(scope: NameScope, text: str) -> int:
    return _builtin(_CONFIGURATIONS, text, 'text search configuration "{}" does not exist')


def show_configuration(scope: NameScope, oid: Oid) -> str | None:
    return _name_in(_CONFIGURATIONS, oid)


def read_dictionary(scope: NameScope, text: str) -> int:
    return _builtin(_DICTIONARIES, text, 'text search dictionary "{}" does not exist')


def show_dictionary(scope: NameScope, oid: Oid) -> str | None:
    return _name_in(_DICTIONARIES, oid)


def _builtin(known: dict[str, Oid], text: str, missing: str) -> Oid:
    """Return a system object's oid. missing: what is said of a name that is not known, shown without quotes."""
    schema, name = qualified(text, what="qualified")
    if name not in known or schema not in (None, "pg_catalog"):
        raise UndefinedObject(missing.format(f"{schema}.{name}" if schema else name))
    return known[name]


def _name_in(known: dict[str, Oid], oid: Oid) -> str | None:
    return next((written(None, name) for name, number in known.items() if number == oid), None)
