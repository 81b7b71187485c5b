"""From a chosen path to the Scan that stands in FROM, with the figures EXPLAIN shows."""

from __future__ import annotations

from collections.abc import Sequence

from borealis.planner import cost
from borealis.planner.paths import Path
from borealis.planner.physical import Scan
from borealis.planner.selectivity import TableEstimator
from borealis.planner.terms import comparison_symbol, stripped
from borealis.sql.bound.expressions import Const, Expr, FuncCall, NullTest, Param, Var
from borealis.sql.bound.relations import TableRelation
from borealis.types import oids


def full_scan(
    relation: TableRelation, estimator: TableEstimator, terms: Sequence[Expr], width: int, rows: float
) -> Scan:
    """Return the scan of a whole table; one with a primary key is read by it, as DSQL does."""
    key = relation.table.primary_key
    stored, others = _divided(terms)
    kind = "full" if key is None else "only"
    after = estimator.rows * estimator.of_all(stored)
    return Scan(
        relation,
        key,
        (),
        True,
        False,
        (),
        stored,
        others,
        cost.scan_estimate(estimator.rows, rows, estimator.rows, width, len(terms), kind),
        cost.scan_estimate(estimator.rows, max(after, rows), estimator.rows, width, 0, kind),
    )


def scan_of(
    relation: TableRelation,
    path: Path,
    estimator: TableEstimator,
    terms: Sequence[Expr],
    width: int,
    rows: float,
    backward: bool,
) -> Scan:
    stored, others = _divided([term for term in terms if term not in path.terms])
    kind = "only" if path.is_covering else "index"
    after = min(path.read, max(rows, 1.0)) if len(path.needs) == 0 else path.read
    return Scan(
        relation,
        path.index,
        path.ranges,
        path.is_covering,
        backward,
        path.terms,
        stored,
        others,
        cost.scan_estimate(path.read, after, estimator.rows, width, len(terms), kind),
        cost.scan_estimate(path.read, path.read, estimator.rows, width, len(path.terms), kind),
    )


def _divided(terms: Sequence[Expr]) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """Return the conditions DSQL's storage evaluates, and those it leaves to the query processor."""
    stored = tuple(term for term in terms if is_storages(term))
    return stored, tuple(term for term in terms if term not in stored)


def is_storages(term: Expr) -> bool:
    """Whether DSQL's storage evaluates a term: it compares columns and values, none numeric (dsql-facts §6: nor LIKE)."""
    if isinstance(term, NullTest):
        return isinstance(term.arg, Var)
    if comparison_symbol(term) is None or not isinstance(term, FuncCall):
        return False
    plain = (stripped(arg) for arg in term.args)
    return term.function.args[0] != oids.NUMERIC and all(
        isinstance(arg, Var | Const | Param) for arg in plain
    )
