"""pandas to and from tables through SQLAlchemy; pgcli's own queries for completion and its backslash commands."""

import os

import psycopg
import pytest

pytestmark = pytest.mark.slow

if "CI" not in os.environ:
    for package in ("pandas", "pgcli", "aurora_dsql_sqlalchemy"):
        pytest.importorskip(package, reason="needs the extra `clients`: make test installs it")


def test_pandas_writes_and_reads_a_table(shared_node):
    import pandas as pd
    import sqlalchemy

    engine = sqlalchemy.create_engine(
        f"auroradsql+psycopg://admin@127.0.0.1:{shared_node.port}/postgres?sslmode=disable"
    )
    frame = pd.DataFrame(
        {
            "id": [1, 2, 3],
            "name": ["a", None, "c"],
            "price": [1.5, 2.25, None],
            "day": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"]),
            "ok": [True, False, True],
        }
    )
    frame.to_sql("pandas_frames", engine, index=False, if_exists="fail")
    back = pd.read_sql("SELECT * FROM pandas_frames ORDER BY id", engine)
    assert back.drop(columns="day").to_dict("list").keys() == {"id", "name", "price", "ok"}
    assert (list(back.id), list(back.day), list(back.ok)) == (list(frame.id), list(frame.day), list(frame.ok))
    assert back.name.isna().tolist() == [False, True, False]
    frame.to_sql("pandas_frames", engine, index=False, if_exists="append", method="multi", chunksize=2)
    assert pd.read_sql_table("pandas_frames", engine, columns=["price"]).price.sum() == 7.5
    counted = pd.read_sql(
        "SELECT count(*) AS n FROM pandas_frames WHERE price > %(least)s", engine, params={"least": 2}
    )
    assert counted.n.tolist() == [2]
    frame.to_sql("pandas_frames", engine, index=False, if_exists="replace")
    assert len(pd.read_sql_table("pandas_frames", engine)) == 3
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE pandas_frames")
    engine.dispose()


@pytest.fixture
def pgcli(shared_node):
    from pgcli.pgexecute import PGExecute
    from pgspecial.main import PGSpecial

    statements = (
        "CREATE SCHEMA pgcli",
        "CREATE TABLE pgcli.parents (id int PRIMARY KEY, name text)",
        "CREATE TABLE pgcli.children (id int PRIMARY KEY, parent int REFERENCES pgcli.parents)",
        "CREATE VIEW pgcli.names AS SELECT name FROM pgcli.parents",
        "CREATE DOMAIN pgcli.positive AS int CHECK (VALUE > 0)",
        "CREATE FUNCTION pgcli.twice(a int) RETURNS int LANGUAGE sql AS 'SELECT a * 2'",
    )
    executor = PGExecute("postgres", "admin", "", "127.0.0.1", str(shared_node.port), None)
    with psycopg.connect(shared_node.conninfo(sslmode="disable"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)

        def run(command):
            """Run a command as the prompt does; return its first column and the names of all."""
            [(_, rows, names, _, _, succeeded, *_)] = list(executor.run(command, PGSpecial()))
            assert succeeded, command
            return [row[0] for row in rows], list(names)

        yield executor, run
        executor.conn.close()
        connection.execute("DROP SCHEMA pgcli CASCADE")


def test_pgcli_learns_what_it_completes(pgcli):
    executor, _ = pgcli
    assert {"pg_catalog", "public", "pgcli"} <= set(executor.schemata())
    assert list(executor.search_path()) == ["pg_catalog", "public"]
    assert list(executor.databases()) == ["postgres"]
    assert {("pgcli", "parents"), ("pgcli", "children")} <= set(executor.tables())
    assert ("pgcli", "names") in set(executor.views())
    columns = {row[:4] for row in executor.table_columns() if row[0] == "pgcli"}
    assert ("pgcli", "parents", "name", "text") in columns
    assert {row[:3] for row in executor.view_columns() if row[0] == "pgcli"} == {("pgcli", "names", "name")}
    keys = [key for key in executor.foreignkeys() if key.childschema == "pgcli"]
    assert [(key.parenttable, key.parentcolumn, key.childcolumn) for key in keys] == [
        ("parents", "id", "parent")
    ]
    functions = {one.func_name: one for one in executor.functions() if one.schema_name == "pgcli"}
    assert functions["twice"].arg_names == ("a",)


def test_pgcli_describes(pgcli):
    _, run = pgcli
    assert run("SELECT 40 + 2 AS answer") == ([42], ["answer"])
    assert run("\\d pgcli.parents")[0] == ["id", "name"]
    assert run("\\d+ pgcli.children")[0] == ["id", "parent"]
    for command in ("\\dt pgcli.*", "\\dv pgcli.*", "\\di pgcli.*", "\\df pgcli.*", "\\dD pgcli.*"):
        assert set(run(command)[0]) == {"pgcli"}, command
    assert run("\\l")[0] == ["postgres"]
    assert {"public", "pgcli"} <= set(run("\\dn")[0])
    assert "admin" in run("\\du")[0]
    for command in ("\\dT", "\\dp", "\\dx", "\\db", "\\ds", "\\dF"):
        run(command)
