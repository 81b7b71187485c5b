"""Recount: the rows of tables whose own reading cannot be counted, because SQLite does it inside.

It makes an index of a table that is searched again and again without one (`USING AUTOMATIC … INDEX` in its own plan), and
reads both sides of a FULL JOIN whole; conditions see what comes out of that, not what went in. Either reads the table once,
from end to end: afterwards it is read so once more, in the same snapshot, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import apsw

from borealis.executor.compile.compilation import Compilation
from borealis.executor.explain.conditions import ScanTerms
from borealis.executor.explain.counting.counter import Counter, new_run
from borealis.executor.explain.counting.tick import Tick
from borealis.planner.terms import joined
from borealis.sql.bound.expressions import Const, Expr
from borealis.sql.bound.relations import TableRelation
from borealis.sql.bound.statements import Select, Target
from borealis.sql.bound.trees import relations_named
from borealis.types import oids
from borealis.types.base import Value

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction

_AUTOMATIC = re.compile(r"r(\d+) USING AUTOMATIC")
_PARAMETER = re.compile(r"\?(\d+)")


def indexed_by_sqlite(transaction: Transaction, texts: list[str]) -> set[int]:
    """Return the relations that SQLite makes an index of while it runs statements."""
    found: set[int] = set()
    for text in texts:
        count = max((int(number) for number in _PARAMETER.findall(text)), default=0)
        try:
            rows = transaction.connection.execute(f"EXPLAIN QUERY PLAN {text}", (None,) * count)
            for row in rows:
                found.update(int(number) for number in _AUTOMATIC.findall(str(row[-1])))
        except apsw.Error:
            continue  # what cannot be explained by itself is counted as it is
    return found


class Recounted:
    """One table, read again."""

    def __init__(
        self,
        transaction: Transaction,
        relation: TableRelation,
        terms: ScanTerms,
        arguments: tuple[Value, ...],
        *,
        sizes: bool,
    ) -> None:
        counter = Counter(new_run(), [None] * 3, None)
        own = frozenset((relation.id,))
        where = joined(
            [
                _tick(counter, 0, relation, sizes=sizes),
                *_only(terms.storage, own),
                _tick(counter, 1, relation),
                *_only([*terms.index, *terms.filters], own),
                _tick(counter, 2, relation),
            ]
        )
        one = Target(Const(oids.INT4, -1, 1), "?column?")
        compilation = Compilation(transaction.overlaid(frozenset((relation.table.oid,))))
        query = compilation.query(Select((one,), relation, where))
        statement = compilation.finish(query.text, query.outputs)
        counter.begin()
        try:
            transaction.read_all(statement, arguments)
        finally:
            counter.end()
        number = relation.id
        self.rows = dict(
            zip((("scanned", number), ("stored", number), ("rows", number)), counter.rows, strict=True)
        )
        self.bytes = counter.bytes[0]


def _only(terms: list[Expr], own: frozenset[int]) -> Iterator[Expr]:
    return (term for term in terms if relations_named(term) <= own)


def _tick(counter: Counter, point: int, relation: TableRelation, *, sizes: bool = False) -> Tick:
    return Tick(oids.BOOL, -1, counter.number, point, (relation,), sizes=sizes)
