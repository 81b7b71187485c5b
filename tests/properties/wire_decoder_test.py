"""The frontend decoder: any chunking gives the same messages; no bytes raise anything but SqlError; state tables are sound."""

import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent / "wire"))

import wire_peer as peer

from borealis.errors import InternalError, SqlError
from borealis.limits import MESSAGE_BYTES_MAX
from borealis.wire import messages
from borealis.wire.decoder import Decoder
from borealis.wire.readers import READERS
from borealis.wire.state import DECIDED, DISCARDED, TAKEN, Event, State, after

SETTINGS = settings(max_examples=100, deadline=None)

text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
uint16 = st.integers(0, 0xFFFF)
int32 = st.integers(-(2**31), 2**31 - 1)


@st.composite
def binds(draw):
    values = draw(st.lists(st.none() | st.binary(max_size=12), max_size=70))
    counts = st.sampled_from(sorted({0, 1, len(values)}))
    count = draw(counts)
    formats = draw(st.lists(st.sampled_from([0, 1]), min_size=count, max_size=count))
    results = draw(st.lists(uint16, max_size=70))
    return messages.Bind(draw(text), draw(text), tuple(formats), tuple(values), tuple(results))


session_messages = st.one_of(
    st.builds(messages.Query, text),
    st.builds(messages.Parse, text, text, st.lists(st.integers(0, 2**32 - 1), max_size=4).map(tuple)),
    binds(),
    st.builds(messages.Describe, st.sampled_from("SP"), text),
    st.builds(messages.Close, st.sampled_from("SP"), text),
    st.builds(messages.Execute, text, int32),
    st.just(messages.Sync()),
    st.just(messages.Flush()),
)
copy_messages = st.one_of(st.builds(messages.CopyData, st.binary(max_size=50)), st.just(messages.CopyDone()))


def cut(data, cuts):
    """Return data in pieces, cut at these fractions of it."""
    places = sorted({0, len(data), *(int(c * len(data)) for c in cuts)})
    return [data[a:b] for a, b in zip(places, places[1:], strict=False)]


cuts = st.lists(st.floats(0, 1), max_size=30)


def read_all(decoder, pieces):
    """Return what a decoder makes of pieces: messages, and errors as (SQLSTATE, text)."""
    read = []
    for piece in pieces:
        decoder.feed(piece)
        while True:
            try:
                message = decoder.next_message()
            except SqlError as error:
                read.append((error.sqlstate, error.message))
                decoder.note(Event.FAILED)
                continue
            if message is None:
                break
            read.append(message)
    return read


@SETTINGS
@given(st.lists(session_messages, max_size=8), cuts)
def test_any_chunking_gives_the_messages_sent(sent, places):
    data = b"".join(map(peer.encode, sent))
    assert read_all(Decoder(State.READY), cut(data, places)) == sent


@SETTINGS
@given(st.lists(copy_messages, max_size=6).map(lambda sent: [*sent, messages.CopyDone()]), cuts)
def test_any_chunking_of_copy_gives_its_data_until_the_end(sent, places):
    data = b"".join(map(peer.encode, sent))
    expected = sent[: sent.index(messages.CopyDone()) + 1]
    assert read_all(Decoder(State.COPY_IN), cut(data, places)) == expected


startup_parameters = st.dictionaries(text.filter(bool), text, max_size=4)


@SETTINGS
@given(startup_parameters, text.filter(bool), st.lists(session_messages, max_size=3), cuts)
def test_any_chunking_of_a_whole_connection_is_read(parameters, password, sent, places):
    startup = messages.StartupMessage((3, 0), parameters)
    login = messages.PasswordMessage(password)
    decoder = Decoder()
    read = []
    for piece in cut(b"".join(map(peer.encode, [startup, login, *sent])), places):
        decoder.feed(piece)
        for message in decoder:
            read.append(message)
            if message == login and len(read) == 2:
                decoder.note(Event.AUTHENTICATED)
    assert read == [startup, login, *sent]


ANY_STATE = st.sampled_from([s for s in State if s is not State.ENCRYPTION_REQUESTED])


@SETTINGS
@given(ANY_STATE, st.binary(max_size=60), cuts)
def test_garbage_raises_only_sql_errors_and_the_same_in_any_chunking(state, data, places):
    whole = read_all(Decoder(state), [data])
    assert read_all(Decoder(state), cut(data, places)) == whole


@SETTINGS
@given(st.data())
def test_damaged_messages_raise_only_sql_errors(data):
    """A frame whose body is garbage, or a message with one byte changed: an error at most, and the next one is read."""
    frame = bytearray(peer.encode(data.draw(session_messages)))
    if len(frame) > 5:
        place = data.draw(st.integers(5, len(frame) - 1))
        frame[place] = data.draw(st.integers(0, 255))
    decoder = Decoder(State.READY)
    read = read_all(
        decoder, [bytes(frame) + peer.encode(messages.Sync()) + peer.encode(messages.Query("next"))]
    )
    assert read[-1] == messages.Query("next")
    assert decoder.state is State.READY


