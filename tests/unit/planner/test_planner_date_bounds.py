"""A date compared with a constant timestamp says the same as the date it is compared with instead.

The yardstick is the comparison SQLite is given where the other side is no constant; PostgreSQL judges that one
(tests/oracle/functions, and the bounds below as PostgreSQL 16.2 answers them).
"""

import pytest

from borealis.executor.testing import EmbeddedEngine

DATES = ["-infinity", "4713-01-01 BC", "1999-12-31", "2000-01-01", "2000-01-02", "5874897-12-31", "infinity"]
BOUNDS = [
    "-infinity",
    "4713-11-24 00:00:00 BC",
    "1999-12-31 23:59:59.999999",
    "2000-01-01 00:00:00",
    "2000-01-01 00:00:00.000001",
    "294276-12-31 23:59:59.999999",
    "infinity",
]
BELOW = {
    # how many of DATES are below each bound, and at most it
    "-infinity": (0, 1),
    "4713-11-24 00:00:00 BC": (2, 2),
    "1999-12-31 23:59:59.999999": (3, 3),
    "2000-01-01 00:00:00": (3, 4),
    "2000-01-01 00:00:00.000001": (4, 4),
    "294276-12-31 23:59:59.999999": (5, 5),
    "infinity": (6, 7),
}


@pytest.fixture(scope="module")
def session():
    with EmbeddedEngine() as engine:
        session = engine.session()
        session.run("CREATE TABLE dated (id int PRIMARY KEY, d date)")
        rows = ", ".join(f"({n}, '{text}')" for n, text in enumerate(DATES))
        session.run(f"INSERT INTO dated VALUES {rows}, (99, NULL)")
        yield session


def count(session, condition):
    return int(session.rows(f"SELECT count(*) FROM dated WHERE {condition}")[0][0])


@pytest.mark.parametrize("bound", BOUNDS)
def test_each_operator_on_both_sides(session, bound):
    below, at_most = BELOW[bound]
    constant = f"timestamp '{bound}'"
    expected = {"<": below, "<=": at_most, ">": len(DATES) - at_most, ">=": len(DATES) - below}
    for operator, rows in expected.items():
        assert count(session, f"d {operator} {constant}") == rows, operator
        commuted = operator.replace("<", "x").replace(">", "<").replace("x", ">")
        assert count(session, f"{constant} {commuted} d") == rows, commuted
        assert count(session, f"(d {operator} {constant}) IS TRUE") == rows  # as it stands
