"""OVER and the WINDOW clause: partitions, orders, frames."""

from __future__ import annotations

from borealis.errors import (
    FeatureNotSupported,
    InvalidColumnReference,
    UndefinedObject,
    WindowingError,
)
from borealis.sql.bind.coerce import coerce, coerce_to_bigint, resolve_unknown
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.level import Level
from borealis.sql.bind.ordering import bind_sort_direction, check_hashable
from borealis.sql.bind.pathways import can_coerce
from borealis.sql.bind.walk import walk
from borealis.sql.bound.expressions import (
    Expr,
    FrameBound,
    FrameBoundKind,
    FrameMode,
    SortKey,
    Var,
    Window,
)
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type

# FRAMEOPTION_… of PostgreSQL's parsenodes.h, which the parser hands out as one number.
_NONDEFAULT = 0x00001
_RANGE, _ROWS, _GROUPS = 0x00002, 0x00004, 0x00008
_START = {
    0x00020: FrameBoundKind.UNBOUNDED_PRECEDING,
    0x00080: FrameBoundKind.UNBOUNDED_FOLLOWING,
    0x00200: FrameBoundKind.CURRENT_ROW,
    0x00800: FrameBoundKind.PRECEDING,
    0x02000: FrameBoundKind.FOLLOWING,
}
_END = {
    0x00040: FrameBoundKind.UNBOUNDED_PRECEDING,
    0x00100: FrameBoundKind.UNBOUNDED_FOLLOWING,
    0x00400: FrameBoundKind.CURRENT_ROW,
    0x01000: FrameBoundKind.PRECEDING,
    0x04000: FrameBoundKind.FOLLOWING,
}
_EXCLUDE = {0x08000: "CURRENT ROW", 0x10000: "GROUP", 0x20000: "TIES"}
_DEFAULT_START = FrameBound(FrameBoundKind.UNBOUNDED_PRECEDING)
_DEFAULT_END = FrameBound(FrameBoundKind.CURRENT_ROW)


def bind_window_clause(level: Level, nodes: list[Node]) -> None:
    """Bind WINDOW w AS (…), …, each of which may build on one before it."""
    for node in nodes:
        definition = node["WindowDef"]
        if definition["name"] in level.named_windows:
            raise WindowingError(
                f'window "{definition["name"]}" is already defined',
                position=level.context.position(definition),
            )
        level.named_windows[definition["name"]] = (definition, _bind_definition(level, definition))


def bind_window(level: Level, node: Node) -> Window:
    """Bind what follows OVER: a name, or a definition."""
    if "name" in node:
        return _named(level, node["name"], node)[1]
    return _bind_definition(level, node)


def _named(level: Level, name: str, node: Node) -> tuple[Node, Window]:
    if name not in level.named_windows:
        raise UndefinedObject(f'window "{name}" does not exist', position=level.context.position(node))
    return level.named_windows[name]


def _bind_definition(level: Level, node: Node) -> Window:
    base = _base_window(level, node)
    place, level.place = level.place, "window PARTITION BY"
    partition = (
        base.partition if base else tuple(_bind_key(level, item) for item in node.get("partitionClause", ()))
    )
    level.place = "window ORDER BY"
    order = tuple(_bind_sort(level, item) for item in node.get("orderClause", ())) or (
        base.order if base else ()
    )
    level.place = place
    return _with_frame(level, node, partition, order)


def _base_window(level: Level, node: Node) -> Window | None:
    if "refname" not in node:
        return None
    name = node["refname"]
    definition, base = _named(level, name, node)
    position = level.context.position(node)
    if "partitionClause" in node:
        raise WindowingError(f'cannot override PARTITION BY clause of window "{name}"', position=position)
    if "orderClause" in node and base.order:
        raise WindowingError(f'cannot override ORDER BY clause of window "{name}"', position=position)
    if definition.get("frameOptions", 0) & _NONDEFAULT:
        raise WindowingError(f'cannot copy window "{name}" because it has a frame clause', position=position)
    return base


def _bind_key(level: Level, node: Node) -> Expr:
    expr = resolve_unknown(level.context, bind_expr(level, node))
    check_hashable(level.context, expr)
    return expr


