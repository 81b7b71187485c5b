"""Codecs round-trip, and the order of stored values is the order PostgreSQL gives them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borealis.errors import SqlError
from borealis.types import interval, numeric, oids
from borealis.types.base import FixedNumeric, PackedNumeric, Style
from borealis.types.date import DAYS_MAX, DAYS_MIN
from borealis.types.registry import type_of, types
from borealis.types.text_search import vector
from borealis.types.text_search.vector import Lexeme
from borealis.types.timestamp import US_END, US_MIN

STYLES = [
    Style(date_style=date_style, date_order=order, interval_style=interval_style)
    for date_style, order in (
        ("ISO", "MDY"),
        ("SQL", "MDY"),
        ("SQL", "DMY"),
        ("Postgres", "MDY"),
        ("German", "DMY"),
    )
    for interval_style in ("postgres", "postgres_verbose", "sql_standard", "iso_8601")
]
text = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)
decimals = st.decimals(
    allow_nan=False, allow_infinity=False, places=None, min_value=-(10**25), max_value=10**25
).map(lambda value: numeric.parse(format(value, "f")))
intervals = st.tuples(
    st.integers(-(2**20), 2**20), st.integers(-(2**20), 2**20), st.integers(-(2**45), 2**45)
).map(lambda parts: interval.pack(*parts))
lexemes = st.builds(
    lambda word, places: Lexeme(word, tuple(sorted(places.items()))),
    text.filter(bool),
    st.dictionaries(st.integers(1, 16_382), st.integers(0, 3), max_size=4),
)
vectors = st.lists(lexemes, unique_by=lambda lexeme: lexeme.word).map(
    lambda found: vector.pack(sorted(found, key=lambda lexeme: lexeme.word))
)
VALUES = {
    oids.TSVECTOR: vectors,
    oids.BOOL: st.sampled_from([0, 1]),
    oids.INT2: st.integers(-(2**15), 2**15 - 1),
    oids.INT4: st.integers(-(2**31), 2**31 - 1),
    oids.INT8: st.integers(-(2**63), 2**63 - 1),
    oids.FLOAT8: st.floats(allow_nan=False),
    oids.FLOAT4: st.floats(allow_nan=False, width=32),
    oids.NUMERIC: decimals,
    oids.TEXT: text,
    oids.BYTEA: st.binary(max_size=40),
    oids.UUID: st.binary(min_size=16, max_size=16),
    oids.DATE: st.integers(DAYS_MIN, DAYS_MAX),
    oids.TIME: st.integers(0, 86_400_000_000),
    oids.TIMESTAMP: st.integers(US_MIN, US_END - 1),
    oids.TIMESTAMPTZ: st.integers(US_MIN, US_END - 1),
    oids.INTERVAL: intervals,
}


@pytest.mark.parametrize("oid", VALUES, ids=lambda oid: type_of(oid).name)
@given(data=st.data(), style=st.sampled_from(STYLES))
def test_text_and_binary_round_trip(oid, data, style):
    type_, value = type_of(oid), data.draw(VALUES[oid])
    shown = type_.encode_text(value, style)
    assert type_.text_encoder(style)(value) == shown.encode()
    assert type_.decode_text(shown, style) == value
    assert type_.decode_binary(type_.encode_binary(value)) == value
    assert type_.binary_encoder()(value) == type_.encode_binary(value)


@given(left=decimals, right=decimals, precision=st.integers(50, 80), scale=st.integers(0, 20))
def test_packed_numerics_order_as_numbers(left, right, precision, scale):
    typmod = numeric.typmod_of(precision, scale)
    a, b = (numeric.apply_typmod(value, typmod) for value in (left, right))
    packed = numeric.pack(a, precision, scale), numeric.pack(b, precision, scale)
    assert (packed[0] < packed[1]) == (Decimal(a) < Decimal(b))
    assert len(packed[0]) == len(packed[1])
    assert Decimal(numeric.unpack(packed[0], precision, scale)) == Decimal(a)
    assert isinstance(numeric.stored_representation(typmod), PackedNumeric)


@given(value=st.integers(-(10**18) + 1, 10**18 - 1), scale=st.integers(0, 18))
def test_fixed_numerics_are_exact(value, scale):
    shown = numeric.fixed_text(value, scale)
    assert Decimal(shown).scaleb(scale) == value
    encoder = type_of(oids.NUMERIC).text_encoder(Style(), FixedNumeric(scale, 10**18 - 1))
    assert encoder(value).decode() == shown
    assert (
        numeric.from_wire(type_of(oids.NUMERIC).binary_encoder(FixedNumeric(scale, 10**18 - 1))(value))
        == shown
    )


@given(left=intervals, right=intervals)
def test_interval_keys_order_as_spans(left, right):
    def span(value):
        months, days, us = interval.unpack(value)
        return (months * 30 + days) * 86_400_000_000 + us

    assert (left[: interval.KEY_BYTES] < right[: interval.KEY_BYTES]) == (span(left) < span(right))


@given(garbage=st.text(max_size=30), data=st.binary(max_size=30), oid=st.sampled_from(sorted(types())))
def test_garbage_raises_only_sql_errors(garbage, data, oid):
    type_ = type_of(oid)
    for read in (lambda: type_.decode_text(garbage, Style()), lambda: type_.decode_binary(data)):
        try:
            read()
        except SqlError:
            pass


@pytest.mark.parametrize(
    "name",
    ["timestamp", "date", "time", "timetz", "interval", "numeric", "json", "_int4", "tsvector", "tsquery"],
)
@given(
    words=st.lists(
        st.sampled_from(
            '2024-01-05 10:20 jan 5 1 am pm bc now + - : . { } [ ] , t z utc europe/berlin 1e5 day ago null "'.split()
        ),
        max_size=7,
    )
)
def test_nearly_valid_texts_raise_only_sql_errors(name, words):
    type_ = next(each for each in types().values() if each.name == name)
    for joined in (" ".join(words), "".join(words)):
        try:
            value = type_.decode_text(joined, Style())
        except SqlError:
            continue
        type_.encode_text(value, Style())
        type_.encode_binary(value)
