"""The type of a new column: what DSQL stores, and the modifiers it adds; its STORAGE, which is kept and shown.

Source: dsql-facts.md §4.3; PostgreSQL 16, GetAttributeStorage (tablecmds.c).
"""

from __future__ import annotations

from borealis.catalog.system.built_in import built_in_by_oid
from borealis.errors import FeatureNotSupported, InvalidParameterValue, ProgramLimitExceeded
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.type_names import bind_type
from borealis.sql.parse import Node
from borealis.types import oids, row_types
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_of

_CHAR_BYTES_MAX = 4_096
_VARCHAR_BYTES_MAX = 65_535
_NUMERIC_DEFAULT = (18, 6)
SYSTEM_COLUMNS = frozenset(("ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"))
_STORAGES = {"plain": "p", "external": "e", "extended": "x", "main": "m"}


def column_type(context: BindContext, node: Node) -> tuple[Oid, int, Oid]:
    """Return the oid and typmod of a column's declared type; of a domain, its base type's, and the domain or 0.

    Raises:
        UndefinedObject: 42704 for an unknown type, serial among them.
        FeatureNotSupported: 0A000 for a type that is not stored.
        ProgramLimitExceeded: 54000 for char and varchar declared too long.
    """
    oid, typmod, domain = bind_type(context, node)
    type_ = type_of(oid)
    if not type_.storable:
        with row_types.naming(context.row_type_name):
            name = format_type(oid, -1)
        raise FeatureNotSupported(f"datatype {name} not supported", position=context.position(node))
    if oid == oids.NUMERIC and typmod < 0:
        typmod = type_.typmod_in(list(_NUMERIC_DEFAULT))
    if oid == oids.BPCHAR and typmod - 4 > _CHAR_BYTES_MAX:
        raise ProgramLimitExceeded(
            f"Datatype limit greater than {_CHAR_BYTES_MAX} bytes not supported for char"
        )
    if oid == oids.VARCHAR and typmod - 4 > _VARCHAR_BYTES_MAX:
        raise ProgramLimitExceeded(
            f"Datatype limit greater than {_VARCHAR_BYTES_MAX} bytes not supported for varchar"
        )
    return oid, typmod, Oid(0) if domain is None else domain.oid


def storage_of(oid: Oid, mode: str) -> str:
    """Return what pg_attribute.attstorage holds; empty for the type's own.

    Raises: InvalidParameterValue 22023, FeatureNotSupported 0A000 for a type of fixed length.
    """
    if mode.lower() == "default":
        return ""
    letter = _STORAGES.get(mode.lower())
    if letter is None:
        raise InvalidParameterValue(f'invalid storage type "{mode}"')
    if letter != "p" and built_in_by_oid("pg_type").get(oid, {}).get("typstorage", "x") == "p":
        raise FeatureNotSupported(f"column data type {format_type(oid, -1)} can only have storage PLAIN")
    return letter