def _bind_sort(level: Level, node: Node) -> SortKey:
    sort_by = node["SortBy"]
    return bind_sort_direction(
        level.context, resolve_unknown(level.context, bind_expr(level, sort_by["node"])), sort_by
    )


def _with_frame(level: Level, node: Node, partition: tuple[Expr, ...], order: tuple[SortKey, ...]) -> Window:
    options = node.get("frameOptions", 0)
    if not options & _NONDEFAULT:
        return Window(partition, order, FrameMode.RANGE, _DEFAULT_START, _DEFAULT_END)
    mode = FrameMode.ROWS if options & _ROWS else FrameMode.GROUPS if options & _GROUPS else FrameMode.RANGE
    position = level.context.position(node)
    has_offset = "startOffset" in node or "endOffset" in node
    if mode is FrameMode.RANGE and has_offset and len(order) != 1:
        raise WindowingError(
            "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column", position=position
        )
    if mode is FrameMode.GROUPS and not order:
        raise WindowingError("GROUPS mode requires an ORDER BY clause", position=position)
    start = _bound(level, options, _START, node.get("startOffset"), mode, order)
    end = _bound(level, options, _END, node.get("endOffset"), mode, order)
    exclude = next((text for bit, text in _EXCLUDE.items() if options & bit), None)
    return Window(partition, order, mode, start, end, exclude)


def _bound(
    level: Level,
    options: int,
    kinds: dict[int, FrameBoundKind],
    offset: Node | None,
    mode: FrameMode,
    order: tuple[SortKey, ...],
) -> FrameBound:
    kind = next(kind for bit, kind in kinds.items() if options & bit)
    if kind not in (FrameBoundKind.PRECEDING, FrameBoundKind.FOLLOWING):
        return FrameBound(kind)
    assert offset is not None
    return FrameBound(kind, _frame_offset(level, offset, mode, order))


_OFFSET_TYPES = {
    oids.INT2: (oids.INT8, oids.INT4, oids.INT2),
    oids.INT4: (oids.INT8, oids.INT4, oids.INT2),
    oids.INT8: (oids.INT8,),
    oids.FLOAT4: (oids.FLOAT8,),
    oids.FLOAT8: (oids.FLOAT8,),
    oids.NUMERIC: (oids.NUMERIC,),
    oids.DATE: (oids.INTERVAL,),
    oids.TIME: (oids.INTERVAL,),
    oids.TIMETZ: (oids.INTERVAL,),
    oids.TIMESTAMP: (oids.INTERVAL,),
    oids.TIMESTAMPTZ: (oids.INTERVAL,),
    oids.INTERVAL: (oids.INTERVAL,),
}
"""By a sort key's type, the types of offsets there are in_range functions for."""


def _frame_offset(level: Level, node: Node, mode: FrameMode, order: tuple[SortKey, ...]) -> Expr:
    context = level.context
    place, level.place = level.place, f"window {mode.value}"
    expr = bind_expr(level, node)
    level.place = place
    position = context.leftmost(node)
    named = [each for each in walk(expr) if isinstance(each, Var) and each.relation in level.relation_ids]
    if named:
        raise InvalidColumnReference(
            f"argument of {mode.value} must not contain variables", position=context.position_of(named[0])
        )
    if mode is FrameMode.RANGE:
        return _range_offset(context, expr, order[0].expr.type, position)
    return coerce_to_bigint(context, expr, mode.value, position)


def _range_offset(context: BindContext, expr: Expr, key: Oid, position: int | None) -> Expr:
    what = f"RANGE with offset PRECEDING/FOLLOWING is not supported for column type {format_type(key, -1)}"
    if key not in _OFFSET_TYPES:
        raise FeatureNotSupported(what, position=position)
    fitting = [type_ for type_ in _OFFSET_TYPES[key] if can_coerce(expr.type, type_)]
    wanted = key if expr.type == oids.UNKNOWN else expr.type
    if not fitting:
        raise FeatureNotSupported(
            f"{what} and offset type {format_type(expr.type, -1)}",
            hint="Cast the offset value to an appropriate type.",
            position=position,
        )
    chosen = wanted if wanted in fitting else fitting[-1]
    coerced = coerce(context, expr, chosen, position=position)
    assert coerced is not None, (expr, chosen)
    return coerced
