"""COPY's formats and options, held against what a real PostgreSQL accepted, refused and wrote."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import wire_peer as peer  # noqa: E402

from borealis.errors import SqlError  # noqa: E402
from borealis.wire.copy import row_decoder, row_encoder  # noqa: E402
from borealis.wire.copy.options import Option, copy_options  # noqa: E402


def recorded(name):
    return json.loads((peer.RECORDED / name).read_text())


def options_of(given, *, is_from):
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return copy_options([Option(name, value) for name, value in values.items()], is_from=is_from)


def latin(field):
    return None if field is None else field.decode("latin-1")


def decode(case, pieces):
    """Return the rows, or the error as recorded: SQLSTATE, message, hint, context."""
    decoder = row_decoder(options_of(case["options"], is_from=True), "t", case["columns"])
    rows = []
    try:
        for piece in pieces:
            rows += decoder.feed(piece)
        rows += decoder.finish()
    except SqlError as error:
        return [error.sqlstate, error.message, error.hint, error.where]
    return [[latin(field) for field in row] for row in rows]


@pytest.mark.parametrize("size", [None, 1, 3], ids=["whole", "bytes", "threes"])
@pytest.mark.parametrize("format_", ["text", "csv", "binary"])
def test_input_is_accepted_and_refused_as_by_postgresql(format_, size):
    cases = [case for case in recorded("copy_in.json") if case["options"].get("format", "text") == format_]
    assert len(cases) > 20
    for case in cases:
        data = case["input"].encode("latin-1")
        step = size or len(data) or 1
        pieces = [data[at : at + step] for at in range(0, len(data), step)]
        assert decode(case, pieces) == case.get("rows", case.get("error")), case


def test_output_is_postgresqls_to_the_byte():
    """Each piece is one CopyData of PostgreSQL's: the binary header travels with what follows it."""
    for case in recorded("copy_out.json"):
        encoder = row_encoder(options_of(case["options"], is_from=False), case["columns"])
        rows = [[None if v is None else v.encode("latin-1") for v in row] for row in case["rows"]]
        pieces = [encoder.start(), *map(encoder.row, rows), encoder.end()]
        if case["options"].get("format") == "binary":
            pieces[:2] = [b"".join(pieces[:2])]
        assert [latin(piece) for piece in pieces if piece] == case["pieces"], case


def test_options_are_refused_as_by_postgresql():
    for case in recorded("copy_options.json"):
        error = None
        try:
            options_of(case["options"], is_from=case["is_from"]).check_columns(["a", "b"])
        except SqlError as refusal:
            error = [refusal.sqlstate, refusal.message]
        assert error == case["error"], case
