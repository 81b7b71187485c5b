"""Hostile bytes at a node's port: they end their own connection, others go on, and no process dies."""

import random
import socket
import ssl
import struct
import time
from pathlib import Path

import psycopg
import pytest

PARAMETERS = b"user\0admin\0database\0postgres\0\0"
STARTUP = struct.pack(">II", len(PARAMETERS) + 8, 0x30000) + PARAMETERS
MEGABYTE = 1 << 20


def packet(kind, body=b"", length=None):
    return kind + struct.pack(">I", len(body) + 4 if length is None else length) + body


STREAMS = {
    "nothing": b"",
    "http": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "zeros": b"\0" * 1000,
    "ones": b"\xff" * 1000,
    "length 0": struct.pack(">I", 0),
    "length of a gigabyte": struct.pack(">II", 1 << 30, 0x30000),
    "half a startup packet": STARTUP[:20],
    "no terminator": struct.pack(">II", 12, 0x30000) + b"user",
    "not UTF-8": struct.pack(">II", 18, 0x30000) + b"user\0\xff\xfe\xff\0\0",
    "ssl request and more": struct.pack(">II", 8, 80877103) + STARTUP,
    "broken TLS": b"\x16\3\1\2\0" + b"x" * 600,
    "half a TLS record": b"\x16\3\1\2\0\1\0\1",
    "query before startup": packet(b"Q", b"SELECT 1\0"),
    "cancel of nobody": struct.pack(">IIII", 16, 80877102, 1, 1),
    "password unasked": STARTUP + packet(b"p", b"x\0"),
    "unknown message": STARTUP + packet(b"~", b"x"),
    "function call": STARTUP + packet(b"F", b"\0" * 8),
    "half a query": STARTUP + packet(b"Q", b"SELECT", 100),
    "query too long": STARTUP + packet(b"Q", b"", 11 * MEGABYTE),
    "negative length": STARTUP + b"Q\xff\xff\xff\xff",
    "query without end": STARTUP + packet(b"Q", b"SELECT 1"),
    "bind lies about lengths": STARTUP + packet(b"B", b"\0\0\0\0\0\1\x7f\xff\xff\xff"),
    "sync flood": STARTUP + packet(b"S") * 10_000,
    "gone in mid-query": STARTUP + packet(b"Q", b"SELECT count(*) FROM generate_series(1,1000000)\0"),
}


@pytest.fixture
def witness(shared_node, eventually):
    """A connection in a transaction, which must live through whatever others do."""
    eventually(lambda: "control" in shared_node.running(), what="the control process")
    before = shared_node.running()
    with psycopg.connect(shared_node.conninfo(sslmode="require")) as connection:
        connection.execute("SELECT 1")
        yield connection
        assert connection.execute("SELECT 2").fetchone() == (2,)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
    assert shared_node.running() == before


def throw(port, data, *, then_wait):
    """Send data on a new connection, hang up, and return what came back."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        received = b""
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while then_wait and (chunk := connection.recv(65536)):
                received += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
        return received


@pytest.mark.parametrize("name", STREAMS)
def test_others_do_not_notice(shared_node, witness, name):
    throw(shared_node.port, STREAMS[name], then_wait=name != "gone in mid-query")


@pytest.mark.parametrize("name", ["query too long", "negative length", "unknown message"])
def test_broken_framing_is_said_to_be_fatal(shared_node, name):
    answer = throw(shared_node.port, STREAMS[name], then_wait=True)
    assert b"SFATAL\0" in answer
    assert b"C08P01\0" in answer


def resident_kb(pid):
    [line] = [
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")
    ]
    return int(line.split()[1])


def test_a_client_that_does_not_read_costs_nobody_anything(shared_node, witness):
    """Its result of 400 MB stays unmade: the session waits for the client, in memory and in time."""
    workers = [pid for name, pid in shared_node.running().items() if name.startswith("worker")]
    query = b"SELECT repeat('x', 1000) FROM generate_series(1, 400000)\0"
    before = sum(resident_kb(pid) for pid in workers)
    stalled = [socket.create_connection(("127.0.0.1", shared_node.port), timeout=10) for _ in range(4)]
    try:
        for connection in stalled:
            connection.sendall(STARTUP + packet(b"Q", query))
        for _ in range(50):
            started = time.monotonic()
            with psycopg.connect(shared_node.conninfo(sslmode="disable")) as other:
                assert other.execute("SELECT 1").fetchone() == (1,)
            assert time.monotonic() - started < 5
        assert sum(resident_kb(pid) for pid in workers) - before < 80_000
    finally:
        for connection in stalled:
            connection.close()


def test_random_bytes_after_a_good_start(shared_node, witness):
    chance = random.Random(20261123)
    for _ in range(50):
        kinds = bytes(chance.choices(b"QPBDECSHXFpdcf~\0\xff", k=1))
        noise = b"".join(packet(kinds, chance.randbytes(chance.randrange(40))) for _ in range(5))
        throw(shared_node.port, STARTUP + noise, then_wait=True)


def test_damaged_messages_of_a_real_conversation(shared_node, witness):
    chance = random.Random(7)
    conversation = (
        packet(b"P", b"\0SELECT $1::int\0\0\0")
        + packet(b"B", b"\0\0\0\0\0\1\0\0\0\0011\0\0")
        + packet(b"D", b"P\0")
        + packet(b"E", b"\0\0\0\0\0")
        + packet(b"S")
    )
    for _ in range(100):
        damaged = bytearray(conversation)
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        throw(shared_node.port, STARTUP + damaged, then_wait=True)


def test_garbage_inside_tls(shared_node, witness):
    context = ssl.create_default_context(cafile=shared_node.said["ca_file"])
    context.set_alpn_protocols(["postgresql"])
    with (
        socket.create_connection(("127.0.0.1", shared_node.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(b"\xff" * 1000)
        assert b"FATAL" in connection.recv(65536)


def test_a_good_start_is_one(shared_node):
    """The streams above that begin well come as far as they mean to."""
    assert throw(shared_node.port, STARTUP + packet(b"Q", b"SELECT 1\0"), then_wait=True).endswith(
        b"Z\0\0\0\5I"
    )


def test_a_client_that_vanishes_in_mid_commit_leaves_a_whole_transaction(shared_node):
    with psycopg.connect(shared_node.conninfo(sslmode="disable"), autocommit=True) as connection:
        connection.execute("CREATE TABLE vanished (id int PRIMARY KEY)")
        for first in range(0, 40, 2):
            pair = b"BEGIN; INSERT INTO vanished VALUES (%d); INSERT INTO vanished VALUES (%d); COMMIT\0" % (
                first,
                first + 1,
            )
            throw(shared_node.port, STARTUP + packet(b"Q", pair), then_wait=first % 4 == 0)
        found = {row[0] for row in connection.execute("SELECT id FROM vanished")}
        connection.execute("DROP TABLE vanished")
    assert {number for number in range(40) if number % 4 < 2} <= found
    assert all((number ^ 1) in found for number in found)
