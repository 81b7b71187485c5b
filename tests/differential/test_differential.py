"""Random queries in lock-step with PostgreSQL 16: equal rows, types and SQLSTATEs.

DIFFERENTIAL_SEED and DIFFERENTIAL_COUNT choose other ones: `DIFFERENTIAL_SEED=7 DIFFERENTIAL_COUNT=5000 pytest
tests/differential`. A failure names the query.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from psycopg import pq

from .lockstep import ask, difference, is_matter_of_order, is_refusal
from .queries import Queries

SEED = int(os.environ.get("DIFFERENTIAL_SEED", "1"))
COUNT = int(os.environ.get("DIFFERENTIAL_COUNT", "600"))
SETUP = Path(__file__).with_name("tables.sql").read_text().splitlines()


@pytest.mark.slow
def test_random_queries_answer_as_postgresql_does(node_conninfo: str, postgresql: pq.PGconn) -> None:
    borealis = pq.PGconn.connect(node_conninfo.encode())
    for connection in (borealis, postgresql):
        for statement in (*SETUP, "SET timezone = 'UTC'"):
            assert ask(connection, statement).sqlstate == "", statement
    queries = Queries(SEED)
    failures, counts = [], Counter[str]()
    for number in range(COUNT):
        sql = queries.make()
        ours, theirs = ask(borealis, sql), ask(postgresql, sql)
        if is_refusal(ours):
            counts["refused"] += 1
        elif is_matter_of_order(ours, theirs):
            counts["errors of one side"] += 1
        elif what := difference(ours, theirs):
            failures.append(f"-- {number}: {what}\n{sql};")
    print(f"seed {SEED}, {COUNT} queries: {dict(counts)}")
    assert not failures, f"{len(failures)} of {COUNT} differ, seed {SEED}\n" + "\n".join(failures[:40])
    assert counts["refused"] <= COUNT // 100
    assert counts["errors of one side"] <= COUNT // 50
