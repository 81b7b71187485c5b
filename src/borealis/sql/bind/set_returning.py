"""Set-returning functions in a target list: `SELECT id, generate_series(1, n) FROM t`.

One such call a query becomes a LATERAL function in FROM, whose rows multiply the query's as PostgreSQL's do.
"""

from __future__ import annotations

import dataclasses

from borealis.errors import FeatureNotSupported
from borealis.sql.bind.expressions.calls import result_columns
from borealis.sql.bind.level import Level
from borealis.sql.bind.walk import rewrite, walk
from borealis.sql.bound.expressions import Case, Coalesce, Expr, FuncCall, Var
from borealis.sql.bound.relations import FromItem, FunctionRelation, Join, JoinKind, RelationColumn
from borealis.sql.bound.statements import Target


def move_into_from(
    level: Level, targets: tuple[Target, ...], from_: FromItem | None
) -> tuple[tuple[Target, ...], FromItem | None]:
    """Return targets and FROM with the target list's set-returning call, if there is one, moved.

    Raises: FeatureNotSupported for what this cannot express: several calls, calls inside CASE or over aggregates.
    """
    if not level.set_returning:
        return targets, from_
    if len(level.set_returning) > 1:
        raise FeatureNotSupported("several set-returning functions in one target list not supported")
    if level.has_aggregates or level.has_window_calls:
        raise FeatureNotSupported(
            "set-returning functions beside aggregates or window functions not supported"
        )
    call = level.set_returning[0]
    assert isinstance(call, FuncCall)
    for target in targets:
        for node in walk(target.expr):
            if isinstance(node, Case | Coalesce) and any(found is call for found in walk(node)):
                construct = "CASE" if isinstance(node, Case) else "COALESCE"
                raise FeatureNotSupported(
                    f"set-returning functions are not allowed in {construct}",
                    position=level.context.position_of(call),
                )
    if len(result_columns(call.function, call.type, call.function.name)) > 1:
        raise FeatureNotSupported("set-returning functions of several columns in a target list not supported")
    number = level.new_relation()
    column = RelationColumn(call.function.name, call.type, call.typmod)
    var = Var(call.type, call.typmod, number, 1)

    def replace(expr: Expr) -> Expr | None:
        return var if expr is call else None

    moved = tuple(dataclasses.replace(target, expr=rewrite(target.expr, replace)) for target in targets)
    relation = FunctionRelation(number, call.function.name, call, (column,))
    level.set_returning.clear()
    return moved, relation if from_ is None else Join(JoinKind.INNER, from_, relation, None)
