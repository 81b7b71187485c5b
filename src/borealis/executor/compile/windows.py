"""Window calls: OVER (PARTITION BY … ORDER BY … frame) in SQLite's own words, which are PostgreSQL's."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported
from borealis.executor.compile import comparison
from borealis.executor.compile.compilation import Compilation, compiles
from borealis.executor.compile.conditions import condition
from borealis.executor.compile.fold import folded
from borealis.executor.compile.ordering import order_terms
from borealis.executor.compile.trees import is_constant
from borealis.functions import lookup
from borealis.functions.implementation import Sql
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.expressions import FrameBound, FrameBoundKind, FrameMode, Window
from borealis.types import oids


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
    order = order_terms(compilation, window.order)
    if order:
        parts.append(f"ORDER BY {', '.join(order)}")
    parts.append(_frame(compilation, window))
    return " ".join(parts)


def _frame(compilation: Compilation, window: Window) -> str:
    exclude = f" EXCLUDE {window.exclude}" if window.exclude else ""
    start, end = _bound(compilation, window, window.start), _bound(compilation, window, window.end)
    return f"{window.mode.value} BETWEEN {start} AND {end}{exclude}"


_RANGE_TYPES = frozenset({oids.INT2, oids.INT4, oids.INT8, oids.FLOAT4, oids.FLOAT8, oids.DATE})


def _bound(compilation: Compilation, window: Window, frame_bound: FrameBound) -> str:
    if frame_bound.offset is None:
        return frame_bound.kind.value.replace("_", " ")
    word = "PRECEDING" if frame_bound.kind is FrameBoundKind.PRECEDING else "FOLLOWING"
    offset_expr = folded(frame_bound.offset)
    if isinstance(offset_expr, bound.FuncCall) and isinstance(offset_expr.args[0], bound.Param):
        offset_expr = offset_expr.args[0]  # an integer parameter, widened
    if not isinstance(offset_expr, bound.Const | bound.Param):
        raise FeatureNotSupported("a frame offset that is not a constant or a parameter is not supported yet")
    # SQLite takes a constant only; what it says of a bad one is translated in sqlite_errors.py.
    offset = compilation.expr(offset_expr).text
    if window.mode is not FrameMode.RANGE:
        return f"{offset} {word}"
    if window.order and window.order[0].expr.type in _RANGE_TYPES and frame_bound.offset.type in _RANGE_TYPES:
        return f"{offset} {word}"
    raise FeatureNotSupported("RANGE with an offset over this type is not supported yet")
