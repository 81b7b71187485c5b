"""Connection: messages in order, waiting, backpressure, and every way to end."""

import asyncio
import ssl
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.errors import AdminShutdown
from borealis.server.services import READ_AHEAD_BYTES
from borealis.server.tls import server_context
from borealis.server.tls_stream import TlsError, TlsStream

TERMINATE = b"X\0\0\0\4"


@pytest.fixture
def session_of(node, loop_runner, wire):
    """Run script(client, node) on a connection whose session has begun."""

    def run(script, **changes):
        async def main():
            made = node(**changes)
            client = made.client()
            client.start()
            await settle()
            client.take()
            return await script(client, made)

        return loop_runner(main())

    return run


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


def tags(wire, data):
    return [body[:-1].decode() for kind, body in wire.messages(data) if kind == "C"]


def test_messages_that_came_together_are_answered_in_one_write(session_of, wire):
    async def script(client, node):
        writes = []
        client.transport.write = writes.append
        client.connection.data_received(wire.query("a") + wire.query("b"))
        return writes

    [data] = session_of(script)
    assert tags(wire, data) == ["a", "b"]


def test_a_message_cut_anywhere_is_the_same(session_of, wire):
    data = wire.query("first") + wire.query("second")

    async def script(client, node):
        for cut in range(1, len(data)):
            client.send(data[:cut])
            yield_ = client.send(data[cut:])
            assert len(client.session.handled) % 2 == 0, (cut, yield_)
        return len(client.session.handled)

    assert session_of(script) == 2 * (len(data) - 1)


def test_later_messages_wait_for_the_running_one(session_of, wire):
    async def script(client, node):
        before = client.send(wire.query("wait") + wire.query("after"))
        await settle()
        before += client.take()
        client.session.gate.set_result(None)
        await settle()
        return before, client.take()

    before, after = session_of(script)
    assert before == b""
    assert tags(wire, after) == ["waited", "after"]


def test_a_client_ahead_of_its_session_is_not_read(session_of, wire):
    async def script(client, node):
        client.send(wire.query("wait"))
        await settle()
        client.send(wire.query("x" * (READ_AHEAD_BYTES + 1))[:-1])
        paused = not client.transport.is_reading
        client.session.gate.set_result(None)
        await settle()
        client.take()
        return paused, client.transport.is_reading, tags(wire, client.send(b"\0"))

    paused, read_again, [tag] = session_of(script)
    assert paused
    assert read_again  # though a message is incomplete: its end must come in
    assert len(tag) == READ_AHEAD_BYTES + 1


def test_drain_waits_for_a_client_that_does_not_read(session_of, wire):
    async def script(client, node):
        client.transport.high_water = 0
        client.send(wire.query("flood"))
        await settle()
        stalled = len(client.take())
        client.transport.high_water = None
        client.connection.resume_writing()
        await settle()
        return stalled, client.take()

    stalled, rest = session_of(script)
    assert stalled == 1000
    assert rest[:2000] == b"x" * 2000
    assert tags(wire, rest[2000:]) == ["flooded"]


def test_a_client_that_does_not_read_is_not_served_on(session_of, wire):
    async def script(client, node):
        client.transport.high_water = 0
        client.send(wire.query("a" * 100_000) + wire.query("b"))
        handled = len(client.session.handled)
        client.connection.resume_writing()
        return handled, len(client.session.handled)

    assert session_of(script) == (1, 2)


def test_terminate_releases_everything(session_of):
    async def script(client, node):
        client.send(TERMINATE)
        services = node.services
        return client.session.closes, node.listener.connections, services.admission.connections

    assert session_of(script) == (1, 0, 0)


def test_a_client_that_vanishes_cancels_what_runs_and_releases_once_it_ended(session_of, wire):
    async def script(client, node):
        client.send(wire.query("wait"))
        await settle()
        client.connection.connection_lost(ConnectionResetError())
        during = (client.session.cancels, client.session.closes)
        client.session.gate.set_result(None)
        await settle()
        return during, client.session.closes, node.services.admission.connections

    assert session_of(script) == ((1, 0), 1, 0)


def test_a_half_closed_client_gets_its_answer(session_of, wire):
    async def script(client, node):
        client.send(wire.query("wait") + wire.query("after"))
        await settle()
        keeps_open = client.connection.eof_received()
        client.session.gate.set_result(None)
        await settle()
        return keeps_open, tags(wire, client.take()), client.transport.is_closed

    assert session_of(script) == (True, ["waited", "after"], True)