@SETTINGS
@given(st.sampled_from(sorted(READERS)), st.binary(max_size=40))
def test_a_body_of_garbage_is_one_message_or_one_error(kind, body):
    state = next(s for s in State if kind in TAKEN.get(s, {}))
    read = read_all(Decoder(state), [peer.frame(kind, body)])
    assert len(read) == 1


# The tables


def test_no_message_is_both_taken_and_discarded():
    for state in State:
        assert not TAKEN.get(state, {}).keys() & DISCARDED.get(state, {}).keys()


def test_every_type_has_a_reader_and_a_state_that_takes_it():
    taken = {kind for table in TAKEN.values() for kind in table}
    assert taken == set(READERS)


def test_every_state_is_reachable_and_can_end():
    steps = {state: {*TAKEN.get(state, {}).values(), *DISCARDED.get(state, {}).values()} for state in State}
    for table in DECIDED.values():
        for state, then in table.items():
            steps[state].add(then)
    steps[State.STARTUP] |= {
        State.ENCRYPTION_REQUESTED,
        State.AUTHENTICATION,
        State.CLOSED,
    }  # startup packets
    reached = {State.STARTUP}
    while more := {then for state in reached for then in steps[state]} - reached:
        reached |= more
    assert reached == set(State)
    assert all(State.CLOSED in steps[state] for state in State)


def test_failure_has_an_outcome_in_every_state_and_other_events_only_where_they_belong():
    assert set(DECIDED[Event.FAILED]) == set(State)
    with pytest.raises(InternalError, match="AUTHENTICATED in state READY"):
        after(State.READY, Event.AUTHENTICATED)


# Size


def test_the_largest_message_is_read_from_small_pieces_in_linear_time():
    body = b"x" * (MESSAGE_BYTES_MAX - 4)
    data = peer.frame(b"d", body)
    decoder = Decoder(State.COPY_IN)
    started = time.process_time()
    for at in range(0, len(data), 500):
        assert decoder.next_message() is None
        decoder.feed(data[at : at + 500])
    assert decoder.next_message() == messages.CopyData(body)
    assert time.process_time() - started < 1.5  # joining at every piece would copy 100 GB
    assert decoder.pending_bytes == 0


def test_a_message_one_byte_too_long_is_refused_by_its_header_alone():
    decoder = Decoder(State.COPY_IN)
    decoder.feed(b"d" + (MESSAGE_BYTES_MAX + 1).to_bytes(4, "big"))
    with pytest.raises(SqlError, match="invalid message length"):
        decoder.next_message()
    assert decoder.state is State.CLOSED
    decoder.feed(b"Q\0\0\0\5\0")
    assert decoder.next_message() is None
    assert decoder.pending_bytes == 0


def test_an_unauthenticated_client_may_not_send_much():
    decoder = Decoder()
    decoder.feed(
        peer.encode(messages.StartupMessage((3, 0), {"user": "u"})) + b"p" + (65_536).to_bytes(4, "big")
    )
    assert isinstance(decoder.next_message(), messages.StartupMessage)
    with pytest.raises(SqlError, match="invalid message length"):
        decoder.next_message()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (peer.encode(messages.Query("SELECT 1")), "expected password response, got message type 81"),
        (peer.frame(b"p", b"\0"), "empty password returned by client"),
        (peer.frame(b"p", b"a\0b\0"), "invalid password packet size"),
        (peer.frame(b"p", b"ab"), "invalid password packet size"),
        (peer.frame(b"p"), "invalid password packet size"),
    ],
)
def test_passwords_are_refused_with_postgresqls_texts(data, error):
    decoder = Decoder(State.AUTHENTICATION)
    decoder.feed(data)
    with pytest.raises(SqlError, match=error):
        decoder.next_message()


def test_plain_bytes_sent_ahead_of_tls_are_never_read():
    """Bytes that came between our S and the handshake could be anyone's."""
    for event in (Event.TLS_ACCEPTED, Event.ENCRYPTION_REFUSED):
        decoder = Decoder()
        decoder.feed(peer.encode(messages.SslRequest()))
        assert decoder.next_message() == messages.SslRequest()
        decoder.feed(peer.encode(messages.StartupMessage((3, 0), {"user": "mallory"})))
        assert decoder.next_message() is None
        with pytest.raises(SqlError, match="received unencrypted data after SSL request"):
            decoder.note(event)
        assert decoder.state is State.CLOSED


def test_tls_leaves_no_other_encryption_to_ask_for():
    decoder = Decoder()
    decoder.feed(peer.encode(messages.SslRequest()))
    decoder.next_message()
    decoder.note(Event.TLS_ACCEPTED)
    decoder.feed(peer.encode(messages.GssEncRequest()))
    with pytest.raises(SqlError, match=r"unsupported frontend protocol 1234\.5680"):
        decoder.next_message()
