"""Access paths: the ways to read one table, for the conditions and the outer relations it is read under.

    the table whole; by its primary key; through a secondary index, with the table or, where the index covers, without

An index is searched by its leading columns: = and IS NULL go on to the next column, IN too, a range ends the search. An OR all
of whose arms search one index is a search of several ranges. A partial index serves where the conditions imply its predicate.

Must hold: a path gives at least the rows its conditions leave, each once; which of them WHERE keeps is not its business.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from borealis.catalog.relations import Index
from borealis.planner import cost
from borealis.planner.physical import KeyColumn, KeyColumnKind, KeyRange, Scan
from borealis.planner.selectivity import TableEstimator
from borealis.planner.settings import PlannerSettings
from borealis.planner.terms import KeyTerm, disjuncts, joined, key_terms, stripped
from borealis.sql.bind.implication import implies
from borealis.sql.bound.expressions import Expr, InList, SortKey, SubLink, Var
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import ComputedIndex
from borealis.sql.bound.trees import conjuncts


@dataclass(frozen=True, slots=True)
class Path:
    """One way to read a relation, once."""

    index: Index | None
    keys: tuple[Expr, ...]  # of the index
    ranges: tuple[KeyRange, ...]
    is_covering: bool
    terms: tuple[Expr, ...]  # the conditions of the ranges
    read: float  # rows read
    cost: float  # µs
    needs: frozenset[int]  # outer relations

    def gives_order(self, relation: TableRelation, order: Sequence[SortKey]) -> bool | None:
        """Return whether it gives the relation's rows in an order, as gives_order has it."""
        return gives_order(self.index, self.keys, self.ranges, relation, order)


@dataclass(frozen=True, slots=True)
class KnownIndex:
    """An index with its keys over the relation's Vars."""

    index: Index
    keys: tuple[Expr, ...]
    predicate: Expr | None


def known_indexes(relation: TableRelation, computed: Sequence[ComputedIndex]) -> tuple[KnownIndex, ...]:
    """Return the indexes a relation may be read through, the primary key first."""
    by_oid = {each.index.oid: each for each in computed}
    found = []
    for index in sorted(relation.table.indexes, key=lambda each: not each.is_primary):
        if not index.is_valid:
            continue
        bound = by_oid.get(index.oid)
        if bound is not None:
            found.append(KnownIndex(index, bound.keys, bound.predicate))
        elif not index.is_computed:
            columns = (relation.table.columns[attnum - 1] for attnum in index.columns)
            keys = tuple(Var(each.type, each.typmod, relation.id, each.attnum) for each in columns)
            found.append(KnownIndex(index, keys, None))
    return tuple(found)


