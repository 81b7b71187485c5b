"""COPY's formats: what is encoded decodes to itself, in any chunking and any format; no input raises but SqlError."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.errors import SqlError
from borealis.limits import MESSAGE_BYTES_MAX
from borealis.wire.copy import row_decoder, row_encoder
from borealis.wire.copy.options import CopyOptions, Option, copy_options

SETTINGS = settings(max_examples=100, deadline=None)

nasty = st.text(st.sampled_from(list("ab\\N.,\"'|\t\n\r\b\f\v\x01;!é€😀")), max_size=8)
anything = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
field = st.none() | (nasty | anything).map(str.encode)
tables = st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[field] * width), max_size=6))

FORMATS = [
    {},
    {"delimiter": "|"},
    {"header": True},
    {"format": "csv"},
    {"format": "csv", "header": True},
    {"format": "csv", "escape": "\\"},
    {"format": "csv", "quote": "'", "delimiter": ";", "escape": "!"},
    {"format": "binary"},
]


def options_of(given_, *, is_from):
    return copy_options([Option(name, value) for name, value in given_.items()], is_from=is_from)


def columns_of(rows):
    return [f"c{at}" for at in range(len(rows[0]) if rows else 1)]


def pieces_of(data, places):
    cuts = sorted({0, len(data), *(int(place * len(data)) for place in places)})
    return [data[a:b] for a, b in zip(cuts, cuts[1:], strict=False)]


def outcome(options, columns, pieces):
    """Return all rows and lines, or the error as a client sees it."""
    decoder = row_decoder(options, "t", columns)
    rows = []
    try:
        for piece in pieces:
            rows.extend((decoder.line, row) for row in decoder.feed(piece))  # keeps what came before an error
        rows.extend((decoder.line, row) for row in decoder.finish())
    except SqlError as error:
        return rows, error.sqlstate, error.message, error.hint, error.where
    return rows


@SETTINGS
@given(st.sampled_from(FORMATS), tables, st.lists(st.floats(0, 1), max_size=10))
def test_rows_survive_any_format_and_chunking(given_, rows, places):
    columns = columns_of(rows)
    encoder = row_encoder(options_of(given_, is_from=False), columns)
    data = b"".join([encoder.start(), *map(encoder.row, rows), encoder.end()])
    options = options_of(given_, is_from=True)
    decoder = row_decoder(options, "t", columns)
    read = [tuple(row) for piece in pieces_of(data, places) for row in decoder.feed(piece)]
    read += [tuple(row) for row in decoder.finish()]
    assert read == rows


special = st.binary(max_size=40) | st.lists(
    st.sampled_from(list(b'ab,""\n\n\r\\.!\t\tN01x\xff')), max_size=40
).map(bytes)


@SETTINGS
@given(st.sampled_from(FORMATS), st.integers(0, 3), special, st.lists(st.floats(0, 1), max_size=10))
def test_any_input_has_one_outcome_in_any_chunking(given_, width, data, places):
    """Rows with their lines, or one SqlError; the fast paths, taken with large chunks, agree with the scan."""
    options = options_of(given_, is_from=True)
    if given_.get("format") == "binary":
        data = b"PGCOPY\n\xff\r\n\0" + bytes(8) + data
    columns = [f"c{at}" for at in range(width)]
    whole = outcome(options, columns, [data])
    assert outcome(options, columns, pieces_of(data, places)) == whole
    assert outcome(options, columns, [data[at : at + 1] for at in range(len(data))]) == whole


lines = st.lists(
    st.sampled_from([b"a,b", b'"q",r', b'"m\nn",o', b'"x""y",""', b",", b'"c\r\nd",e', b'"\\.",f']),
    max_size=12,
)


@SETTINGS
@given(lines, st.sampled_from([b"\n", b"\r\n", b"\r"]), st.lists(st.floats(0, 1), max_size=4))
def test_csv_lines_are_counted_alike_on_every_path(parts, end, places):
    data = b"".join(part + end for part in [b"first,line", *parts])
    options = options_of({"format": "csv"}, is_from=True)
    by_byte = outcome(options, ["a", "b"], [data[at : at + 1] for at in range(len(data))])
    first = len(b"first,line" + end)
    assert outcome(options, ["a", "b"], [data[:first], data[first:]]) == by_byte
    assert outcome(options, ["a", "b"], pieces_of(data, places)) == by_byte


def test_context_names_line_column_and_value():
    decoder = row_decoder(CopyOptions(), "t", ["a", "b"])
    rows = decoder.feed(b"1\tone\n2\t\\N\n" + b"3\t" + b"\xc3\xa9" * 60 + b"\n")
    next(rows)
    assert decoder.where() == 'COPY t, line 1: "1\tone"'
    assert decoder.where(1) == 'COPY t, line 1, column b: "one"'
    assert decoder.where_line() == "COPY t, line 1"
    next(rows)
    assert decoder.where(1) == "COPY t, line 2, column b: null input"
    next(rows)
    assert decoder.where(1) == f'COPY t, line 3, column b: "{"é" * 50}..."'


@pytest.mark.parametrize("given_", [{}, {"format": "csv"}], ids=["text", "csv"])
def test_a_line_without_end_is_refused_before_it_fills_the_memory(given_):
    decoder = row_decoder(options_of(given_, is_from=True), "t", ["a"])
    chunk = b'"' + b"x" * 2**20
    with pytest.raises(SqlError, match="maximum row size exceeded") as refused:
        for _ in range(MESSAGE_BYTES_MAX // 2**20 + 1):
            list(decoder.feed(chunk))
    assert refused.value.where == "COPY t, line 1"


def test_a_binary_field_that_claims_too_much_is_refused_at_once():
    decoder = row_decoder(CopyOptions(format="binary"), "t", ["a"])
    with pytest.raises(SqlError, match="maximum row size exceeded"):
        list(decoder.feed(b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\0\1\x7f\xff\xff\xff"))


@pytest.mark.parametrize(
    ("given_", "data"),
    [
        ({}, b"\\\n"),  # every newline escaped: one line
        ({}, b"\\\t"),  # every delimiter escaped: one field
        ({"format": "csv"}, b'"\n'),  # in and out of quotes
        ({"format": "csv"}, b'"",'),
        ({"format": "csv", "escape": "!"}, b'!"'),
        ({"format": "csv", "escape": "!"}, b'"!!'),
        ({"format": "csv"}, b'"x'),
    ],
)
def test_hostile_lines_take_linear_time(given_, data):
    """A megabyte in small chunks, made to be looked at again and again."""
    decoder = row_decoder(options_of(given_, is_from=True), "t", ["a", "b"])
    whole = data * (300_000 // len(data))
    started = time.process_time()
    try:
        for at in range(0, len(whole), 1000):
            list(decoder.feed(whole[at : at + 1000]))
        list(decoder.finish())
    except SqlError:
        pass
    assert time.process_time() - started < 2
