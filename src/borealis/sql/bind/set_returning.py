"""Set-returning functions in a target list: `SELECT id, generate_series(1, n) FROM t`.

They become LATERAL functions in FROM, whose rows multiply the query's as PostgreSQL's do. Those of one depth run side by
side, the shorter padded with NULLs; one that is another's argument runs before it. Those GROUP BY names run before the
grouping, those of window definitions before the windows; in a grouped query, beside window functions, or where DISTINCT ON and ORDER BY
name none, the others run over its rows (a function made by CREATE FUNCTION becomes the subquery its body is):

    SELECT a, count(*), generate_series(1, a) FROM t GROUP BY a ORDER BY 2
    SELECT s.c1, s.c2, f.c1 FROM (SELECT a, count(*) FROM t GROUP BY a) s, generate_series(1, s.c1) f ORDER BY s.c2

Source: PostgreSQL 16 documentation 38.5.8.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from borealis.errors import FeatureNotSupported
from borealis.sql.bind.composites import field_at, is_composite, record_shape
from borealis.sql.bind.grouping import own_nodes
from borealis.sql.bind.level import Level
from borealis.sql.bind.record_functions import row_of_element
from borealis.sql.bind.sql_functions import call_rows, has_nested_calls, made_function
from borealis.sql.bind.walk import rewrite
from borealis.sql.bound.expressions import (
    Case,
    Const,
    Expr,
    FieldSelect,
    FuncCall,
    NullTest,
    Param,
    Row,
    SubLink,
    Var,
    WindowCall,
)
from borealis.sql.bound.relations import (
    FromItem,
    FunctionRelation,
    Join,
    JoinKind,
    RelationColumn,
    RowsFrom,
    SubqueryRelation,
)
from borealis.sql.bound.statements import Select, Target
from borealis.types import oids

Change = Callable[[Expr], Expr]


def expand_sets(level: Level, select: Select) -> Select:
    """Return the query with the set-returning functions of its lists in FROM."""
    if not level.set_returning:
        return select
    level.set_returning.clear()
    if select.locks:
        raise FeatureNotSupported(
            f"{select.locks[0].mode.value} is not allowed with set-returning functions in the target list"
        )
    if _sets_in(select.group):
        select = _expand(level, select, select.group)
    in_windows = _sets_in_windows(select)
    if in_windows and select.is_grouped:
        raise FeatureNotSupported("set-returning functions in window definitions over groups not supported")
    select = _expand(level, select, in_windows)
    if not any(_sets_in([expr]) for expr in _exprs(select)):
        return select
    is_after_distinct = _is_after_distinct(select)
    if select.is_grouped or level.has_window_calls or is_after_distinct:
        select = _over_subquery(level, select, is_after_distinct=is_after_distinct)
    return _expand(level, select, _exprs(select))


def _exprs(select: Select) -> tuple[Expr, ...]:
    targets = tuple(target.expr for target in select.targets)
    return targets + tuple(key.expr for key in select.order) + select.distinct_on


def _mapped(select: Select, change: Change) -> Select:
    """Return the query with a change made in every expression of its lists."""
    return dataclasses.replace(
        select,
        targets=tuple(dataclasses.replace(each, expr=change(each.expr)) for each in select.targets),
        order=tuple(dataclasses.replace(key, expr=change(key.expr)) for key in select.order),
        distinct_on=tuple(map(change, select.distinct_on)),
        group=tuple(map(change, select.group)),
        having=None if select.having is None else change(select.having),
    )


def _is_set(node: object) -> bool:
    return isinstance(node, FuncCall) and node.function.returns_set


def _sets_in(exprs: Sequence[Expr]) -> list[FuncCall]:
    """Return the set-returning calls in expressions, queries inside them apart."""
    found: list[FuncCall] = []
    for expr in exprs:
        for node in own_nodes(expr):
            if isinstance(node, FuncCall) and _is_set(node) and node not in found:
                found.append(node)
    return found


def _sets_in_windows(select: Select) -> list[FuncCall]:
    nodes = [node for expr in _exprs(select) for node in own_nodes(expr)]
    return _sets_in([node for node in nodes if isinstance(node, WindowCall)])


def _expand(level: Level, select: Select, exprs: Sequence[Expr]) -> Select:
    """Move the calls in these expressions into FROM, the innermost first."""
    wanted = _sets_in(exprs)
    while wanted:
        ready = [call for call in wanted if not _sets_in(call.args)]
        relation, values = _relation_of(level, ready)

        def change(expr: Expr, values: list[tuple[FuncCall, Expr]] = values) -> Expr:
            return _replaced(expr, values)

        item: FromItem = relation
        if select.from_ is not None:
            item = Join(JoinKind.INNER, select.from_, relation, None)
        select = dataclasses.replace(_mapped(select, change), from_=item)
        wanted = _sets_in([change(call) for call in wanted if call not in ready])
    return select


def _relation_of(
    level: Level, calls: Sequence[FuncCall]
) -> tuple[FunctionRelation | RowsFrom | SubqueryRelation, list[tuple[FuncCall, Expr]]]:
    """Return the calls as one FROM item, and what each stands for over its columns."""
    number = level.new_relation()
    made = [function for call in calls if (function := made_function(level.context, call.function))]
    if made and len(calls) > 1:
        raise FeatureNotSupported(
            f"function {made[0].name} beside other set-returning functions not supported"
        )
    columns: list[RelationColumn] = []
    widths: list[int] = []
    values: list[tuple[FuncCall, Expr]] = []
    for call in calls:
        own = call_columns(call)
        variables = tuple(
            Var(column.type, column.typmod, number, len(columns) + n, column.shape)
            for n, column in enumerate(own, 1)
        )
        values.append((call, _value_of(level, call, variables, is_padded=len(calls) > 1)))
        widths.append(len(own))
        columns += own
    relation: FunctionRelation | RowsFrom | SubqueryRelation
    if made:
        rows, args = call_rows(level.context, made[0], calls[0].args), calls[0].args
        relation = SubqueryRelation(
            number, made[0].name, rows, tuple(columns), True, made[0].oid, has_nested_calls(args)
        )
    elif len(calls) == 1:
        relation = FunctionRelation(number, calls[0].function.name, calls[0], tuple(columns))
    else:
        relation = RowsFrom(number, "", tuple(calls), tuple(widths), tuple(columns))
    return relation, values


def call_columns(call: FuncCall) -> tuple[RelationColumn, ...]:
    """Return the columns a set-returning call gives in SQLite: its OUT parameters, or its value."""
    function = call.function
    if len(function.out_types) > 1:
        pairs = zip(function.out_names, function.out_types, strict=True)
        return tuple(RelationColumn(name, oid, -1) for name, oid in pairs)
    return (RelationColumn(function.name, call.type, call.typmod),)


def _value_of(level: Level, call: FuncCall, variables: tuple[Var, ...], *, is_padded: bool) -> Expr:
    row = row_of_element(level.context, call, variables[0], None)
    if row is not None:
        return row
    if len(variables) == 1:
        return variables[0]
    record = Row(oids.RECORD, -1, variables, call.function.out_names)
    if not is_padded:
        return record
    if call.function.name not in _KEYED:
        raise FeatureNotSupported(
            f"function {call.function.name} beside other set-returning functions not supported"
        )
    # Where the others gave more rows it is no record of NULLs, but NULL.
    absent = NullTest(oids.BOOL, -1, variables[0], negated=False)
    return Case(oids.RECORD, -1, ((absent, Const(oids.RECORD, -1, None)),), record)


_KEYED = frozenset(("json_each", "json_each_text", "jsonb_each", "jsonb_each_text"))
"""Functions of several columns whose first is never NULL."""


def _replaced(expr: Expr, values: Sequence[tuple[FuncCall, Expr]]) -> Expr:
    def change(node: Expr) -> Expr | None:
        if isinstance(node, SubLink):
            return None
        if isinstance(node, FieldSelect):
            arg = rewrite(node.arg, change)
            shape = record_shape(arg)
            if shape is not None and isinstance(arg, Row):
                return field_at(arg, shape, node.ordinal)
            if isinstance(arg, Case) and isinstance(arg.otherwise, Row):
                return arg.otherwise.args[node.ordinal - 1]  # all are NULL where the record is
            return dataclasses.replace(node, arg=arg)
        return next((value for call, value in values if call == node), None) if _is_set(node) else None

    return rewrite(expr, change)


def _is_after_distinct(select: Select) -> bool:
    """Tell whether the sets multiply the rows DISTINCT ON has left: ORDER BY is there, and neither names a set."""
    keys = (*select.distinct_on, *(key.expr for key in select.order))
    return bool(select.distinct_on and select.order) and not _sets_in(keys)


def _over_subquery(level: Level, select: Select, *, is_after_distinct: bool) -> Select:
    """Put the query, grouped or with windows or DISTINCT ON, into a subquery, whose rows the sets then multiply."""
    number = level.new_relation()
    inner: list[Expr] = []

    def hoist(node: Expr) -> Expr | None:
        if _sets_in([node]):
            return None
        if isinstance(node, Const) or (isinstance(node, Param) and node.number > 0):
            return node
        if node not in inner:
            inner.append(node)
        shape = record_shape(node) if is_composite(node.type) else None
        return Var(node.type, node.typmod, number, inner.index(node) + 1, shape)

    outer = dataclasses.replace(select, group=(), having=None)
    if is_after_distinct:
        outer = dataclasses.replace(outer, distinct_on=())
    outer = _mapped(outer, lambda expr: rewrite(expr, hoist))
    query = dataclasses.replace(
        select,
        targets=tuple(Target(expr, f"c{n}") for n, expr in enumerate(inner, 1)),
        distinct=False,
        distinct_on=select.distinct_on if is_after_distinct else (),
        order=select.order if is_after_distinct else (),
        limit=None,
        offset=None,
        with_ties=False,
        ctes=(),
    )
    columns = tuple(RelationColumn(f"c{n}", expr.type, expr.typmod) for n, expr in enumerate(inner, 1))
    return dataclasses.replace(
        outer, from_=SubqueryRelation(number, "", query, columns), where=None, is_grouped=False
    )
