"""Unnesting: subqueries that would be run for each row, written so that they are run once.

    EXISTS (SELECT … FROM b WHERE b.x = a.x AND c)            a.x IN (SELECT b.x FROM b WHERE c)
    NOT EXISTS (the same)                                     (a.x IN (…)) IS NOT TRUE
    a.v < (SELECT 0.2 * avg(v) FROM b WHERE b.x = a.x AND c)  a LEFT JOIN (SELECT x, 0.2 * avg(v) FROM b WHERE c GROUP BY x) d
                                                              ON d.x = a.x, and a.v < d.2
                          and where few a.x are asked for:    … AND b.x IN (SELECT x FROM a WHERE …)

Only what is correlated by equalities alone can be: the rest of the subquery names nothing outside. An aggregate of no rows must be
NULL, as a missing row is, so count is left alone. Whether it pays is the planner's to say, which costs both forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from borealis.planner.rebuild import rebuilt
from borealis.planner.terms import comparison_symbol, joined, outer_relations, stripped
from borealis.planner.units import relations_in, take_apart
from borealis.sql.bound.expressions import (
    AggregateCall,
    BooleanTest,
    BoolExpr,
    BoolOp,
    Const,
    Expr,
    FuncCall,
    Param,
    Relabel,
    SubLink,
    SubLinkKind,
    Var,
)
from borealis.sql.bound.relations import Join, JoinKind, RelationColumn, SubqueryRelation, TableRelation
from borealis.sql.bound.statements import Select, Target
from borealis.sql.bound.trees import any_node, conjuncts, is_volatile, relations_named
from borealis.types import oids

_NULL_OF_NOTHING = frozenset({"sum", "avg", "min", "max"})


@dataclass(frozen=True, slots=True)
class Correlation:
    """inner = outer, as the condition has it."""

    term: FuncCall
    inner: Expr
    outer: Expr

    def with_inner(self, column: Var, *, outer_first: bool = False) -> FuncCall:
        """Return the equality with a column in the place of what stands inside."""
        if outer_first:
            return replace(self.term, args=(self.outer, column))
        return replace(self.term, args=tuple(column if arg is self.inner else arg for arg in self.term.args))


def rewrites(node: Select, new_id: Callable[[], int]) -> Iterator[Select]:
    """Yield the query with one of its correlated subqueries unnested, a way at a time."""
    for term in conjuncts(node.where):
        found = _exists(term, new_id)
        if found is not None:
            yield replace(node, where=_replaced(node.where, term, found))
            continue
        for link in _scalars(term):
            yield from _joined(node, link, new_id)


def _replaced(where: Expr | None, term: Expr, new: Expr) -> Expr | None:
    return joined(new if each is term else each for each in conjuncts(where))


def _correlations(where: Expr | None, own: frozenset[int]) -> tuple[list[Correlation], list[Expr]] | None:
    """Return the equalities a subquery is correlated by, and its other conditions; None where those are, too."""
    found: list[Correlation] = []
    others: list[Expr] = []
    for term in conjuncts(where):
        if not outer_relations(term) - own:
            others.append(term)
            continue
        each = correlation(term, own)
        if each is None:
            return None
        found.append(each)
    return (found, others) if found else None


def correlation(term: Expr, own: frozenset[int]) -> Correlation | None:
    """Return an equality between what is inside, the relations own, and what is outside; None: it is none."""
    if comparison_symbol(term) != "=" or not isinstance(term, FuncCall):
        return None
    if term.function.source.startswith("numeric") or term.function.args[0] != term.function.args[1]:
        return None
    for inner, outer in (term.args, term.args[::-1]):
        names = relations_named(inner)
        if names and names <= own and not relations_named(outer) & own and not any_node(term, _is_link):
            return Correlation(term, inner, outer)
    return None


def _is_link(node: object) -> bool:
    return isinstance(node, SubLink)


def _is_plain(query: object) -> bool:
    """Whether a subquery is a SELECT of some rows, and no more."""
    return (
        isinstance(query, Select)
        and query.from_ is not None
        and not (query.ctes or query.locks or query.distinct_on or query.with_ties or query.offset)
        and not is_volatile(query)
        and not outer_relations(query.from_)
    )


# EXISTS


def _exists(term: Expr, new_id: Callable[[], int]) -> Expr | None:
    negated = isinstance(term, BoolExpr) and term.op is BoolOp.NOT
    link = term.args[0] if isinstance(term, BoolExpr) and negated else term
    if not isinstance(link, SubLink) or link.kind is not SubLinkKind.EXISTS or not _is_plain(link.query):
        return None
    query = link.query
    assert isinstance(query, Select)
    assert query.from_ is not None
    if query.is_grouped or (query.limit is not None and not _is_some(query.limit)):
        return None
    if any_node(query.targets, lambda node: isinstance(node, FuncCall) and node.function.returns_set):
        return None
    parts = _correlations(query.where, frozenset(each.id for each in relations_in(query.from_)))
    if parts is None:
        return None
    correlations, others = parts
    relation = new_id()
    comparisons = []
    targets = []
    for ordinal, each in enumerate(correlations, 1):
        column = Var(each.inner.type, each.inner.typmod, relation, ordinal)
        comparisons.append(each.with_inner(column, outer_first=True))
        targets.append(Target(each.inner, f"column{ordinal}"))
    inside = Select(tuple(targets), query.from_, joined(others))
    found = SubLink(oids.BOOL, -1, SubLinkKind.ANY, inside, relation, joined(comparisons))
    return BooleanTest(oids.BOOL, -1, found, value=True, negated=True) if negated else found


def _is_some(limit: Expr) -> bool:
    limit = limit.args[0] if isinstance(limit, FuncCall) and len(limit.args) == 1 else limit
    return isinstance(limit, Const) and isinstance(limit.value, int) and limit.value > 0


# Aggregates


def _scalars(term: Expr) -> Iterator[SubLink]:
    """Yield the scalar subqueries of a comparison."""
    if not isinstance(term, FuncCall):
        return
    for arg in term.args:
        arg = stripped(arg)
        if isinstance(arg, SubLink) and arg.kind is SubLinkKind.SCALAR and _is_plain(arg.query):
            query = arg.query
            is_one = (
                isinstance(query, Select) and query.is_grouped and not query.group and query.having is None
            )
            if is_one and isinstance(query, Select) and query.limit is None and len(query.targets) == 1:
                if not query.order and _is_null_of_nothing(query.targets[0].expr):
                    yield arg


def _is_null_of_nothing(expr: Expr) -> bool:
    """Whether an expression over aggregates is NULL where there are no rows."""
    match expr:
        case AggregateCall():
            return expr.function.name in _NULL_OF_NOTHING and not outer_relations(expr.filter)
        case Relabel():
            return _is_null_of_nothing(expr.arg)
        case FuncCall():
            rest = [arg for arg in expr.args if not isinstance(arg, Const | Param)]
            return expr.function.strict and len(rest) == 1 and _is_null_of_nothing(rest[0])
    return False


def _joined(node: Select, link: SubLink, new_id: Callable[[], int]) -> Iterator[Select]:
    """Yield the query joined with the subquery's groups: all of them, or those it asks for."""
    query = link.query
    assert isinstance(query, Select)
    assert query.from_ is not None
    assert node.from_ is not None
    own = frozenset(each.id for each in relations_in(query.from_))
    parts = _correlations(query.where, own)
    if parts is None or outer_relations(query.targets) - own:
        return
    correlations, others = parts
    asked = _asked_for(node, correlations, new_id)
    for conditions in (others, [*others, *asked])[: 1 + bool(asked)]:
        relation = new_id()
        keys = [Target(each.inner, f"column{n}") for n, each in enumerate(correlations, 1)]
        value = query.targets[0]
        groups = Select(
            (*keys, value), query.from_, joined(conditions), tuple(each.inner for each in correlations), True
        )
        columns = tuple(
            RelationColumn(each.name, each.expr.type, each.expr.typmod) for each in groups.targets
        )
        on = joined(
            each.with_inner(Var(each.inner.type, each.inner.typmod, relation, n))
            for n, each in enumerate(correlations, 1)
        )
        item = SubqueryRelation(relation, "subquery", groups, columns)
        result = Var(link.type, link.typmod, relation, len(columns))
        where = rebuilt(node.where, lambda each, result=result: result if each is link else None)  # type: ignore[misc]
        yield replace(node, from_=Join(JoinKind.LEFT, node.from_, item, on), where=where)


