"""Record what real clients and a real PostgreSQL say to each other, for tests/wire/recorded/.

    .venv/bin/python tools/record_wire.py [name …]

Each file holds the messages by name and field, then the bytes as they passed. Names and fields are libpq's own for
psycopg (PQtrace); for the other clients they are read by wire_trace.py, which is first held against PQtrace on psycopg's
streams. Nothing of src/borealis is imported: what is tested is not asked.
"""

from __future__ import annotations

import asyncio
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import asyncpg
import psycopg
from psycopg import pq
from wire_proxy import PASSWORD, PASSWORD_USER, Chunk, Proxy, start_postgres
from wire_trace import render

TARGET = Path(__file__).parent.parent / "tests" / "wire" / "recorded"
INT4_AS_BINARY = [b"\0\0\0\x07"]


# psycopg: libpq, traced


def connect(port: int, user: str, trace: int, extra: str) -> pq.PGconn:
    info = f"host=127.0.0.1 port={port} user={user} dbname=postgres password='{PASSWORD}' connect_timeout=5"
    connection = pq.PGconn.connect_start(f"{info} application_name='wire é' {extra}".encode())
    connection.trace(trace)
    connection.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
    while (status := connection.connect_poll()) not in (pq.PollingStatus.OK, pq.PollingStatus.FAILED):
        reading, writing = (
            ([connection.socket], []) if status == pq.PollingStatus.READING else ([], [connection.socket])
        )
        select.select(reading, writing, [])
    return connection


def psycopg_simple(connection: pq.PGconn) -> None:
    """Password, simple queries of several statements, NULLs, a notice, errors, a transaction block, an empty query."""
    for text in (
        "SELECT 1 AS one, 'naïve €'::text, NULL, repeat('x', 300)",
        "CREATE TEMP TABLE simple (a int PRIMARY KEY, b varchar(10), c numeric(10,2)); SELECT * FROM simple",
        "INSERT INTO simple VALUES (1, 'a', 1.5), (2, NULL, NULL); TABLE simple",
        "CREATE TABLE IF NOT EXISTS pg_temp.simple (a int)",
        "INSERT INTO simple VALUES (1, 'again', 0)",
        "BEGIN",
        "SELECT nothing FROM simple",
        "SELECT 1",
        "ROLLBACK; COMMIT",
        "INSERT INTO simple (b) VALUES ('no key')",
        "SET application_name = 'other'",
        "",
        ";",
    ):
        connection.exec_(text.encode())


def psycopg_extended(connection: pq.PGconn) -> None:
    """Prepared and unprepared statements, both formats, describe, close, and errors at each step."""
    connection.exec_params(
        b"SELECT $1::int, $2::text, $3::bytea",
        [b"\0\0\0\x07", None, b"\0\xff"],
        param_formats=[1, 0, 1],
        result_format=1,
    )
    connection.prepare(b"s1", b"SELECT $1 + 1, $2::varchar(5)", [23, 25])
    connection.describe_prepared(b"s1")
    connection.exec_prepared(b"s1", [b"41", b"abcdefgh"])
    connection.exec_prepared(b"s1", [*INT4_AS_BINARY, b"x"], param_formats=[1, 0], result_format=1)
    connection.exec_prepared(b"s1", [b"not a number", None])
    connection.exec_prepared(b"s1", [b"1"])
    connection.exec_prepared(b"missing", [b"1"])
    connection.exec_params(b"SELEC 1", [])
    connection.exec_params(b"", [])
    connection.exec_params(b"CREATE TEMP TABLE made (a int)", [])
    connection.describe_portal(b"nowhere")
    connection.close_prepared(b"s1")
    connection.close_portal(b"nowhere")


def psycopg_pipeline(connection: pq.PGconn) -> None:
    """A pipeline with an error in its middle: what follows is thrown away until Sync."""
    connection.enter_pipeline_mode()
    connection.send_query_params(b"SELECT $1::int", [b"1"])
    connection.send_flush_request()
    connection.send_query_params(b"SELECT 1 / $1::int", [b"0"])
    connection.send_query_params(b"SELECT $1::int", [b"2"])
    connection.pipeline_sync()
    connection.send_prepare(b"p", b"SELECT $1::text")
    connection.send_query_prepared(b"p", [b"three"])
    connection.pipeline_sync()
    while connection.flush():
        pass
    syncs = 0
    while syncs < 2:
        result = connection.get_result()
        syncs += result is not None and result.status == pq.ExecStatus.PIPELINE_SYNC
    connection.exit_pipeline_mode()


def psycopg_copy(connection: pq.PGconn) -> None:
    """COPY in and out, simple and extended, ended by CopyDone, CopyFail and errors of the data."""
    connection.exec_(b"CREATE TEMP TABLE copied (a int, b text)")
    for parts, failure, is_extended in (
        ([b"1\tone\n", b"2\t\\N", b"\n"], None, False),
        ([b"3\tthree\n"], b"changed my mind", False),
        ([b"x\tnot a number\n", b"4\tfour\n"], None, False),
        ([b"5\tfive\n"], None, True),
        ([b"6\n"], None, True),
    ):
        if is_extended:
            connection.exec_params(b"COPY copied FROM STDIN", [])
        else:
            connection.exec_(b"COPY copied FROM STDIN")
        for part in parts:
            connection.put_copy_data(part)
        connection.put_copy_end(failure)
        while connection.get_result() is not None:
            pass
    for text in (b"COPY copied TO STDOUT", b"COPY copied TO STDOUT (FORMAT binary)"):
        connection.exec_(text)
        while connection.get_copy_data(0)[0] > 0:
            pass
        while connection.get_result() is not None:
            pass
    connection.exec_(b"SELECT count(*) FROM copied")


