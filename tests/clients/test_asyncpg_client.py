"""asyncpg against a node: binary values, prepared statements, transactions, cursors, TLS."""

import asyncio
import datetime as dt
import decimal
import ssl
import uuid

import asyncpg
import pytest


def on(node, script, **options):
    """Run script(connection) on a new connection."""

    async def main():
        connection = await asyncpg.connect(
            host="127.0.0.1", port=node.port, user="admin", database="postgres", **{"ssl": False, **options}
        )
        try:
            return await script(connection)
        finally:
            await connection.close()

    return asyncio.run(main())


def test_tls_with_the_installations_ca(shared_node):
    context = ssl.create_default_context(cafile=shared_node.said["ca_file"])
    assert on(shared_node, lambda connection: connection.fetchval("SELECT 1"), ssl=context) == 1


def test_binary_values_come_back_as_they_went(shared_node):
    row = (
        2**62,
        decimal.Decimal("12.340000"),
        "ü",
        True,
        1.5,
        uuid.UUID(int=170),
        b"\0\xff",
        dt.date(2024, 2, 29),
        dt.datetime(2024, 2, 29, 12, 30, 15, 123456, dt.UTC),
        None,
    )

    async def script(connection):
        await connection.execute(
            "CREATE TABLE asyncpg_values (a bigint PRIMARY KEY, b numeric(18,6), c text, d boolean, e float8, f uuid,"
            " g bytea, h date, i timestamptz, j int)"
        )
        await connection.execute("INSERT INTO asyncpg_values VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)", *row)
        return await connection.fetchrow("SELECT * FROM asyncpg_values WHERE a = $1", row[0])

    assert tuple(on(shared_node, script)) == row


def test_prepared_statements_and_executemany(shared_node):
    async def script(connection):
        await connection.execute("CREATE TABLE asyncpg_many (id int PRIMARY KEY, v text)")
        await connection.executemany(
            "INSERT INTO asyncpg_many VALUES ($1, $2)", [(n, str(n)) for n in range(100)]
        )
        prepared = await connection.prepare("SELECT v FROM asyncpg_many WHERE id = $1")
        assert [attribute.name for attribute in prepared.get_attributes()] == ["v"]
        assert [parameter.name for parameter in prepared.get_parameters()] == ["int4"]
        return [await prepared.fetchval(n) for n in (3, 99, 100)]

    assert on(shared_node, script) == ["3", "99", None]


def test_a_transaction_and_a_cursor(shared_node):
    async def script(connection):
        await connection.execute("CREATE TABLE asyncpg_cursor (id int PRIMARY KEY)")
        async with connection.transaction(isolation="repeatable_read"):
            await connection.executemany("INSERT INTO asyncpg_cursor VALUES ($1)", [(n,) for n in range(120)])
            return [
                record["id"]
                async for record in connection.cursor(
                    "SELECT id FROM asyncpg_cursor ORDER BY id", prefetch=50
                )
            ]

    assert on(shared_node, script) == list(range(120))


def test_many_at_once(shared_node):
    async def main():
        async def one(number):
            connection = await asyncpg.connect(
                host="127.0.0.1", port=shared_node.port, user="admin", database="postgres", ssl=False
            )
            try:
                return await connection.fetchval("SELECT $1::int + 1", number)
            finally:
                await connection.close()

        return await asyncio.gather(*(one(number) for number in range(100)))

    assert asyncio.run(main()) == list(range(1, 101))


def test_a_conflict_is_a_serialization_error(shared_node):
    async def script(connection):
        other = await asyncpg.connect(
            host="127.0.0.1", port=shared_node.port, user="admin", database="postgres", ssl=False
        )
        await connection.execute("CREATE TABLE asyncpg_conflict (id int PRIMARY KEY, v int)")
        await connection.execute("INSERT INTO asyncpg_conflict VALUES (1, 0)")
        try:
            transactions = [connection.transaction(), other.transaction()]
            for each in transactions:
                await each.start()
            for each in (connection, other):
                await each.execute("UPDATE asyncpg_conflict SET v = v + 1 WHERE id = 1")
            await transactions[0].commit()
            with pytest.raises(asyncpg.SerializationError, match="OC000"):
                await transactions[1].commit()
        finally:
            await other.close()

    on(shared_node, script)
