"""has_*_privilege and pg_has_role, over the ACLs and memberships of the catalog.

System catalogs may be read by all, and what PostgreSQL keeps no ACL of here (languages, parameters …) is held as PUBLIC holds it.
Source: PostgreSQL 16 documentation §9.26.2; acl.c for what each word means.
"""

from __future__ import annotations

from collections.abc import Callable

from borealis.catalog.catalog import Catalog
from borealis.catalog.membership import inherited_by, may_administer, may_set, memberships_of
from borealis.catalog.objects import Domain, Function
from borealis.catalog.privileges import Owned, grantable, held, securable
from borealis.catalog.relations import Relation, Sequence
from borealis.catalog.roles import ADMIN, PUBLIC
from borealis.catalog.schema import Schema
from borealis.catalog.system.cluster import SUPERUSER
from borealis.errors import InvalidParameterValue, UndefinedColumn, UndefinedObject, WrongObjectType
from borealis.functions.implementation import Context, scalar
from borealis.functions.signatures import functions
from borealis.types import oids
from borealis.types.base import Oid, Value

_TABLE = frozenset(["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"])
_COLUMN = frozenset(["SELECT", "INSERT", "UPDATE", "REFERENCES"])
_WORDS = {
    "has_table_privilege": _TABLE | {"RULE"},
    "has_any_column_privilege": _COLUMN,
    "has_column_privilege": _COLUMN,
    "has_schema_privilege": frozenset({"CREATE", "USAGE"}),
    "has_database_privilege": frozenset({"CREATE", "TEMPORARY", "TEMP", "CONNECT"}),
    "has_sequence_privilege": frozenset({"USAGE", "SELECT", "UPDATE"}),
    "has_function_privilege": frozenset({"EXECUTE"}),
    "has_type_privilege": frozenset({"USAGE"}),
    "has_tablespace_privilege": frozenset({"CREATE"}),
    "has_language_privilege": frozenset({"USAGE"}),
    "has_parameter_privilege": frozenset({"SET", "ALTER SYSTEM"}),
    "pg_has_role": frozenset({"USAGE", "MEMBER", "SET"}),
}
_OPTIONS = (" WITH GRANT OPTION", " WITH ADMIN OPTION")
_LETTERS = {
    "SELECT": "r",
    "INSERT": "a",
    "UPDATE": "w",
    "DELETE": "d",
    "TRUNCATE": "D",
    "REFERENCES": "x",
    "TRIGGER": "t",
    "EXECUTE": "X",
    "USAGE": "U",
    "CREATE": "C",
}
_OF_PUBLIC = {
    "has_database_privilege": frozenset({"TEMPORARY", "TEMP", "CONNECT"}),
    "has_language_privilege": frozenset({"USAGE"}),
    "has_tablespace_privilege": frozenset[str](),
    "has_parameter_privilege": frozenset[str](),
}


def _register(name: str, key: str, arity: int, words: frozenset[str]) -> None:
    names_role = arity == (4 if name == "has_column_privilege" else 3)

    @scalar(key, context=True, deterministic=False)
    def has_privilege(context: Context, *arguments: Value) -> int | None:
        asked = [word.strip() for word in str(arguments[-1]).split(",")]
        for word in asked:
            if _plain(word.upper())[0] not in words:
                raise InvalidParameterValue(f'unrecognized privilege type: "{word}"')
        role = role_oid(context, arguments[0] if names_role else context.current_user)
        found = [_holds(context, name, role, arguments[int(names_role) : -1], word.upper()) for word in asked]
        return None if None in found else int(any(found))


def _plain(word: str) -> tuple[str, bool]:
    """Return a privilege, and whether it is asked for with the option to give it on."""
    for option in _OPTIONS:
        if word.endswith(option):
            return word.removesuffix(option), True
    return word, False


