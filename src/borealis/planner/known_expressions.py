"""What ANALYZE knows of a table's expressions: of those its indexes keep, and of those statistics objects are over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from borealis.catalog.statistics import ColumnStatistics, ExtendedStatistics, MostCommon
from borealis.planner.extended import Together, comparable
from borealis.planner.statistics import TableStatistics
from borealis.sql.bound.expressions import Expr, Var
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import ComputedIndex

Objects = Mapping[int, Sequence[Expr]]
"""The expressions of a table's statistics objects over a relation, by the object's oid."""


def of_expressions(
    statistics: TableStatistics, computed: Sequence[ComputedIndex], objects: Objects
) -> dict[Expr, ColumnStatistics]:
    """Return what is known of single expressions. Of a partial index's only part of the rows was looked at."""
    places: list[tuple[int, int, Expr]] = [
        (each.index.oid, place, key)
        for each in computed
        if each.predicate is None
        for place, key in enumerate(each.keys, 1)
    ]
    places += [(oid, -n, expr) for oid, exprs in objects.items() for n, expr in enumerate(exprs, 1)]
    found: dict[Expr, ColumnStatistics] = {}
    for owner, place, expr in places:
        known = statistics.expressions.get((owner, place))
        if known is not None:
            found[expr] = ColumnStatistics(
                known.null_fraction,
                known.width,
                known.distinct,
                tuple(comparable(expr, value) for value in known.most_common),
                tuple(known.frequencies),
                tuple(comparable(expr, value) for value in known.histogram),
                known.correlation,
            )
    return found


def of_objects(
    statistics: TableStatistics, relation: TableRelation, objects: Objects
) -> tuple[Together, ...]:
    """Return what is known of several columns and expressions together."""
    found = []
    for one in statistics.extended:
        exprs = objects.get(one.object, ())
        columns = relation.table.columns
        keys: list[Expr] = []
        for attnum in one.attnums:
            if attnum < 0:
                keys += exprs[-attnum - 1 : -attnum]
            else:
                column = columns[attnum - 1]
                keys.append(Var(column.type, column.typmod, relation.id, attnum))
        if len(keys) == len(one.attnums):
            common = tuple(
                MostCommon(
                    tuple(comparable(key, value) for key, value in zip(keys, each.values, strict=True)),
                    each.frequency,
                    each.base_frequency,
                )
                for each in one.most_common
            )
            known = ExtendedStatistics(one.object, one.attnums, one.combinations, one.dependencies, common)
            found.append(Together(tuple(keys), known))
    return tuple(found)
