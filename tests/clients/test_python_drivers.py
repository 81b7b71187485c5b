"""psycopg2, pg8000 and asynchronous psycopg: the same values through each driver's own protocol, COPY, what DSQL refuses."""

import asyncio
import datetime as dt
import decimal
import io
import uuid

import pg8000.dbapi
import pg8000.native
import psycopg
import psycopg2
import psycopg2.extras
import pytest

pytestmark = pytest.mark.slow

VALUES = {
    "boolean": True,
    "smallint": -32768,
    "integer": 2147483647,
    "bigint": -9223372036854775808,
    "real": 0.5,
    "double precision": 1e-300,
    "numeric(20,5)": decimal.Decimal("-123456789012345.67890"),
    "text": "Grüße, 'quoted' \\ and \t tabs",
    "varchar(12)": "twelve chars",
    "bytea": bytes(range(256)),
    "date": dt.date(1, 1, 1),
    "time": dt.time(23, 59, 59, 999999),
    "timestamp": dt.datetime(2026, 11, 23, 19, 5, 0, 1),
    "timestamptz": dt.datetime(2026, 11, 23, 19, 5, tzinfo=dt.UTC),
    "uuid": uuid.UUID("11111111-2222-3333-4444-555555555555"),
}
COLUMNS = ", ".join(f"c{number} {type_}" for number, type_ in enumerate(VALUES, 1))


def plain(values):
    return [bytes(one) if isinstance(one, memoryview) else one for one in values]


@pytest.fixture
def table(node_conninfo, request):
    name = f"drivers_{abs(hash(request.node.name)) % 10**9}"
    with psycopg.connect(node_conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE {name} (id int PRIMARY KEY, {COLUMNS})")
        yield name
        connection.execute(f"DROP TABLE {name}")


def test_psycopg2_values_and_copy(node_conninfo, table):
    psycopg2.extras.register_uuid()
    connection = psycopg2.connect(node_conninfo)
    places = ", ".join(["%s"] * (len(VALUES) + 1))
    with connection, connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} VALUES ({places})", (1, *VALUES.values()))
        cursor.execute(f"INSERT INTO {table} VALUES ({places})", (2, *[None] * len(VALUES)))
    with connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        first, second = cursor.fetchall()
        assert plain(first[1:]) == list(VALUES.values())
        assert set(second[1:]) == {None}
        psycopg2.extras.execute_values(
            cursor, f"INSERT INTO {table} (id, c3) VALUES %s", [(number, number) for number in range(3, 103)]
        )
        assert cursor.rowcount == 100
    with connection, connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {table} (id, c8) FROM STDIN WITH (FORMAT csv)", io.StringIO("200,a\n201,b\n")
        )
        out = io.StringIO()
        cursor.copy_expert(f"COPY (SELECT id, c8 FROM {table} WHERE id >= 200 ORDER BY id) TO STDOUT", out)
        assert out.getvalue() == "200\ta\n201\tb\n"
    with pytest.raises(psycopg2.errors.UniqueViolation) as caught, connection, connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} (id) VALUES (1)")
    assert caught.value.diag.constraint_name == f"{table}_pkey"
    connection.close()


def test_psycopg2_has_no_server_cursors_and_no_savepoints(node_conninfo):
    """Source: dsql-facts.md §4.2."""
    connection = psycopg2.connect(node_conninfo)
    with pytest.raises(psycopg2.errors.FeatureNotSupported, match="DeclareCursor"), connection:
        connection.cursor("named").execute("SELECT 1")
    with pytest.raises(psycopg2.errors.FeatureNotSupported), connection, connection.cursor() as cursor:
        cursor.execute("SAVEPOINT a")
    connection.close()


def test_pg8000_values(shared_node, table):
    where = {"host": "127.0.0.1", "port": shared_node.port, "user": "admin", "database": "postgres"}
    connection = pg8000.dbapi.connect(**where, ssl_context=None)
    cursor = connection.cursor()
    places = ", ".join(["%s"] * (len(VALUES) + 1))
    cursor.execute(f"INSERT INTO {table} VALUES ({places})", (1, *VALUES.values()))
    connection.commit()
    cursor.execute(f"SELECT * FROM {table}")
    assert list(cursor.fetchone()[1:]) == list(VALUES.values())
    connection.close()
    native = pg8000.native.Connection(**where)
    statement = native.prepare(f"SELECT c3 + :more::int FROM {table} WHERE id = :id")
    assert [statement.run(more=-one, id=1) for one in (1, 2)] == [[[2147483646]], [[2147483645]]]
    statement.close()
    with pytest.raises(pg8000.native.DatabaseError) as caught:
        native.run("SELECT 1 / 0")
    assert caught.value.args[0]["C"] == "22012"
    native.close()


@pytest.mark.parametrize("binary", [False, True])
def test_psycopg_asynchronously(node_conninfo, table, binary):
    async def work():
        async with await psycopg.AsyncConnection.connect(node_conninfo) as connection:
            cursor = connection.cursor(binary=binary)
            placeholder = "%b" if binary else "%t"
            places = ", ".join([placeholder] * (len(VALUES) + 1))
            async with connection.pipeline():
                await cursor.execute(f"INSERT INTO {table} VALUES ({places})", (1, *VALUES.values()))
                await cursor.executemany(
                    f"INSERT INTO {table} (id, c8) VALUES (%s, %s)", [(n, str(n)) for n in range(2, 50)]
                )
            await connection.commit()
            await cursor.execute(f"SELECT * FROM {table} WHERE id = 1")
            assert list((await cursor.fetchone())[1:]) == list(VALUES.values())
            assert [row[0] async for row in cursor.stream(f"SELECT id FROM {table} ORDER BY id")] == list(
                range(1, 50)
            )

    asyncio.run(asyncio.wait_for(work(), 60))


def test_psycopg_binary_copy(node_conninfo, table):
    with psycopg.connect(node_conninfo) as connection:
        types = ["int4", "int8", "text", "numeric", "timestamptz", "uuid", "bytea"]
        names = "id, c4, c8, c7, c14, c15, c10"
        rows = [
            (
                number,
                number * 10**12,
                f"row {number}",
                decimal.Decimal(number) / 8,
                VALUES["timestamptz"],
                VALUES["uuid"],
                b"\x00\xff",
            )
            for number in range(100)
        ]
        cursor = connection.cursor()
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
        with cursor.copy(f"COPY (SELECT {names} FROM {table} ORDER BY id) TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(types)
            assert list(copy.rows()) == rows


def test_psycopg_has_no_server_cursors(node_conninfo):
    with (
        psycopg.connect(node_conninfo) as connection,
        pytest.raises(psycopg.errors.FeatureNotSupported, match="DeclareCursor"),
    ):
        connection.cursor("named").execute("SELECT 1")
