"""Type names: `numeric(10,2)`, `pg_catalog.int4`, `text[]` in a statement to an oid and a typmod."""

from __future__ import annotations

from borealis.errors import (
    FeatureNotSupported,
    InvalidParameterValue,
    InvalidSchemaName,
    SqlError,
    SyntaxError_,
    UndefinedObject,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import lookup_table
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.base import Oid, Type
from borealis.types.registry import type_named, type_of
from borealis.types.row_types import row_type_of


def bind_type_name(context: BindContext, node: Node) -> tuple[Oid, int]:
    """Return the oid and typmod of a TypeName.

    Raises: UndefinedObject 42704, and what the type's typmod input raises.
    """
    position = context.position(node)
    names = [part["String"]["sval"] for part in node.get("names", ())]
    if node.get("setof"):
        raise FeatureNotSupported("SETOF type not supported", position=position)
    if node.get("pct_type"):
        raise FeatureNotSupported("type reference %TYPE not supported", position=position)
    if len(names) > 1 and names[-2] not in context.catalog.schemas_by_name and names[-2] != "pg_catalog":
        raise InvalidSchemaName(f'schema "{names[-2]}" does not exist', position=position)
    if len(names) > 1 and names[-2] not in ("pg_catalog", *context.search_path):
        raise _undefined(".".join(names), position)
    type_ = type_named(names[-1]) or _row_type(context, names)
    if type_ is None or (type_.kind == "p" and type_.oid not in (oids.VOID, oids.RECORD, oids.UNKNOWN)):
        brackets = "[]" * len(node.get("arrayBounds", ()))
        raise _undefined(".".join(names) + brackets, position)
    modifiers = [_modifier(context, modifier) for modifier in node.get("typmods", ())]
    typmod = -1
    if modifiers:
        try:
            typmod = type_.typmod_in(modifiers)
        except NotImplementedError:
            raise SyntaxError_(
                f'type modifier is not allowed for type "{type_.name}"', position=position
            ) from None
        except SqlError as error:
            raise error.at(position) from None
    if node.get("arrayBounds"):
        if not type_.array:
            raise UndefinedObject(f'type "{names[-1]}[]" does not exist', position=position)
        return type_of(type_.array).oid, typmod
    return type_.oid, typmod


def _row_type(context: BindContext, names: list[str]) -> Type | None:
    """Return the row type of the table of this name."""
    found = lookup_table(
        context, {"relname": names[-1], **({"schemaname": names[-2]} if len(names) > 1 else {})}
    )
    return None if found is None else type_of(row_type_of(found.oid))


def _modifier(context: BindContext, node: Node) -> int:
    match node:
        case {"A_Const": {"ival": ival}}:
            return int(ival.get("ival", 0))
        case {"A_Const": {"isnull": _}} | {"A_Const": {"sval": _}} | {"A_Const": {"fval": _}}:
            raise InvalidParameterValue("type modifiers must be simple constants or identifiers")
    raise SyntaxError_("type modifiers must be simple constants or identifiers", position=context.position(0))


def _undefined(name: str, position: int | None) -> UndefinedObject:
    return UndefinedObject(f'type "{name}" does not exist', position=position)