def psycopg_newer_protocol(connection: pq.PGconn) -> None:
    """A client that asks for protocol 3.2 and is told 3.0."""
    connection.exec_(b"SELECT 1")


CONNECTING = {"psycopg_newer_protocol": "max_protocol_version=latest"}

# Other clients


async def _asyncpg(port: int) -> None:
    connection = await asyncpg.connect(
        host="127.0.0.1", port=port, user=PASSWORD_USER, password=PASSWORD, database="postgres"
    )
    await connection.execute("CREATE TEMP TABLE t (a int, b text)")
    await connection.fetch("SELECT $1::int8, $2::text[]", 7, ["a", None])
    await connection.executemany("INSERT INTO t VALUES ($1, $2)", [(1, "x"), (2, None), (3, "z")])
    async with connection.transaction():
        cursor = await connection.cursor("SELECT a FROM t ORDER BY a")
        await cursor.fetch(2)
        await cursor.fetch(2)
    try:
        await connection.fetch("SELECT 1 / $1::int", 0)
    except asyncpg.DivisionByZeroError:
        pass
    await connection.copy_records_to_table("t", records=[(4, "four"), (5, None)])
    with tempfile.NamedTemporaryFile() as sink:
        await connection.copy_from_query("SELECT * FROM t WHERE a > $1", 3, output=sink.name, format="csv")
    await connection.close()


def run_asyncpg(port: int) -> None:
    """asyncpg: binary results, arrays, executemany, a cursor with row limits, COPY."""
    asyncio.run(_asyncpg(port))


def run_psql(port: int) -> None:
    r"""psql: GSS and TLS requests first, several statements, \copy both ways, \gdesc."""
    script = """
        CREATE TEMP TABLE t (a int, b text);
        INSERT INTO t SELECT i, 'row ' || i FROM generate_series(1, 3) i;
        SELECT a, b FROM t \\gdesc
        \\copy t FROM STDIN (FORMAT csv)
4,"four, with a comma"
\\.
        \\copy (SELECT * FROM t ORDER BY a) TO STDOUT
        SELECT 1 \\; SELECT 2;
        SELECT wrong;
    """
    url = f"postgresql://{PASSWORD_USER}@127.0.0.1:{port}/postgres?gssencmode=disable"
    subprocess.run(
        ["psql", "-X", url],
        input=script,
        text=True,
        check=False,
        env={"PGPASSWORD": PASSWORD, "PATH": "/usr/bin"},
        capture_output=True,
    )


def run_pgbench(port: int) -> None:
    """pgbench -M prepared: the hot path."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write("\\set x 5\nSELECT :x + 1, 'some text';\nBEGIN;\nSELECT :x;\nEND;\n")
        script.flush()
        subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-t", "2", "-f", script.name, "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "postgres"],
            check=True,
            capture_output=True,
        )  # fmt: skip


def record_traced(scenario: Callable[[pq.PGconn], None], socket_path: str) -> tuple[list[str], list[Chunk]]:
    proxy = Proxy(socket_path)
    with tempfile.NamedTemporaryFile() as trace:
        connection = connect(proxy.port, PASSWORD_USER, trace.fileno(), CONNECTING.get(scenario.__name__, ""))
        scenario(connection)
        connection.finish()
        chunks = proxy.close()
        lines = Path(trace.name).read_text("utf-8").splitlines()
    ours = [line for line in render(chunks) if not line.endswith("\tAuthenticationOk")]
    compare_lines(sorted(lines), sorted(ours))
    return render(chunks), chunks


def compare_lines(judge: list[str], ours: list[str]) -> None:
    """PQtrace omits AuthenticationOk, and interleaves the directions as libpq handles them; else all must be equal."""
    for line, other in zip(judge, ours, strict=True):
        if line != other:
            raise SystemExit(f"wire_trace.py and PQtrace differ:\n  {line}\n  {other}")


def record(client: Callable[[int], None], socket_path: str) -> tuple[list[str], list[Chunk]]:
    proxy = Proxy(socket_path)
    client(proxy.port)
    chunks = proxy.close()
    return render(chunks), chunks


def write(name: str, doc: str, lines: list[str], chunks: list[Chunk]) -> None:
    source = f"PostgreSQL 16.2, psycopg {psycopg.__version__}, asyncpg {asyncpg.__version__}"
    head = [f"# {doc}", f"# {source}. Recorded by tools/record_wire.py; see there who read the messages.", ""]
    body = [f"{mark} {data.hex()}" for mark, data in chunks]
    (TARGET / f"{name}.txt").write_text("\n".join([*head, *lines, "---", *body]) + "\n", "utf-8")
    print(f"{name}: {len(lines)} messages, {sum(len(data) for _, data in chunks)} bytes")


def main() -> None:
    socket_path = start_postgres()
    wanted = set(sys.argv[1:])
    for scenario in (
        psycopg_simple,
        psycopg_extended,
        psycopg_pipeline,
        psycopg_copy,
        psycopg_newer_protocol,
    ):
        if not wanted or scenario.__name__ in wanted:
            write(scenario.__name__, str(scenario.__doc__), *record_traced(scenario, socket_path))
    for client in (run_asyncpg, run_psql, run_pgbench):
        name = client.__name__.removeprefix("run_")
        if not wanted or name in wanted:
            write(name, str(client.__doc__), *record(client, socket_path))


if __name__ == "__main__":
    main()