def _asked_for(node: Select, correlations: list[Correlation], new_id: Callable[[], int]) -> list[Expr]:
    """Return conditions that leave the groups whose keys the outer query's own conditions on a table leave."""
    assert node.from_ is not None
    units, terms = take_apart(node.from_, node.where)
    tables = {
        unit.item.id: unit.item for unit in units if isinstance(unit.item, TableRelation) and unit.on is None
    }
    found: list[Expr] = []
    for each in correlations:
        column = stripped(each.outer)
        table = tables.get(column.relation) if isinstance(column, Var) else None
        if table is None:
            continue
        own = [
            term
            for term in terms
            if relations_named(term) == {table.id} and not any_node(term, _is_link) and not is_volatile(term)
        ]
        if not own:
            continue
        copy, relation = new_id(), new_id()

        def moved(expr: object, old: int = table.id, new: int = copy) -> object | None:
            return replace(expr, relation=new) if isinstance(expr, Var) and expr.relation == old else None

        inside = Select(
            (Target(rebuilt(each.outer, moved), "column1"),),
            TableRelation(copy, table.alias, table.table),
            joined(rebuilt(term, moved) for term in own),
        )
        compared = replace(each.term, args=(each.inner, Var(each.outer.type, each.outer.typmod, relation, 1)))
        found.append(SubLink(oids.BOOL, -1, SubLinkKind.ANY, inside, relation, compared))
    return found
