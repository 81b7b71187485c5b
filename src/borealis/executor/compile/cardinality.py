"""How many rows a query can give, as far as its shape tells."""

from __future__ import annotations

from borealis.executor.compile import comparison
from borealis.executor.compile.trees import any_node, conjuncts, relations_named
from borealis.planner.physical import Scan, base_table
from borealis.planner.terms import stripped
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import Query, Select, SetOperation, Values


def is_single(query: Query) -> bool:
    """Whether the query cannot give two rows."""
    if _is_limited_to_one(query.limit) and not getattr(query, "with_ties", False):
        return True
    match query:
        case Values():
            return len(query.rows) <= 1
        case SetOperation():
            return False
        case Select() if any_node(query.targets, _returns_set):
            return False
        case Select(is_grouped=True, group=()):
            return True
        case Select(from_=None):
            return True
        case Select(from_=TableRelation() | Scan() as item):
            relation = base_table(item)
            return relation is not None and _key_is_fixed(relation, query.where)
    return False


def _is_limited_to_one(limit: bound.Expr | None) -> bool:
    if isinstance(limit, bound.FuncCall) and len(limit.args) == 1:
        limit = limit.args[0]  # int4 to int8
    return isinstance(limit, bound.Const) and limit.value in (0, 1)


def _returns_set(node: object) -> bool:
    return isinstance(node, bound.FuncCall) and node.function.returns_set


def _key_is_fixed(relation: TableRelation, where: bound.Expr | None) -> bool:
    """Whether WHERE fixes all columns of a primary key or of a unique index by =, which no NULL passes."""
    fixed = fixed_columns(relation, where)
    return any(
        index.is_unique and index.is_valid and not index.is_computed and fixed.keys() >= set(index.columns)
        for index in relation.table.indexes
    )


def fixed_columns(relation: TableRelation, where: bound.Expr | None) -> dict[int, tuple[bound.Expr, str]]:
    """Return attnum to (other side, pg_proc.prosrc of the operator) of the `column = expression` terms of a condition.

    The other side names no column of the relation itself; = is one that SQLite's own = carries out.
    """
    found: dict[int, tuple[bound.Expr, str]] = {}
    for term in conjuncts(where):
        operands = comparison.equality_operands(term)
        if operands is None or not isinstance(term, bound.FuncCall):
            continue
        for column, other in (operands, operands[::-1]):
            column = stripped(column)
            if (
                isinstance(column, bound.Var)
                and column.relation == relation.id
                and relation.id not in relations_named(other)
            ):
                found.setdefault(column.attnum, (other, term.function.source))
    return found
