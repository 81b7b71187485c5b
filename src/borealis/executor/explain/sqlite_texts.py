"""What SQLite is given: EXPLAIN (SQLITE) shows it."""

from __future__ import annotations

from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.dml import delete_source, insert_source, update_source
from borealis.sql.bound.statements import Delete, Insert, Statement, Update


def sqlite_texts(statement: Statement) -> list[str]:
    """Return the SQLite statements that carry a statement out, where it has any of its own."""
    match statement:
        case Update():
            return [update_source(statement, frozenset())[0].sql]
        case Delete():
            return [delete_source(statement, frozenset())[0].sql]
        case Insert():
            return [insert_source(statement, frozenset()).sql]
    compilation = Compilation()
    query = compilation.query(statement)
    return [compilation.finish(query.text, query.outputs).sql]
