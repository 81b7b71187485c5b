"""Random ALTER TABLEs, writes and views in lock-step with PostgreSQL 16: after each step both sides show the same.

DIFFERENTIAL_SEED and DIFFERENTIAL_HISTORIES choose others. A failure names the history.
"""

from __future__ import annotations

import os

import pytest
from psycopg import pq

from .alterations import END, LOOKS, START, Alterations
from .lockstep import Reply, ask

SEED = int(os.environ.get("DIFFERENTIAL_SEED", "1"))
HISTORIES = int(os.environ.get("DIFFERENTIAL_HISTORIES", "20"))
STEPS = 25


def difference(sql: str, ours: Reply, theirs: Reply) -> str:
    """Return what differs, empty if nothing does; of ALTER TABLE the texts of errors too."""
    if ours.sqlstate != theirs.sqlstate or (sql.startswith("ALTER") and ours.message != theirs.message):
        return f"{ours.sqlstate or 'ok'} {ours.message} / {theirs.sqlstate or 'ok'} {theirs.message}"
    # ORDER BY leaves rows with equal keys in any order.
    if sorted(map(str, ours.rows)) != sorted(map(str, theirs.rows)):
        return f"{ours.rows} / {theirs.rows}"
    return "" if ours.types == theirs.types else f"types {ours.types} / {theirs.types}"


@pytest.mark.slow
def test_altered_tables_are_as_in_postgresql(node_conninfo: str, postgresql: pq.PGconn) -> None:
    borealis = pq.PGconn.connect(node_conninfo.encode())
    for number in range(HISTORIES):
        seed = SEED * 100_000 + number
        alterations = Alterations(seed)
        history = [*START, *(alterations.make() for _ in range(STEPS))]
        for step, sql in enumerate(history, 1):
            for asked in (sql, *LOOKS):
                what = difference(asked, ask(borealis, asked), ask(postgresql, asked))
                told = ";\n".join(history[:step])
                assert not what, f"seed {seed}: {what}\n{told};\n{asked}"
        for sql in END:
            ask(borealis, sql)
            assert ask(postgresql, sql).sqlstate == "", sql