def test_a_client_that_closes_its_half_with_its_question_gets_the_answer(session_of, wire):
    """Both arrive in one turn of the loop, before the answer that waits for its end has left."""

    async def script(client, node):
        client.connection.data_received(wire.query("last"))
        keeps_open = client.connection.eof_received()
        client.transport.close()  # as the event loop does now, with the turn not yet over
        return keeps_open, tags(wire, bytes(client.transport.written))

    assert session_of(script) == (False, ["last"])


def test_our_bug_ends_its_connection_alone(session_of, wire):
    async def script(client, node):
        other = node.client()
        other.start()
        await settle()
        other.take()
        fields = wire.error_fields(client.send(wire.query("break")))
        return (
            fields,
            client.transport.is_closed,
            client.session.closes,
            tags(wire, other.send(wire.query("x"))),
        )

    fields, is_closed, _, others = session_of(script)
    assert (fields["S"], fields["C"], fields["M"]) == ("FATAL", "XX000", "internal error")
    assert is_closed
    assert others == ["x"]


@pytest.mark.parametrize("length", [3, 0, -1, 10 * 1024 * 1024 + 1])
def test_impossible_lengths_are_fatal(session_of, wire, length):
    async def script(client, node):
        return wire.error_fields(client.send(b"Q" + struct.pack(">i", length))), client.transport.is_closed

    fields, is_closed = session_of(script)
    assert (fields["S"], fields["C"], fields["M"]) == ("FATAL", "08P01", "invalid message length")
    assert is_closed


def test_a_message_that_cannot_be_read_is_a_failed_statement(session_of, wire):
    async def script(client, node):
        client.send(b"Q\0\0\0\6\xff\0")
        client.send(b"P\0\0\0\x0a\0\xff\0\0\0\0")
        return client.session.refused, client.transport.is_closed

    assert session_of(script) == ([("22021", False), ("22021", True)], False)


def test_transactions_that_grow_too_old_are_ended(session_of):
    async def script(client, node):
        client.session.deadline_s = node.clock.monotonic_s() + 300
        node.clock.advance(299)
        node.listener.sweep()
        before = client.session.deadline_s
        node.clock.advance(2)
        node.listener.sweep()
        return before is not None, client.session.deadline_s

    assert session_of(script) == (True, None)


def test_cancel_request_reaches_the_session(session_of, wire):
    async def script(client, node):
        pid = client.session.pid
        secret = node.services.router._sessions[pid][0]
        for wrong in (secret ^ 1, secret):
            other = node.client()
            assert other.send(struct.pack(">IIII", 16, 80877102, pid, wrong)) == b""
            assert other.transport.is_closed
        return client.session.cancels

    assert session_of(script) == 1


def test_shutdown_tells_idle_clients_and_lets_statements_end(session_of, wire):
    async def script(client, node):
        busy = node.client()
        busy.start()
        await settle()
        busy.take()
        busy_session = busy.session
        busy.send(wire.query("wait"))
        await settle()
        closing = asyncio.create_task(node.listener.close())
        await settle()
        idle_told = wire.error_fields(client.take())
        busy_open = not busy.transport.is_closed
        busy_session.gate.set_result(None)
        await closing
        return idle_told, busy_open, wire.messages(busy.take())

    idle, busy_open, answers = session_of(script)
    assert (idle["S"], idle["C"]) == ("FATAL", "57P01")
    assert idle["M"] == "terminating connection due to administrator command"
    assert busy_open
    assert [kind for kind, _ in answers] == ["C", "Z", "E"]


def test_shutdown_cuts_what_does_not_end(session_of, wire):
    async def script(client, node):
        client.send(wire.query("wait"))
        await settle()
        closing = asyncio.create_task(node.listener.close(patience_s=0.01))
        await closing
        return client.transport.was_aborted

    assert session_of(script)


def test_slow_starters_are_cut_after_a_minute(node, loop_runner):
    async def main():
        made = node()
        client = made.client()
        client.send(b"\0\0")
        made.clock.advance(59)
        made.listener.sweep()
        before = client.transport.was_aborted
        made.clock.advance(2)
        made.listener.sweep()
        return before, client.transport.was_aborted, made.listener.connections

    assert loop_runner(main()) == (False, True, 0)


def test_a_flood_of_starters_displaces_the_oldest(node, loop_runner):
    async def main():
        made = node(starting_max=3)
        clients = [made.client() for _ in range(5)]
        return [client.transport.was_aborted for client in clients]

    assert loop_runner(main()) == [True, True, False, False, False]


def test_a_connection_ends_after_its_hour_but_not_inside_a_transaction(session_of, wire):
    async def script(client, node):
        client.session.status = b"T"
        node.clock.advance(3_601)
        node.listener.sweep()
        inside = client.transport.is_closed
        client.session.status = b"I"
        node.listener.sweep()
        return inside, wire.error_fields(client.take())["C"], client.transport.is_closed

    assert session_of(script) == (False, "57P01", True)


