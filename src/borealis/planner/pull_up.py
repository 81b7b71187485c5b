"""Pull-up and push-down: what stands between a condition and the table it is about goes away.

    FROM (SELECT b.x + 1 AS y FROM b WHERE c) s WHERE s.y = 5        FROM b WHERE c AND b.x + 1 = 5
    FROM (SELECT k, sum(v) FROM b GROUP BY k) s WHERE s.k = 5        … FROM b WHERE k = 5 GROUP BY k
    FROM (SELECT … UNION ALL SELECT …) s WHERE s.k = 5               into both sides
    WITH s AS (SELECT …) SELECT … FROM s                             s is a subquery, where nothing else names it

A subquery in FROM is pulled up where it is rows of its tables and no more. On the right side of a LEFT JOIN its columns have to be
plain ones: an expression need not be NULL where there is no row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from borealis.planner.rebuild import rebuilt
from borealis.planner.terms import joined, outer_relations
from borealis.planner.units import relations_in
from borealis.sql.bound.expressions import (
    AggregateCall,
    Expr,
    FuncCall,
    SubLink,
    Var,
    WholeRow,
    WindowCall,
)
from borealis.sql.bound.relations import (
    CteRelation,
    FromItem,
    Join,
    JoinKind,
    SubqueryRelation,
    SystemRelation,
)
from borealis.sql.bound.statements import Query, Select, SetOp, SetOperation
from borealis.sql.bound.trees import any_node, conjuncts, is_volatile, relations_named, walk

_ROUNDS_MAX = 50


def pulled_up(node: Select) -> Select:
    """Return a query with the subqueries of its FROM pulled up, and conditions pushed into those that stay."""
    if node.from_ is None or node.locks:
        return node
    node = _with_items_inlined(node)
    for _ in range(_ROUNDS_MAX):
        found = _next(node)
        if found is None:
            break
        node = _without(node, found)
    return _pushed_down(node)


# WITH


def _with_items_inlined(node: Select) -> Select:
    """Make subqueries of the WITH items that FROM names, and nothing else does."""
    for cte in node.ctes:
        if cte.recursive or cte.materialized or not isinstance(cte.query, Select | SetOperation):
            continue
        references = [each for each in walk(node) if isinstance(each, CteRelation) and each.cte == cte.id]
        if len(references) != 1 or is_volatile(cte.query) or _locks(cte.query) or outer_relations(cte.query):
            continue
        (reference,) = references
        assert node.from_ is not None
        if not any(each is reference for each in relations_in(node.from_)):
            continue
        query = cte.query
        subquery = SubqueryRelation(reference.id, reference.alias, query, reference.columns)
        from_ = rebuilt(
            node.from_,
            lambda each, old=reference, new=subquery: new if each is old else None,  # type: ignore[misc]
        )
        node = replace(node, from_=from_, ctes=tuple(each for each in node.ctes if each is not cte))
    return node


def _locks(query: Query) -> bool:
    return any_node(query, lambda each: isinstance(each, Select) and bool(each.locks))


# Pull-up


def _next(node: Select) -> SubqueryRelation | None:
    """Return a subquery that may be pulled up."""
    assert node.from_ is not None
    return _candidate(
        node.from_, nullable=False, is_taken=lambda item, nullable: _may_go(node, item, nullable)
    )


def _candidate(
    item: FromItem, *, nullable: bool, is_taken: Callable[[SubqueryRelation, bool], bool]
) -> SubqueryRelation | None:
    if isinstance(item, SubqueryRelation):
        return item if is_taken(item, nullable) else None
    if not isinstance(item, Join) or item.kind is JoinKind.FULL:
        return None
    left = nullable or item.kind is JoinKind.RIGHT
    right = nullable or item.kind is JoinKind.LEFT
    return _candidate(item.left, nullable=left, is_taken=is_taken) or _candidate(
        item.right, nullable=right, is_taken=is_taken
    )


def _may_go(node: Select, item: SubqueryRelation, nullable: bool) -> bool:
    query = item.query
    if not isinstance(query, Select) or query.from_ is None or item.lateral or item.function:
        return False
    if query.is_grouped or query.group or query.having or query.distinct or query.distinct_on or query.order:
        return False
    if query.limit or query.offset or query.ctes or query.locks or query.with_ties:
        return False
    if any(isinstance(each, SystemRelation) for each in relations_in(query.from_)):
        return False
    if any_node(query.targets, _is_no_column) or is_volatile(query):
        return False
    if nullable and not (
        isinstance(query.from_, Join) is False
        and all(isinstance(target.expr, Var) for target in query.targets)
        and not outer_relations(query)
    ):
        return False
    return not any(isinstance(each, WholeRow) and each.relation == item.id for each in walk(node))


def _is_no_column(node: object) -> bool:
    if isinstance(node, FuncCall):
        return node.function.returns_set
    return isinstance(node, SubLink | WindowCall | AggregateCall | WholeRow)


def _without(node: Select, item: SubqueryRelation) -> Select:
    """Return the query with a subquery's tables in its place."""
    query = item.query
    assert isinstance(query, Select)
    assert query.from_ is not None
    assert node.from_ is not None
    from_, where = _placed(node.from_, item, query.from_, query.where)
    columns = [target.expr for target in query.targets]

    def replaced(each: object) -> object | None:
        if isinstance(each, Var) and each.relation == item.id:
            return columns[each.attnum - 1]
        return None

    outer = joined((*conjuncts(node.where), *conjuncts(where)))
    result: Select = rebuilt(replace(node, from_=from_, where=outer), replaced)
    return result


