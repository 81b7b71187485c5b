"""Which condition is looked at where: the terms of WHERE and ON, given to the scans and joins they are about.

    a JOIN b ON a.x = b.x AND b.y > 0 WHERE a.z = 1      a: a.z = 1     b: b.y > 0     the join: a.x = b.x

A term over one relation belongs to its scan, one over several to the first join that has them all; what stands in ON over
the preserved side of an outer join stays with the join, and a WHERE over the side it may fill with NULLs is looked at
after it. The plan's tree (build) and the counting of its rows (counting) both go by this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from borealis.planner.physical import PlannedJoin, PlannedJoinKind, Scan
from borealis.planner.scans import is_storages
from borealis.planner.units import relation_ids, relations_in
from borealis.sql.bound.expressions import Expr
from borealis.sql.bound.relations import FromItem, Join, JoinKind, TableRelation
from borealis.sql.bound.trees import conjuncts, is_volatile, relations_named


@dataclass(slots=True)
class ScanTerms:
    index: list[Expr] = field(default_factory=list)
    storage: list[Expr] = field(default_factory=list)
    filters: list[Expr] = field(default_factory=list)


@dataclass(slots=True)
class JoinTerms:
    condition: list[Expr] = field(default_factory=list)  # ON's, and of an inner join WHERE's
    filters: list[Expr] = field(default_factory=list)  # looked at after an outer join


@dataclass(slots=True)
class Conditions:
    scans: dict[int, ScanTerms] = field(default_factory=dict)  # by relation id
    joins: dict[int, JoinTerms] = field(default_factory=dict)  # by the id() of the item
    constant: list[Expr] = field(default_factory=list)
    """Terms over no relation of the FROM clause: looked at once."""
    late: list[Expr] = field(default_factory=list)
    """Volatile terms over no relation: looked at for each row."""


def join_kind(item: Join | PlannedJoin) -> PlannedJoinKind:
    if isinstance(item, PlannedJoin):
        return item.kind
    return {
        JoinKind.INNER: PlannedJoinKind.INNER,
        JoinKind.LEFT: PlannedJoinKind.LEFT,
        JoinKind.RIGHT: PlannedJoinKind.RIGHT,
        JoinKind.FULL: PlannedJoinKind.FULL,
    }[item.kind]


def assign(item: FromItem | None, where: Expr | None) -> Conditions:
    """Give every term of a query its place."""
    found = Conditions()
    terms = conjuncts(where)
    if item is None:
        found.constant = list(terms)
        return found
    own = relation_ids(item)
    placed = []
    for term in terms:
        if relations_named(term) & own:
            placed.append(term)
        elif is_volatile(term):
            found.late.append(term)
        else:
            found.constant.append(term)
    _place(found, item, placed)
    return found


def _place(found: Conditions, item: FromItem, terms: Sequence[Expr]) -> None:
    if isinstance(item, Scan):
        found.scans[item.relation.id] = _of_scan(item, terms)
    elif isinstance(item, Join | PlannedJoin):
        _of_join(found, item, terms)
    else:
        for relation in relations_in(item):
            is_table = isinstance(relation, TableRelation)
            found.scans[relation.id] = (
                ScanTerms([], [], list(terms)) if is_table else ScanTerms(filters=list(terms))
            )


def _of_scan(scan: Scan, terms: Sequence[Expr]) -> ScanTerms:
    """Return a scan's terms as the planner divided them; those it says nothing of are the query processor's."""
    index = list(scan.index_condition)
    known = [*index, *scan.storage_filters, *scan.filters]
    rest = [*scan.storage_filters, *scan.filters, *(term for term in terms if term not in known)]
    rest = [term for term in dict.fromkeys(rest) if term not in index]
    storage = [term for term in rest if term in scan.storage_filters or is_storages(term)]
    return ScanTerms(index, storage, [term for term in rest if term not in storage])


def _of_join(found: Conditions, item: Join | PlannedJoin, terms: Sequence[Expr]) -> None:
    left, right = relation_ids(item.left), relation_ids(item.right)
    own = conjuncts(item.condition)
    to_left: list[Expr] = []
    to_right: list[Expr] = []
    here = found.joins[id(item)] = JoinTerms()
    kind = join_kind(item)
    searched = _searched(item.right)
    for term in own:
        named = relations_named(term) & (left | right)
        if term in searched:
            continue
        if named and named <= right and kind not in (PlannedJoinKind.RIGHT, PlannedJoinKind.FULL):
            to_right.append(term)
        elif (
            named
            and named <= left
            and kind in (PlannedJoinKind.INNER, PlannedJoinKind.RIGHT, PlannedJoinKind.SEMI)
        ):
            to_left.append(term)
        else:
            here.condition.append(term)
    for term in terms:
        named = relations_named(term) & (left | right)
        if term in searched:
            continue
        if named <= left and kind not in (PlannedJoinKind.RIGHT, PlannedJoinKind.FULL):
            to_left.append(term)
        elif named <= right and kind in (PlannedJoinKind.INNER, PlannedJoinKind.RIGHT):
            to_right.append(term)
        elif kind is PlannedJoinKind.INNER:
            here.condition.append(term)
        else:
            here.filters.append(term)
    _place(found, item.left, to_left)
    _place(found, item.right, to_right)


def _searched(item: FromItem) -> list[Expr]:
    """Return the terms an inner side is searched by: its index answers for them."""
    if isinstance(item, Scan):
        return list(item.index_condition)
    if isinstance(item, Join | PlannedJoin):
        return [*_searched(item.left), *_searched(item.right)]
    return []