class Paths:
    """The access paths of one relation."""

    def __init__(
        self,
        relation: TableRelation,
        estimator: TableEstimator,
        indexes: Sequence[KnownIndex],
        needed: frozenset[int] | None,
        group: frozenset[int],
        settings: PlannerSettings,
    ) -> None:
        """needed: the columns the statement reads of it; None: more than an index holds. group: what it is joined with."""
        self.relation = relation
        self.estimator = estimator
        self.indexes = indexes
        self.needed = needed
        self.group = group
        self.settings = settings
        self._key_terms: dict[Expr, tuple[KeyTerm, ...]] = {}

    def best(self, terms: Sequence[Expr], outer: frozenset[int]) -> Path:
        """Return the cheapest path; terms: the conditions that hold of its rows, outer: the relations already read."""
        return min(self.all(terms, outer), key=lambda path: path.cost)

    def all(self, terms: Sequence[Expr], outer: frozenset[int]) -> list[Path]:
        found = [self._full(len(terms))]
        for index in self.indexes:
            if index.predicate is not None and not self._holds(index.predicate, terms):
                continue
            search = self._search(index, terms, outer)
            if search:
                found.append(self._path(index, (search,)))
            elif self._covers(index.index) or index.predicate is not None:
                found.append(self._path(index, ()))
            found += self._alternatives(index, terms, outer)
        return found

    def through(self, index: KnownIndex, terms: Sequence[Expr], outer: frozenset[int]) -> Path | None:
        """Return the path through one index, though nothing is searched in it: for its order."""
        if index.predicate is not None and not self._holds(index.predicate, terms):
            return None
        search = self._search(index, terms, outer)
        return self._path(index, (search,) if search else ())

    def _holds(self, predicate: Expr, terms: Sequence[Expr]) -> bool:
        return implies(joined(terms), predicate)

    def _full(self, conditions: int) -> Path:
        rows = self.estimator.rows
        total = rows * (cost.ROW + cost.FILTER * min(conditions, 1))
        if not self.settings.enable_seqscan:
            total += cost.DISABLED
        return Path(None, (), (), True, (), rows, total, frozenset())

    def _known_terms(self, term: Expr) -> tuple[KeyTerm, ...]:
        found = self._key_terms.get(term)
        if found is None:
            found = self._key_terms[term] = key_terms(term, self.relation.id)
        return found

    def _search(
        self, index: KnownIndex, terms: Iterable[Expr], outer: frozenset[int]
    ) -> tuple[tuple[KeyColumnKind, tuple[KeyTerm, ...]], ...]:
        """Return what the conditions say of the leading columns of an index."""
        usable = [
            known for term in terms for known in self._known_terms(term) if known.needs & self.group <= outer
        ]
        columns: list[tuple[KeyColumnKind, tuple[KeyTerm, ...]]] = []
        for key in index.keys:
            own = [known for known in usable if known.key == key]
            for kind in (KeyColumnKind.EQUAL, KeyColumnKind.IS_NULL, KeyColumnKind.ONE_OF):
                single = min((known for known in own if known.kind is kind), key=_dependence, default=None)
                if single is not None:
                    columns.append((kind, (single,)))
                    break
            else:
                ends = tuple(known for known in own if known.kind is KeyColumnKind.RANGE)
                if ends:
                    columns.append((KeyColumnKind.RANGE, ends))
                break
        return tuple(columns)

    def _alternatives(self, index: KnownIndex, terms: Sequence[Expr], outer: frozenset[int]) -> list[Path]:
        """Return the paths by an OR, each arm a range."""
        found = []
        for term in terms:
            arms = disjuncts(term)
            if len(arms) < 2:
                continue
            others = [each for each in terms if each is not term]
            searches = tuple(self._search(index, [*conjuncts(arm), *others], outer) for arm in arms)
            firsts = [self._search(index, conjuncts(arm), outer) for arm in arms]
            if all(searches) and any(firsts):
                found.append(self._path(index, searches, term))
        return found

    def _path(
        self,
        index: KnownIndex,
        searches: tuple[tuple[tuple[KeyColumnKind, tuple[KeyTerm, ...]], ...], ...],
        alternative: Expr | None = None,
    ) -> Path:
        estimator, table_rows = self.estimator, self.estimator.rows
        read, probes = 0.0, 0.0
        for search in searches:
            selectivity = estimator.of_all(dict.fromkeys(each.term for _, known in search for each in known))
            if self._is_one(index, search):
                selectivity = min(selectivity, 1 / table_rows)
            read += max(table_rows * selectivity, 0.0)
            probes += self._probes(search)
        if not searches:
            read, probes = table_rows, 1.0
        if index.predicate is not None:
            read *= estimator.of(index.predicate)
        read = min(read, table_rows)
        is_primary = index.index.is_primary
        covers = is_primary or (len(searches) < 2 and self._covers(index.index))
        each = (cost.ROW if is_primary else cost.INDEX_ROW) + cost.FILTER
        if not covers:
            each += cost.LOOKUP
        total = probes * cost.PROBE + read * each
        if (not self.settings.enable_indexscan and not (covers and self.settings.enable_indexonlyscan)) or (
            covers and not self.settings.enable_indexonlyscan
        ):
            total += cost.DISABLED
        terms = tuple(
            dict.fromkeys(each.term for search in searches for _, known in search for each in known)
        )
        if alternative is not None:
            terms = (alternative,)
        needs = frozenset().union(
            *(each.needs for search in searches for _, known in search for each in known)
        )
        return Path(
            index.index, index.keys, tuple(map(_key_range, searches)), covers, terms, read, total, needs
        )

    def _probes(self, search: Iterable[tuple[KeyColumnKind, tuple[KeyTerm, ...]]]) -> float:
        probes = 1.0
        for kind, known in search:
            if kind is KeyColumnKind.ONE_OF:
                term = known[0].term
                if isinstance(term, SubLink):
                    probes *= self.estimator.rows_of(term.query)
                else:
                    probes *= len(term.items) if isinstance(term, InList) else 10
        return probes

    def _is_one(
        self, index: KnownIndex, search: tuple[tuple[KeyColumnKind, tuple[KeyTerm, ...]], ...]
    ) -> bool:
        """Whether a search can find but one row: all of a unique index's columns are fixed."""
        return (
            index.index.is_unique
            and len(search) == len(index.keys)
            and all(kind is KeyColumnKind.EQUAL for kind, _ in search)
        )

    def _covers(self, index: Index) -> bool:
        if self.needed is None:
            return False
        if index.is_primary:
            return True
        key = self.relation.table.primary_key
        held = {*index.columns, *index.included, *(key.columns if key is not None else ())} - {0}
        return held >= self.needed


