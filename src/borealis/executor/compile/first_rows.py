"""The first rows of a table with own pending writes: no more base rows are read than the query may give.

    SELECT … FROM t ORDER BY a LIMIT 5      (SELECT * FROM (SELECT … FROM i1 AS x1 CROSS JOIN t1 … ORDER BY x1.k1 LIMIT 5)
                                             UNION ALL SELECT … FROM overlay) ORDER BY a LIMIT 5

An order does not fall out of a union of base and overlay; but what comes first of the whole comes first of its part, so that each
part may be cut off by itself. min and max are the first row of an order.

Must hold: the base arm is under all of the query's conditions, or what it leaves out might be missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from borealis.executor.compile import physical, scans
from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.fold import folded
from borealis.executor.compile.trees import any_node, is_constant, is_volatile
from borealis.planner.extremes import extreme_of
from borealis.planner.paths import is_ordered
from borealis.planner.physical import Scan
from borealis.sql.bound.expressions import Const, Expr, FuncCall, SortKey, SubLink, WindowCall
from borealis.sql.bound.statements import Select


@dataclass(frozen=True, slots=True)
class FirstRows:
    """So many rows of a relation, in an order, under a condition, are all that is asked for."""

    order: tuple[SortKey, ...]
    where: Expr | None
    count: int


def first_rows(node: Select) -> FirstRows | None:
    """Return which rows of its one table a query asks for, where an index has them in order."""
    scan = node.from_
    if not isinstance(scan, Scan) or scan.index is None or len(scan.ranges) > 1 or node.ctes or node.locks:
        return None
    if is_volatile(node) or any_node(node.where, lambda each: isinstance(each, SubLink)):
        return None
    extreme = extreme_of(node)
    if extreme is not None and len(node.targets) == 1:
        return FirstRows((extreme,), node.where, 1) if is_ordered(scan, (extreme,)) else None
    order = tuple(key for key in node.order if not is_constant(key.expr))
    count = _count(node)
    if not order or count is None or not is_ordered(scan, order):
        return None
    return FirstRows(order, node.where, count)


def _count(node: Select) -> int | None:
    """Return how many rows leave a query whose rows are those of its table."""
    if (
        node.is_grouped
        or node.group
        or node.distinct
        or node.distinct_on
        or node.with_ties
        or node.limit is None
    ):
        return None
    if any_node(
        node.targets,
        lambda each: (
            isinstance(each, WindowCall) or (isinstance(each, FuncCall) and each.function.returns_set)
        ),
    ):
        return None
    total = 0
    for each in (node.limit, *((node.offset,) if node.offset is not None else ())):
        constant = folded(each)
        if not isinstance(constant, Const) or not isinstance(constant.value, int) or constant.value < 0:
            return None
        total += constant.value
    return total


def base_arm(compilation: Compilation, first: FirstRows, scan: Scan, selected: Sequence[str]) -> str:
    """Return the first base rows that have no pending change."""
    from borealis.executor.compile.conditions import condition
    from borealis.executor.compile.ordering import order_terms

    table, number = scan.relation.table, scan.relation.id
    row = compilation.new_name()
    from_, terms = f"{physical.table_name(table)} AS {row}", list[str]()
    before = dict(compilation.index_order)
    if scans.is_secondary(scan.index):
        assert scan.index is not None
        entry = compilation.new_name()
        from_ = f"i{scan.index.oid} AS {entry} CROSS JOIN {from_}"
        for range_ in scan.ranges:
            terms += scans.range_terms(compilation, scan, range_, entry)
        terms += scans.key_join(table, row, entry)
        scans.order_by_index(compilation, scan, entry)
    terms.append(scans.unchanged(table, row))
    with compilation.redefined(number, physical.columns_of(table, row)):
        if first.where is not None:
            terms.append(condition(compilation, first.where))
        order = ", ".join(order_terms(compilation, first.order))
    compilation.index_order = before
    columns = ", ".join(f"{row}.{column}" for column in selected)
    return f"SELECT * FROM (SELECT {columns} FROM {from_} WHERE {' AND '.join(terms)} ORDER BY {order} LIMIT {first.count})"