def _placed(
    item: FromItem, old: SubqueryRelation, new: FromItem, where: Expr | None
) -> tuple[FromItem, Expr | None]:
    """Put an item in a subquery's place; its condition goes to the ON of the outer join it is filled by, or comes back."""
    if item is old:
        return new, where
    if not isinstance(item, Join):
        return item, where
    inside = any(each is old for each in relations_in(item.left))
    left, right = item.left, item.right
    if inside:
        left, where = _placed(left, old, new, where)
    else:
        right, where = _placed(right, old, new, where)
    is_filled = item.kind is (JoinKind.RIGHT if inside else JoinKind.LEFT)
    if is_filled and where is not None:
        on = joined((*conjuncts(item.condition), *conjuncts(where)))
        return replace(item, left=left, right=right, condition=on), None
    return replace(item, left=left, right=right), where


# Push-down


def _pushed_down(node: Select) -> Select:
    """Move conditions on the columns of one subquery into it."""
    kept: list[Expr] = []
    for term in conjuncts(node.where):
        assert node.from_ is not None
        item = _place_for(node.from_, term)
        query = None if item is None else _with_condition(item.query, term, item.id)
        if item is None or query is None:
            kept.append(term)
            continue
        new = replace(item, query=query)
        from_ = rebuilt(node.from_, lambda each, old=item, new=new: new if each is old else None)  # type: ignore[misc]
        node = replace(node, from_=from_)
    return node if len(kept) == len(conjuncts(node.where)) else replace(node, where=joined(kept))


def _place_for(item: FromItem, term: Expr) -> SubqueryRelation | None:
    """Return the subquery a condition is about, where no outer join fills it."""
    named = relations_named(term)
    if len(named) != 1 or any_node(term, _is_no_column) or is_volatile(term):
        return None
    pending = [item]
    while pending:
        each = pending.pop()
        if isinstance(each, SubqueryRelation):
            if each.id in named and not each.lateral and not each.function:
                return each
        elif isinstance(each, Join):
            if each.kind in (JoinKind.INNER, JoinKind.LEFT):
                pending.append(each.left)
            if each.kind in (JoinKind.INNER, JoinKind.RIGHT):
                pending.append(each.right)
    return None


def _with_condition(query: Query, term: Expr, relation: int) -> Query | None:
    """Return a query that gives the rows for which a condition over its columns is true; None: it cannot be said inside."""
    if query.limit is not None or query.offset is not None or is_volatile(query):
        return None
    if isinstance(query, SetOperation):
        if query.op is SetOp.EXCEPT and query.all:
            return None
        left = _with_condition(query.left, term, relation)
        right = _with_condition(query.right, term, relation)
        return None if left is None or right is None else replace(query, left=left, right=right)
    if not isinstance(query, Select) or query.from_ is None or query.locks or query.ctes:
        return None
    targets = [target.expr for target in query.targets]
    used = [targets[each.attnum - 1] for each in walk(term) if isinstance(each, Var)]
    if any_node(query.targets, lambda each: isinstance(each, WindowCall)) or any_node(used, _is_no_column):
        return None
    if any_node(query.targets, lambda each: isinstance(each, FuncCall) and each.function.returns_set):
        return None
    if query.distinct_on and any(expr not in query.distinct_on for expr in used):
        return None
    if query.is_grouped and any(expr not in query.group for expr in used):
        return None

    def inside(each: object) -> object | None:
        return targets[each.attnum - 1] if isinstance(each, Var) else None

    return replace(query, where=joined((*conjuncts(query.where), rebuilt(term, inside))))