def _holds(context: Context, name: str, role: Oid, named: tuple[Value, ...], asked: str) -> bool | None:
    """Return whether a role holds a privilege; None where PostgreSQL knows no such object."""
    if name == "pg_has_role":
        return _has_role(context.catalog, role, role_oid(context, named[0]), asked)
    word, with_option = _plain(asked)
    if name in _OF_PUBLIC:
        return role in (ADMIN.oid, SUPERUSER) or (word in _OF_PUBLIC[name] and not with_option)
    object_ = _OBJECTS[name](context, named[0])
    if isinstance(object_, bool):
        return object_ and word in ("SELECT", "EXECUTE", "USAGE") and not with_option
    if object_ is None:
        return None
    if role == SUPERUSER:
        return True
    letter = _LETTERS.get(word, "")  # RULE, which nothing means any more
    find = grantable if with_option else held
    columns = [0]
    if name == "has_column_privilege":
        column = _column(object_, named[1])
        if column is None:
            return None
        columns.append(column)
    elif name == "has_any_column_privilege" and not isinstance(
        object_, Schema | Function | Domain | Sequence
    ):
        columns += [column.attnum for column in object_.columns]
    thing = securable(object_)
    return any(letter in find(context.catalog, role, thing, column) for column in columns)


def _has_role(catalog: Catalog, role: Oid, other: Oid, word: str) -> bool:
    if role == SUPERUSER:
        return True
    if _plain(word)[1]:
        return may_administer(catalog, role, other)
    match word:
        case "USAGE":
            return other in inherited_by(catalog, role)
        case "SET":
            return may_set(catalog, role, other)
    return other in memberships_of(catalog, role)


def _column(relation: Owned, named: Value) -> int | None:
    assert not isinstance(relation, Schema | Function | Domain)
    columns = () if isinstance(relation, Sequence) else relation.columns
    for column in columns:
        if not column.is_dropped and named in (column.name, column.attnum):
            return column.attnum
    if isinstance(named, int):
        return None
    raise UndefinedColumn(f'column "{named!s}" of relation "{relation.name}" does not exist')


def _relation(context: Context, named: Value) -> Relation | bool | None:
    oid = _oid(context, oids.REGCLASS, named)
    return context.catalog.relations_by_oid.get(oid) or _of_system(context, oids.REGCLASS, named)


def _of_system(context: Context, kind: Oid, named: Value) -> bool | None:
    """Return True for an object that is the system's, None for an oid of none at all."""
    names = context.style.names
    assert names is not None, "the executor sets it before each statement"
    return True if not isinstance(named, int) or names.name_of(kind, Oid(named)) else None


def _sequence(context: Context, named: Value) -> Relation | bool | None:
    found = _relation(context, named)
    if found is not None and not isinstance(found, Sequence):
        name = str(named) if isinstance(found, bool) or not isinstance(named, int) else found.name
        raise WrongObjectType(f'"{name}" is not a sequence')
    return found


def _schema(context: Context, named: Value) -> Schema | bool | None:
    oid = _oid(context, oids.REGNAMESPACE, named)
    found = next((one for one in context.catalog.schemas if one.oid == oid), None)
    if found is not None and found.name in ("pg_catalog", "information_schema", "sys"):
        return True
    return found


def _function(context: Context, named: Value) -> Function | bool | None:
    oid = _oid(context, oids.REGPROCEDURE, named)
    return context.catalog.functions_by_oid.get(oid) or _of_system(context, oids.REGPROCEDURE, named)


def _type(context: Context, named: Value) -> Domain | bool | None:
    oid = _oid(context, oids.REGTYPE, named)
    return context.catalog.domains_by_oid.get(oid) or _of_system(context, oids.REGTYPE, named)


_OBJECTS: dict[str, Callable[[Context, Value], Owned | bool | None]] = {
    "has_table_privilege": _relation,
    "has_any_column_privilege": _relation,
    "has_column_privilege": _relation,
    "has_sequence_privilege": _sequence,
    "has_schema_privilege": _schema,
    "has_function_privilege": _function,
    "has_type_privilege": _type,
}
"""How each finds its object: True is one of the system's, which keeps no ACL."""


def _oid(context: Context, kind: Oid, named: Value) -> Oid:
    if isinstance(named, int):
        return Oid(named)
    assert context.style.names is not None, "the executor sets it before each statement"
    return Oid(context.style.names.oid_of(kind, str(named)))


def role_oid(context: Context, named: Value) -> Oid:
    if isinstance(named, int):
        return Oid(named)
    if named == "public":
        return PUBLIC
    name = str(named)
    role = context.catalog.roles_by_name.get(name)
    if role is None:
        raise UndefinedObject(f'role "{name}" does not exist')
    return role.oid


for _function_ in functions().values():
    if _function_.name in _WORDS:
        _register(_function_.name, _function_.source, len(_function_.args), _WORDS[_function_.name])
