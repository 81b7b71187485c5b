"""pg_describe_object, pg_identify_object and pg_identify_object_as_address."""

from __future__ import annotations

from borealis.errors import InvalidParameterValue
from borealis.functions.catalogs.addresses.describe import Descriptions
from borealis.functions.catalogs.addresses.identify import Identified, Identities
from borealis.functions.catalogs.addresses.kinds import kinds_by_catalog
from borealis.functions.catalogs.addresses.rows import SystemRows
from borealis.functions.implementation import Context, scalar
from borealis.types import oids, record
from borealis.types.array import pack
from borealis.types.base import Value
from borealis.types.row_types import Shape

_IDENTIFIED = Shape(("type", "schema", "name", "identity"), (oids.TEXT,) * 4, (-1,) * 4).text
_ADDRESS = Shape(
    ("type", "object_names", "object_args"), (oids.TEXT, oids.TEXT_ARRAY, oids.TEXT_ARRAY), (-1,) * 3
).text


@scalar("pg_describe_object", context=True, deterministic=False)
def pg_describe_object(context: Context, catalog: int, oid: int, column: int) -> Value:
    """Return an object's description; NULL where there is none, and for 0 and 0, as pg_depend names a pinned object.

    Raises: InvalidParameterValue 22023 where the catalog has no objects.
    """
    if not catalog and not oid:
        return None
    _check(catalog)
    names = context.style.names
    assert names is not None, "the executor sets it before each statement"
    return Descriptions(_rows(context), names, context.search_path).of(catalog, oid, column)


@scalar("pg_identify_object", context=True, deterministic=False)
def pg_identify_object(context: Context, catalog: int, oid: int, column: int) -> Value:
    found = _identified(context, catalog, oid, column)
    text = None if found.identity is None else found.identity.text
    return record.make(_IDENTIFIED, (found.type, found.schema, found.name, text))


@scalar("pg_identify_object_as_address", context=True, deterministic=False)
def pg_identify_object_as_address(context: Context, catalog: int, oid: int, column: int) -> Value:
    found = _identified(context, catalog, oid, column)
    if found.identity is None:
        return record.make(_ADDRESS, (found.type, None, None))
    return record.make(
        _ADDRESS, (found.type, pack(list(found.identity.names)), pack(list(found.identity.args)))
    )


def _identified(context: Context, catalog: int, oid: int, column: int) -> Identified:
    _check(catalog)
    found = Identities(_rows(context)).of(catalog, oid, column)
    assert found is not None, catalog
    return found


def _check(catalog: int) -> None:
    if catalog not in kinds_by_catalog():
        raise InvalidParameterValue(f"unrecognized object class: {catalog}")


def _rows(context: Context) -> SystemRows:
    """Return the rows of the statement's catalog; they serve all calls until it is another."""
    return context.kept("system rows", lambda: SystemRows(context.catalog))
