"""Window calls: OVER (PARTITION BY … ORDER BY … frame) in SQLite's own words, which are PostgreSQL's."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported
from borealis.executor.compile import comparison
from borealis.executor.compile.compilation import Compilation, compiles
from borealis.executor.compile.conditions import condition
from borealis.executor.compile.fold import folded
from borealis.executor.compile.frame_offsets import range_key
from borealis.executor.compile.ordering import order_term, order_terms
from borealis.executor.compile.parameters import Argument, FrameOffset, Literal
from borealis.executor.compile.trees import is_constant
from borealis.functions import lookup
from borealis.functions.implementation import Sql
from borealis.planner.terms import stripped
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.expressions import FrameBound, FrameBoundKind, FrameMode, Window
from borealis.types.base import Oid


@compiles(bound.WindowCall)
def window_call(compilation: Compilation, node: bound.WindowCall) -> Sql:
    args = tuple(compilation.expr(arg) for arg in node.args)
    filter_ = "" if node.filter is None else condition(compilation, node.filter)
    over = over_text(compilation, node.window)
    if node.function.kind == "a":
        types = tuple(arg.type for arg in node.args)
        return lookup.emit_aggregate(node.function, args, types, filter=filter_, over=over)
    return lookup.emit_window(node.function, args, over, filter_)


def over_text(compilation: Compilation, window: Window) -> str:
    parts = []
    partition = [
        comparison.sort_form(compilation.expr(expr), expr.type)
        for expr in window.partition
        if not is_constant(expr)
    ]
    if partition:
        parts.append(f"PARTITION BY {', '.join(partition)}")
    offsets = [each.offset for each in (window.start, window.end) if each.offset is not None]
    key, scale = None, 0
    if offsets and window.mode is FrameMode.RANGE:
        sort, key = window.order[0], window.order[0].expr.type
        text, scale = range_key(compilation.expr(sort.expr), key)
        order = [order_term(text, sort, nullable=compilation.is_nullable(sort.expr))]
    else:
        order = order_terms(compilation, window.order)
    if order:
        parts.append(f"ORDER BY {', '.join(order)}")
    start, end = (
        _bound(compilation, each, key, scale, place)
        for each, place in ((window.start, "starting"), (window.end, "ending"))
    )
    exclude = f" EXCLUDE {window.exclude}" if window.exclude else ""
    parts.append(f"{window.mode.value} BETWEEN {start} AND {end}{exclude}")
    return " ".join(parts)


def _bound(compilation: Compilation, frame_bound: FrameBound, key: Oid | None, scale: int, place: str) -> str:
    if frame_bound.offset is None:
        return frame_bound.kind.value.replace("_", " ")
    word = "PRECEDING" if frame_bound.kind is FrameBoundKind.PRECEDING else "FOLLOWING"
    expr = stripped(folded(frame_bound.offset))
    if isinstance(expr, bound.FuncCall) and len(expr.args) == 1 and isinstance(expr.args[0], bound.Param):
        expr = expr.args[0]  # an integer parameter, widened
    match expr:
        case bound.Const(value=value):
            source: Literal | Argument = Literal(value)
        case bound.Param(number=number) if number > 0:
            source = Argument(number)
        case _:
            raise FeatureNotSupported(
                "a frame offset that is not a constant or a parameter is not supported yet"
            )
    return f"{compilation.parameters.name(FrameOffset(source, key, scale, place))} {word}"
