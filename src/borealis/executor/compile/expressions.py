"""Expressions that are one value: constants, parameters, columns, calls, casts."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported, InternalError
from borealis.executor.compile.compilation import Compilation, compiles
from borealis.executor.compile.parameters import Runtime
from borealis.functions import lookup
from borealis.functions.comparison.datetimes import date_against
from borealis.functions.implementation import Sql
from borealis.functions.signatures import casts, functions
from borealis.functions.text_form import emit_io, emit_relabel, padded
from borealis.planner.terms import mixed_comparison
from borealis.sql.bound import expressions as bound
from borealis.types import oids
from borealis.types.registered import needs_names


@compiles(bound.Const)
def const(compilation: Compilation, node: bound.Const) -> Sql:
    return literal(compilation, node)


def literal(compilation: Compilation, node: bound.Const) -> Sql:
    """NULL, true and false are text, for they shape the plan and carry nothing of the user's; the rest is bound."""
    if node.value is None:
        return Sql("NULL")
    if node.type == oids.BOOL:
        return Sql("1" if node.value else "0")
    return Sql(compilation.parameters.literal(node.value), constant=node.value)


@compiles(bound.Param)
def param(compilation: Compilation, node: bound.Param) -> Sql:
    argument = compilation.argument(node.number)
    if node.number and needs_names(node.type):
        return Sql(f"pg_registered({argument.text}, {int(node.type)})")
    return argument


@compiles(bound.Var)
def var(compilation: Compilation, node: bound.Var) -> Sql:
    return compilation.column(node.relation, node.attnum)


@compiles(bound.ExcludedVar)
def excluded_var(compilation: Compilation, node: bound.ExcludedVar) -> Sql:
    if node.attnum not in compilation.excluded:
        raise InternalError("excluded outside of ON CONFLICT DO UPDATE")
    return compilation.excluded[node.attnum]


_LOCAL = frozenset({"current_date", "current_time", "localtime", "localtimestamp"})
"""CURRENT_TIMESTAMP as a date or time of the session's time zone: PostgreSQL's casts of timestamptz."""


@compiles(bound.RuntimeValue)
def runtime_value(compilation: Compilation, node: bound.RuntimeValue) -> Sql:
    if node.name not in _LOCAL:
        return Sql(compilation.parameters.name(Runtime(node.name)))
    now = Sql(compilation.parameters.name(Runtime("current_timestamp")))
    return lookup.emit(functions()[casts()[oids.TIMESTAMPTZ, node.type].function], (now,))


_BLANKS_MATTER = frozenset(
    ("bpcharlike", "bpcharnlike", "bpchariclike", "bpcharicnlike", "bpcharregexeq", "bpcharregexne", "bpcharicregexeq",
     "bpcharicregexne")
)  # fmt: skip
"""Functions that see a char(n) with the blanks it stands without."""


@compiles(bound.FuncCall)
def func_call(compilation: Compilation, node: bound.FuncCall) -> Sql:
    if node.function.returns_set:
        raise FeatureNotSupported("set-valued function called in context that cannot accept a set")
    args = tuple(compilation.expr(arg) for arg in node.args)
    if node.function.strict and not node.function.variadic and any(arg.text == "NULL" for arg in args):
        return Sql("NULL")  # the other arguments are not looked at, and raise nothing
    mixed = mixed_comparison(node)
    if mixed is not None and mixed.is_rounded:
        date, timestamp = args if node.args[1] is mixed.value else args[::-1]
        return date_against(date, mixed.symbol, timestamp)
    if node.function.name in _BLANKS_MATTER:
        args = (padded(args[0], node.args[0].typmod), *args[1:])
    return lookup.emit(node.function, args, tuple(arg.type for arg in node.args), node.type)


@compiles(bound.Relabel)
def relabel(compilation: Compilation, node: bound.Relabel) -> Sql:
    return emit_relabel(compilation.expr(node.arg), node.arg.type, node.type)


@compiles(bound.CoerceViaIO)
def coerce_via_io(compilation: Compilation, node: bound.CoerceViaIO) -> Sql:
    return emit_io(compilation.expr(node.arg), node.arg.type, node.type, node.arg.typmod)