def _key_range(search: tuple[tuple[KeyColumnKind, tuple[KeyTerm, ...]], ...]) -> KeyRange:
    return KeyRange(tuple(KeyColumn(kind, tuple(each.term for each in known)) for kind, known in search))


def _dependence(known: KeyTerm) -> int:
    """Constants before columns of other relations."""
    return len(known.needs)


def gives_order(
    index: Index | None,
    keys: Sequence[Expr],
    ranges: Sequence[KeyRange],
    relation: TableRelation,
    order: Sequence[SortKey],
) -> bool | None:
    """Return whether an index with these keys, read in these ranges, gives rows in an order.

    None: it does not; else whether it is read backwards.
    """
    if index is None or len(ranges) > 1:
        return None
    kinds = [column.kind for column in ranges[0].columns] if ranges else []
    columns = list(keys)
    if not index.is_primary and relation.table.primary_key is not None:
        for attnum in relation.table.primary_key.columns:
            column = relation.table.columns[attnum - 1]
            columns.append(Var(column.type, column.typmod, relation.id, attnum))
    fixed = {
        key
        for key, kind in zip(columns, kinds, strict=False)
        if kind in (KeyColumnKind.EQUAL, KeyColumnKind.IS_NULL)
    }
    at, backward = 0, None
    for key in order:
        if key.expr in fixed:
            continue
        while at < len(columns) and columns[at] in fixed:
            at += 1
        if at == len(columns) or columns[at] != key.expr:
            return None
        if at < len(kinds) and kinds[at] is KeyColumnKind.ONE_OF:
            return None
        has_nulls = not (at < len(kinds) and kinds[at] is KeyColumnKind.RANGE) and _is_nullable(
            relation, columns[at]
        )
        stored_first = at in index.nulls_first
        if has_nulls and key.nulls_first != (stored_first != key.descending):
            return None
        if backward is not None and backward != key.descending:
            return None
        backward = key.descending
        at += 1
    return bool(backward)


def is_ordered(scan: Scan, order: Sequence[SortKey]) -> bool:
    """Return whether a scan gives rows in an order, forwards or backwards."""
    index, relation = scan.index, scan.relation
    if index is None or index.is_computed:
        return False
    columns = (relation.table.columns[attnum - 1] for attnum in index.columns)
    keys = tuple(Var(each.type, each.typmod, relation.id, each.attnum) for each in columns)
    wanted = [replace(key, expr=stripped(key.expr)) for key in order]
    return gives_order(index, keys, scan.ranges, relation, wanted) is not None


def _is_nullable(relation: TableRelation, key: Expr) -> bool:
    return not (isinstance(key, Var) and relation.table.columns[key.attnum - 1].not_null)
