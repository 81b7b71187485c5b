"""Tick: a condition that is always true, and counts.

    pg_explain_tick(run, point, bytes, r3.c1)      evaluated for each row of r3 that has passed what stands before it

SQLite looks at a condition as soon as all relations it names are there, at those of one relation in the order they are
written, but at those with subqueries last; so a tick names its relations, and one behind subqueries is in a subquery itself.
The function is not deterministic, so SQLite neither moves it into an index it makes nor leaves it out.
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.executor.compile.compilation import Compilation, compiles
from borealis.executor.explain.counting.counter import count
from borealis.functions.implementation import Sql, scalar
from borealis.metering.rows import HEADER_BYTES
from borealis.sql.bound.expressions import AggregateCall, Expr
from borealis.sql.bound.relations import Relation, SystemRelation, TableRelation
from borealis.types.base import Value
from borealis.types.registry import type_of


@dataclass(frozen=True, slots=True)
class Tick(Expr):
    run: int
    point: int
    relations: tuple[Relation, ...]
    sizes: bool = False
    """Count the bytes of the (one) relation's rows."""
    last: bool = False
    """Stands behind conditions with subqueries."""
    aggregate: AggregateCall | None = None
    """What makes it a condition on groups."""


@compiles(Tick)
def tick(compilation: Compilation, node: Tick) -> Sql:
    marks = [_mark(compilation, relation) for relation in node.relations]
    size = _size(compilation, node.relations[0]) if node.sizes else "0"
    if node.aggregate is not None:
        marks.append("count(*)")
    call = f"pg_explain_tick({', '.join([str(node.run), str(node.point), size, *marks])})"
    return Sql(f"(SELECT {call})" if node.last else call)


def _mark(compilation: Compilation, relation: Relation) -> str:
    """Return some column of a relation, which must have been read before the tick."""
    if isinstance(relation, SystemRelation):
        return compilation.column(relation.id, 1).text
    columns = compilation.typed_columns(relation)
    if columns:
        return next(iter(columns.values()))[0].text
    # A table without columns has the key it was given; of what else has none there is nothing to name.
    return f"r{relation.id}._id" if isinstance(relation, TableRelation) else "0"


def is_nameless(relation: Relation) -> bool:
    """Whether a tick cannot be bound to a relation: it has no columns."""
    return not isinstance(relation, TableRelation) and not relation.columns


def _size(compilation: Compilation, relation: Relation) -> str:
    """Return the bytes a row counts for, less what a key of text adds."""
    assert isinstance(relation, TableRelation)
    fixed, texts = 0, []
    for sql, type_ in compilation.typed_columns(relation).values():
        width = type_of(type_).length
        if width > 0:
            fixed += width
        else:
            texts.append(f"ifnull(octet_length({sql.text}) + {HEADER_BYTES}, 0)")
    return " + ".join([str(fixed), *texts])


@scalar("explain_tick", strict=False, deterministic=False)
def explain_tick(run: int, point: int, size: int | None, *marks: Value) -> int:
    return count(run, point, size)
