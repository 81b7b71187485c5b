"""How many columns a table may have, at a time and in its life. Source: dsql-facts.md §3.3."""

from __future__ import annotations

import pytest

from borealis.errors import TooManyColumns
from borealis.executor.testing import EngineSession


def adding(names: list[str]) -> str:
    return "ALTER TABLE wide " + ", ".join(f"ADD COLUMN {name} int" for name in names)


def dropping(names: list[str]) -> str:
    return "ALTER TABLE wide " + ", ".join(f"DROP COLUMN {name}" for name in names)


@pytest.mark.slow
def test_columns_are_limited_at_a_time_and_in_a_tables_life(session: EngineSession) -> None:
    session.run("CREATE TABLE wide (id int PRIMARY KEY, a int)")
    session.run("INSERT INTO wide VALUES (1, 7)")
    names = [f"n{number}" for number in range(253)]
    with pytest.raises(TooManyColumns, match="tables can have at most 255 columns"):
        session.run(adding([*names, "more"]))
    for _ in range(6):  # 1,518 of 1,600
        session.run(adding(names))
        session.run(dropping(names))
    session.run(adding(names[:80]))
    with pytest.raises(TooManyColumns, match="tables can have at most 1600 columns"):
        session.run(adding(["more"]))
    session.run("UPDATE wide SET n79 = a + 1")
    session.run("INSERT INTO wide (id, n0) VALUES (2, 5)")
    assert session.rows("SELECT id, a, n0, n79 FROM wide ORDER BY id") == [
        ("1", "7", None, "8"),
        ("2", None, "5", None),
    ]
