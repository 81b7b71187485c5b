"""Node.embedded: the whole in one process, with and without a socket."""

import asyncio
import ssl

import asyncpg
import pytest

from borealis.errors import (
    FeatureNotSupported,
    InFailedSqlTransaction,
    SerializationFailure,
    UndefinedTable,
    UniqueViolation,
)
from borealis.node import Node
from borealis.node.data_directory import DirectoryUnusableError
from borealis.server.startup import TlsMode


def embedded(path, script, **options):
    async def main():
        async with Node.embedded(path, **options) as node:
            return await script(node)

    return asyncio.run(main())


def test_sql_without_a_socket(tmp_path):
    async def script(node):
        async with node.connect() as connection:
            await connection.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")
            await connection.query("INSERT INTO t VALUES ($1, $2), (2, NULL)", "1", "ü")
            with pytest.raises(UniqueViolation) as caught:
                await connection.query("INSERT INTO t VALUES (1, 'x')")
            assert caught.value.detail == "Key (id)=(1) already exists."
            with pytest.raises(UndefinedTable) as caught:
                await connection.execute("SELECT * FROM nowhere")
            assert caught.value.position == 15
            return await connection.query("SELECT * FROM t ORDER BY id")

    assert embedded(tmp_path, script) == [("1", "ü"), ("2", None)]


def test_two_connections_and_a_conflict(tmp_path):
    async def script(node):
        first, second = node.connect(), node.connect()
        await first.execute("CREATE TABLE t (id int PRIMARY KEY, v int)")
        await first.execute("INSERT INTO t VALUES (1, 0)")
        for connection in (first, second):
            await connection.execute("BEGIN")
            await connection.execute("UPDATE t SET v = v + 1 WHERE id = 1")
        await first.execute("COMMIT")
        with pytest.raises(SerializationFailure, match="OC000"):
            await second.execute("COMMIT")
        rows = await second.execute("SELECT v FROM t")
        first.close()
        second.close()
        return rows

    assert embedded(tmp_path, script) == [("1",)]


def test_what_was_committed_is_there_next_time(tmp_path):
    async def write(node):
        await node.connect().execute("CREATE TABLE t (id int PRIMARY KEY)")
        await node.connect().execute("INSERT INTO t VALUES (1)")
        return node.address.cluster

    async def read(node):
        return node.address.cluster, await node.connect().execute("SELECT * FROM t")

    cluster = embedded(tmp_path, write)
    assert embedded(tmp_path, read) == (cluster, [("1",)])


def test_a_driver_on_its_port(tmp_path):
    async def script(node):
        context = ssl.create_default_context(cafile=node.address.ca_file)
        connection = await asyncpg.connect(
            host=node.host, port=node.port, user="admin", database="postgres", ssl=context
        )
        try:
            return await connection.fetchval("SELECT 1 + 1")
        finally:
            await connection.close()

    assert embedded(tmp_path, script, tls=TlsMode.REQUIRE) == 2


def test_it_holds_the_directory_while_it_runs(tmp_path):
    async def script(node):
        with pytest.raises(DirectoryUnusableError, match="another node"):
            async with Node.embedded(tmp_path):
                pass

    embedded(tmp_path, script)
    embedded(tmp_path, lambda node: asyncio.sleep(0))


def test_answers_are_not_held_back_to_fill_packets(tmp_path, monkeypatch):
    """Nagle's algorithm and delayed acknowledgements together cost a client 40 ms a round trip."""
    import socket

    from borealis.server.connection import Connection

    seen = []
    made = Connection.connection_made

    def connection_made(self, transport):
        seen.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        made(self, transport)

    monkeypatch.setattr(Connection, "connection_made", connection_made)

    async def script(node):
        connection = await asyncpg.connect(
            host=node.host, port=node.port, user="admin", database="postgres", ssl=False
        )
        await connection.close()

    embedded(tmp_path, script)
    assert [value != 0 for value in seen] == [True]


def test_a_failed_start_lets_go_of_everything(tmp_path):
    import socket

    from borealis.node.sockets import AddressUnusableError

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(AddressUnusableError):
            embedded(tmp_path, lambda node: asyncio.sleep(0), port=other.getsockname()[1])
    embedded(tmp_path, lambda node: asyncio.sleep(0))


def test_dsql_as_it_was_in_march(tmp_path):
    async def script(node):
        connection = node.connect()
        await connection.execute("CREATE SEQUENCE s CACHE 1")
        await connection.execute("CREATE TABLE t (id int PRIMARY KEY, v int)")
        with pytest.raises(FeatureNotSupported, match="unsupported ALTER TABLE DROP COLUMN statement"):
            await connection.execute("ALTER TABLE t DROP COLUMN v")
        with pytest.raises(FeatureNotSupported, match="FOREIGN KEY constraint not supported"):
            await connection.query("CREATE TABLE u (id int REFERENCES t)")
        await connection.query("SELECT * FROM t WHERE id = $1 FOR UPDATE", "1")
        with pytest.raises(FeatureNotSupported, match="equality predicates on the key"):
            await connection.query("SELECT * FROM t WHERE v = $1 FOR UPDATE", "1")
        await connection.execute("BEGIN")
        with pytest.raises(FeatureNotSupported, match="ConstraintsSet"):
            await connection.execute("SET CONSTRAINTS ALL DEFERRED")
        with pytest.raises(InFailedSqlTransaction):
            await connection.execute("SET CONSTRAINTS ALL DEFERRED")
        await connection.execute("ROLLBACK")
        connection.close()

    embedded(tmp_path, script, compatibility="2026-03")


def test_a_day_that_is_none(tmp_path):
    with pytest.raises(ValueError, match="is no day"):
        Node.embedded(tmp_path, compatibility="soon")
