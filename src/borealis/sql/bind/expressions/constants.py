"""Constants, parameters, casts."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported, UndefinedParameter
from borealis.sql.bind.coerce import bool_const, coerce_explicit, literal
from borealis.sql.bind.composites import coerce_to_rows, from_text, shape_of_row_type
from borealis.sql.bind.domains import coerce_to_domain
from borealis.sql.bind.expressions.dispatch import bind_expr, binds
from borealis.sql.bind.level import Level
from borealis.sql.bind.type_names import bind_type
from borealis.sql.bound.expressions import Const, Expr, RuntimeValue
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import type_of
from borealis.types.row_types import is_array_of_rows, is_row_type

_INT4_MAX = 2**31 - 1
_INT8_MAX = 2**63 - 1


@binds("A_Const")
def bind_constant(level: Level, node: Node) -> Expr:
    context = level.context
    position = context.position(node)
    match node:
        case {"isnull": True}:
            const = Const(oids.UNKNOWN, -1, None)
        case {"ival": ival}:
            const = Const(oids.INT4, -1, ival.get("ival", 0))
        case {"fval": fval}:
            const = _number(level, fval["fval"])
        case {"boolval": boolval}:
            const = bool_const(bool(boolval.get("boolval", False)))
        case {"sval": sval}:
            const = Const(oids.UNKNOWN, -1, sval.get("sval", ""))
            context.remember_literal(const, node)
        case {"bsval": bsval}:
            const = literal(context, bsval["bsval"], oids.BIT, -1, position)
    return context.remember(const, position)


def _number(level: Level, text: str) -> Const:
    """Type a number the lexer left as text: the smallest of int4 (-2147483648), int8 and numeric that holds it."""
    try:
        value = int(text.replace("_", ""), 0) if text[:2].lower() in ("0x", "0o", "0b") else int(text)
    except ValueError:
        value = None
    if value is not None and -_INT8_MAX - 1 <= value <= _INT8_MAX:
        return Const(oids.INT4 if -_INT4_MAX - 1 <= value <= _INT4_MAX else oids.INT8, -1, value)
    return Const(oids.NUMERIC, -1, type_of(oids.NUMERIC).decode_text(text, level.context.style))


@binds("ParamRef")
def bind_param(level: Level, node: Node) -> Expr:
    position = level.context.position(node)
    context = level.context
    if context.arguments is not None:
        number: int = node.get("number", 0)
        inputs = context.arguments.exprs
        if not 0 < number <= len(inputs):
            raise UndefinedParameter(f"there is no parameter ${number}", position=position)
        return inputs[number - 1]
    param = context.parameters.reference(node.get("number", 0), position)
    if is_row_type(param.type) and (shape := shape_of_row_type(context, param.type)) is not None:
        return context.remember(from_text(param.type, shape, param), position)
    if (
        is_array_of_rows(param.type)
        and (rows := coerce_to_rows(context, param, param.type, position)) is not None
    ):
        return context.remember(rows, position)
    return context.remember(param, position)


@binds("TypeCast")
def bind_cast(level: Level, node: Node) -> Expr:
    context = level.context
    oid, typmod, domain = bind_type(context, node["typeName"])
    arg_node = node["arg"]
    if "A_ArrayExpr" in arg_node and type_of(oid).element:
        from borealis.sql.bind.expressions.rows import bind_array_of

        arg = bind_array_of(level, arg_node["A_ArrayExpr"], oid)
    else:
        arg = bind_expr(level, arg_node)
    position = context.position(node)
    cast = coerce_explicit(context, arg, oid, typmod, position)
    if domain is not None:
        cast = coerce_to_domain(context, cast, domain)
    return context.remember_from(cast, position, arg)


@binds("CollateClause")
def bind_collate(level: Level, node: Node) -> Expr:
    """COLLATE "C" and "default" are what every text has anyway."""
    names = [part["String"]["sval"] for part in node.get("collname", ())]
    if names[-1] not in ("C", "POSIX", "default", "ucs_basic"):
        raise FeatureNotSupported("COLLATE clause not supported", position=level.context.position(node))
    return bind_expr(level, node["arg"])


_SQL_VALUES: dict[str, tuple[str, Oid]] = {
    "SVFOP_CURRENT_DATE": ("current_date", oids.DATE),
    "SVFOP_CURRENT_TIME": ("current_time", oids.TIMETZ),
    "SVFOP_CURRENT_TIME_N": ("current_time", oids.TIMETZ),
    "SVFOP_CURRENT_TIMESTAMP": ("current_timestamp", oids.TIMESTAMPTZ),
    "SVFOP_CURRENT_TIMESTAMP_N": ("current_timestamp", oids.TIMESTAMPTZ),
    "SVFOP_LOCALTIME": ("localtime", oids.TIME),
    "SVFOP_LOCALTIME_N": ("localtime", oids.TIME),
    "SVFOP_LOCALTIMESTAMP": ("localtimestamp", oids.TIMESTAMP),
    "SVFOP_LOCALTIMESTAMP_N": ("localtimestamp", oids.TIMESTAMP),
    "SVFOP_CURRENT_ROLE": ("current_role", oids.NAME),
    "SVFOP_CURRENT_USER": ("current_user", oids.NAME),
    "SVFOP_USER": ("user", oids.NAME),
    "SVFOP_SESSION_USER": ("session_user", oids.NAME),
    "SVFOP_CURRENT_CATALOG": ("current_catalog", oids.NAME),
    "SVFOP_CURRENT_SCHEMA": ("current_schema", oids.NAME),
}


@binds("SQLValueFunction")
def bind_sql_value(level: Level, node: Node) -> Expr:
    from borealis.sql.bind.coerce import apply_typmod

    name, oid = _SQL_VALUES[node["op"]]
    value = RuntimeValue(oid, -1, name)
    typmod = node.get("typmod", 0) if node["op"].endswith("_N") else -1
    return level.context.remember(
        apply_typmod(value, oid, typmod, is_explicit=False), level.context.position(node)
    )