def test_five_minutes_after_its_hour_a_connection_ends_in_any_case(session_of):
    async def script(client, node):
        client.session.status = b"T"
        node.clock.advance(3_901)
        node.listener.sweep()
        return client.transport.is_closed

    assert session_of(script)


def test_too_many_connections(session_of, node, wire):
    from borealis.clock import ManualClock
    from borealis.server.admission import Admission, AdmissionLimits

    async def script(client, node):
        other = node.client()
        fields = wire.error_fields(other.send(wire.startup_packet()))
        client.send(TERMINATE)
        third = node.client()
        third.start()
        await settle()
        return fields, wire.kinds(third.take())[0]

    fields, then = session_of(
        script, admission=Admission.alone(AdmissionLimits(connections_max=1), ManualClock())
    )
    assert (fields["S"], fields["C"]) == ("FATAL", "53300")
    assert fields["M"] == "Unable to accept connection, too many open connections."
    assert then == "R"


def test_terminate_before_a_session_says_why(node, loop_runner, wire):
    async def main():
        client = node().client()
        client.connection.terminate(AdminShutdown("terminating connection due to administrator command"))
        return wire.error_fields(client.take())["C"]

    assert loop_runner(main()) == "57P01"


# TLS as bytes.


@pytest.fixture(scope="module")
def tls_pair(tls_files, client_tls):
    """Return a function that makes a server stream and a client object, hands shaken."""
    context = server_context(tls_files)

    def make(client_context=client_tls):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = client_context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        server = TlsStream(context)
        while True:
            try:
                client.do_handshake()
            except ssl.SSLWantReadError:
                incoming.write(server.receive(outgoing.read())[1])
            else:
                break
        server.receive(outgoing.read())
        assert server.is_open
        return server, client, incoming, outgoing

    return make


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(st.binary(min_size=1, max_size=40_000), min_size=1, max_size=4), data=st.data())
def test_tls_carries_any_bytes_cut_anywhere(tls_pair, texts, data):
    server, client, _, outgoing = tls_pair()
    for text in texts:
        client.write(text)
    cipher = outgoing.read()
    cut = data.draw(st.integers(0, len(cipher)))
    received = server.receive(cipher[:cut])[0] + server.receive(cipher[cut:])[0]
    assert received == b"".join(texts)


def test_tls_carries_large_answers(tls_pair):
    server, client, incoming, _ = tls_pair()
    text = bytes(range(256)) * 2_000
    incoming.write(server.encrypt(text))
    received = b""
    while len(received) < len(text):
        received += client.read(65_536)
    assert received == text


def test_a_damaged_record_is_an_error(tls_pair):
    server, client, _, outgoing = tls_pair()
    client.write(b"select 1")
    cipher = bytearray(outgoing.read())
    cipher[-1] ^= 1
    with pytest.raises(TlsError):
        server.receive(bytes(cipher))


def test_an_old_tls_version_is_refused(tls_pair, tls_files):
    old = ssl.create_default_context(cafile=tls_files.ca_certificate)
    with pytest.warns(DeprecationWarning):
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((TlsError, ssl.SSLError)):
        tls_pair(old)


def test_closing_tells_the_client(tls_pair):
    server, client, incoming, _ = tls_pair()
    incoming.write(server.close())
    with pytest.raises(ssl.SSLZeroReturnError):
        client.read(1) or (_ for _ in ()).throw(ssl.SSLZeroReturnError)


def test_what_one_turn_of_the_loop_handled_leaves_at_its_end(session_of, wire):
    async def script(client, node):
        other, seen = node.client(), []
        other.send(wire.startup_packet())
        for each, name in ((client, "first"), (other, "second")):
            each.transport.write = lambda data, name=name: seen.append(name)
            each.connection.data_received(wire.query("a"))
        before, _ = list(seen), await asyncio.sleep(0)
        return before, seen

    assert session_of(script) == ([], ["first", "second"])


def test_a_send_that_fails_ends_its_connection_alone(session_of, wire):
    async def script(client, node):
        other = node.client()
        other.send(wire.startup_packet())

        def fail(data):
            raise RuntimeError("no")

        client.transport.write = fail
        client.connection.data_received(wire.query("a"))
        other.connection.data_received(wire.query("b"))
        await asyncio.sleep(0)
        return client.transport.was_aborted, other.take()

    was_aborted, data = session_of(script)
    assert was_aborted
    assert tags(wire, data) == ["b"]
