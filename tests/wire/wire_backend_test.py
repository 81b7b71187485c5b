"""Errors and notices carry PostgreSQL's fields in PostgreSQL's order; text that cannot travel is mended, not broken off."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import wire_peer as peer

from borealis.errors import SyntaxError_, UndefinedTable, error_class
from borealis.wire import backend

REPORTS = [
    read
    for transcript in peer.transcripts().values()
    for read in map(peer.read, peer.server_frames(transcript.said("<")))
    if read[0] in ("ErrorResponse", "NoticeResponse")
]
NAMES = {
    "D": "detail",
    "H": "hint",
    "P": "position",
    "W": "where",
    "s": "schema",
    "t": "table",
    "c": "column",
    "d": "datatype",
    "n": "constraint",
}


def without_source(fields):
    """Leave out file, line and routine of PostgreSQL's source."""
    return [(code, text) for code, text in fields if code not in "FLR"]


def arguments(fields):
    return {NAMES[code]: text for code, text in fields if code in NAMES}


@pytest.mark.parametrize("fields", [fields for name, fields in REPORTS if name == "ErrorResponse"])
def test_errors_have_the_fields_of_recorded_ones(fields):
    known = dict(fields)
    error = error_class(known["C"])(known["M"], **arguments(fields))
    assert peer.read(backend.error_response(error, known["V"])) == ("ErrorResponse", without_source(fields))


@pytest.mark.parametrize("fields", [fields for name, fields in REPORTS if name == "NoticeResponse"])
def test_notices_have_the_fields_of_recorded_ones(fields):
    known = dict(fields)
    said = backend.notice_response(known["M"], severity=known["V"], sqlstate=known["C"], **arguments(fields))
    assert peer.read(said) == ("NoticeResponse", without_source(fields))


def test_recordings_hold_errors_of_several_kinds_and_notices():
    codes = {code for _, fields in REPORTS for code, _ in fields}
    assert {"D", "P", "W", "s", "t", "c", "n"} <= codes
    assert {dict(fields)["V"] for _, fields in REPORTS} >= {"ERROR", "NOTICE", "WARNING"}


def test_a_zero_byte_in_a_text_does_not_end_it():
    _, fields = peer.read(backend.error_response(SyntaxError_("before\0after", hint="\0")))
    assert ("M", "beforeafter") in fields
    assert ("H", "") in fields


def test_lone_surrogates_become_question_marks():
    assert peer.read(backend.command_complete("a\ud800b")) == ("CommandComplete", "a?b")


def test_fatal_errors_say_so_in_both_severities():
    _, fields = peer.read(backend.error_response(UndefinedTable("x", position=7), "FATAL"))
    assert fields == [("S", "FATAL"), ("V", "FATAL"), ("C", "42P01"), ("M", "x"), ("P", "7")]


def test_unknown_protocol_options_are_named():
    said = backend.negotiate_protocol_version(0, ["_pq_.a", "_pq_.b"])
    assert peer.read(said) == ("NegotiateProtocolVersion", 0, ["_pq_.a", "_pq_.b"])


def test_secrets_and_oids_use_all_32_bits():
    assert peer.read(backend.backend_key_data(1, 2**32 - 1)) == ("BackendKeyData", 1, 2**32 - 1)
    column = backend.Field("c", 2**32 - 1, 1, 2**32 - 1, -1, -1, 0)
    assert peer.read(backend.row_description([column])) == ("RowDescription", [column])


def test_every_row_has_its_own_count_and_lengths():
    values = [b"", None, b"x" * 70_000]
    assert peer.read(backend.data_row(values)) == ("DataRow", values)
    assert peer.read(backend.data_row([])) == ("DataRow", [])


def test_only_the_three_transaction_states_are_known():
    with pytest.raises(KeyError):
        backend.ready_for_query(b"X")
