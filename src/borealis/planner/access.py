"""Access paths: which index table a base relation is read through.

The choice now is a plain rule: a relation whose primary key is not fixed by WHERE, but a leading part of a secondary index
is, is read through that index; the longest part wins, a unique index first. Ranges, orders and costs will be weighed here
once there are statistics. The compiler asks `choose` and knows no more.

Invariant: an access path only narrows where rows are looked for; the condition it came from is still evaluated, so a path
is never wrong, only slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from borealis.catalog.relations import Index
from borealis.sql.bound.expressions import Expr
from borealis.sql.bound.relations import TableRelation


@dataclass(frozen=True, slots=True)
class IndexLookup:
    """Rows of a table by equality of an index's leading columns, none of them NULL."""

    index: Index
    values: tuple[Expr, ...]  # one per leading column of the index


def choose(relation: TableRelation, fixed: Mapping[int, Expr]) -> IndexLookup | None:
    """Return the index to read through; fixed are the columns that equal an expression over other relations."""
    key = relation.table.primary_key
    if key is not None and key.columns[0] in fixed:
        return None
    best: IndexLookup | None = None
    for index in relation.table.secondary_indexes:
        if not index.is_valid:
            continue
        lookup = IndexLookup(index, _leading(index, fixed))
        if lookup.values and (best is None or _rank(lookup) > _rank(best)):
            best = lookup
    return best


def _leading(index: Index, fixed: Mapping[int, Expr]) -> tuple[Expr, ...]:
    values: list[Expr] = []
    for attnum in index.columns:
        if attnum not in fixed:
            break
        values.append(fixed[attnum])
    return tuple(values)


def _rank(lookup: IndexLookup) -> tuple[bool, int]:
    whole = len(lookup.values) == len(lookup.index.columns)
    return (whole and lookup.index.is_unique, len(lookup.values))
