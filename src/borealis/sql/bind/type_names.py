"""Type names: `numeric(10,2)`, `pg_catalog.int4`, `text[]` in a statement to an oid and a typmod."""

from __future__ import annotations

from borealis.catalog.objects import Domain
from borealis.errors import (
    FeatureNotSupported,
    InvalidParameterValue,
    InvalidSchemaName,
    SqlError,
    SyntaxError_,
    UndefinedColumn,
    UndefinedObject,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.domains import base_type, find_domain
from borealis.sql.bind.names import lookup_table
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.base import Oid, Type
from borealis.types.registry import type_named, type_of
from borealis.types.row_types import row_type_of


def bind_type_name(context: BindContext, node: Node) -> tuple[Oid, int]:
    """Return the oid and typmod of a TypeName that is no domain.

    Raises: UndefinedObject 42704, what the type's typmod input raises; FeatureNotSupported for a domain.
    """
    oid, typmod, domain = bind_type(context, node)
    if domain is not None:
        raise FeatureNotSupported(f"domain {domain.name} not supported here", position=context.position(node))
    return oid, typmod


def bind_type(context: BindContext, node: Node) -> tuple[Oid, int, Domain | None]:
    """Return the oid and typmod of a TypeName; of a domain, those of its base type, and the domain."""
    position = context.position(node)
    names = [part["String"]["sval"] for part in node.get("names", ())]
    if node.get("setof"):
        raise FeatureNotSupported("SETOF type not supported", position=position)
    if node.get("pct_type"):
        return _type_of_column(context, names, position)
    if len(names) > 1 and names[-2] not in context.catalog.schemas_by_name and names[-2] != "pg_catalog":
        raise InvalidSchemaName(f'schema "{names[-2]}" does not exist', position=position)
    builtin = type_named(names[-1]) if names[-2:-1] in ([], ["pg_catalog"]) else None
    domain = None if builtin is not None else _domain(context, node, names)
    if domain is not None:
        if node.get("arrayBounds"):
            raise FeatureNotSupported(f"array of domain {domain.name} not supported", position=position)
        if "typmods" in node:
            raise SyntaxError_(f'type modifier is not allowed for type "{domain.name}"', position=position)
        return *base_type(context.catalog, domain), domain
    type_ = builtin or _row_type(context, names)
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
        return type_of(type_.array).oid, typmod, None
    return type_.oid, typmod, None


def _domain(context: BindContext, node: Node, names: list[str]) -> Domain | None:
    """Return the domain of a name; of a stored one, the one it was."""
    if "domain" in node:
        return context.catalog.domains_by_oid.get(node["domain"]["oid"])
    found = find_domain(context, names)
    if found is not None:
        context.keep(node, {"domain": {"oid": found.oid}})
    return found


def _type_of_column(
    context: BindContext, names: list[str], position: int | None
) -> tuple[Oid, int, Domain | None]:
    """Return what `relation.column%TYPE` means."""
    from borealis.sql.bind.names import find_relation

    if len(names) < 2:
        raise SyntaxError_(f"improper %TYPE reference (too few dotted names): {names[0]}", position=position)
    range_var = {"relname": names[-2], "location": -1}
    if len(names) > 2:
        range_var["schemaname"] = names[-3]
    relation = find_relation(context, range_var)
    for column in relation.live_columns:
        if column.name == names[-1]:
            domain = context.catalog.domains_by_oid.get(column.domain)
            return column.type, column.typmod, domain
    raise UndefinedColumn(
        f'column "{names[-1]}" of relation "{relation.name}" does not exist', position=position
    )


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
