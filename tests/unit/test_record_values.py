"""Records as values: what is written reads back, by text and by binary form; row types' oids never meet others."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borealis.errors import FeatureNotSupported, InvalidTextRepresentation
from borealis.types import oids, record, row_types
from borealis.types.base import Oid, Style
from borealis.types.registry import format_type, type_of, types
from borealis.types.row_types import Shape

_STYLE = Style()


def _record(*columns: tuple[Oid, int, object]) -> str:
    shape = Shape(
        tuple(f"f{n}" for n in range(1, len(columns) + 1)),
        tuple(type_ for type_, _, _ in columns),
        tuple(typmod for _, typmod, _ in columns),
    )
    return record.make(shape.text, [value for _, _, value in columns])  # type: ignore[misc]


_TEXTS = st.none() | st.text(
    st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=12
)


@given(st.lists(_TEXTS, min_size=1, max_size=5))
def test_text_of_a_record_reads_back(values: list[str | None]) -> None:
    value = _record(*((oids.TEXT, -1, each) for each in values))
    text = type_of(oids.RECORD).encode_text(value, _STYLE)
    # An empty text is quoted, so that NULL and '' stay apart.
    assert record.read(text, len(values)) == tuple(values)


@given(
    st.lists(_TEXTS | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.binary(max_size=4))
)
def test_values_come_out_as_they_went_in(values: list[object]) -> None:
    of = {int: oids.INT8, float: oids.FLOAT8, bytes: oids.BYTEA, str: oids.TEXT, type(None): oids.TEXT}
    shape, taken = record.take(_record(*((of[type(each)], -1, each) for each in values)))
    assert taken == values
    assert len(shape.types) == len(values)


def test_binary_form_has_each_columns_type_and_length() -> None:
    value = _record((oids.INT4, -1, 7), (oids.TEXT, -1, None), (oids.BPCHAR, 7, "ab"))
    expected = struct.pack("!i", 3)
    expected += struct.pack("!IiI", oids.INT4, 4, 7)
    expected += struct.pack("!Ii", oids.TEXT, -1)
    expected += struct.pack("!Ii", oids.BPCHAR, 3) + b"ab "
    assert type_of(oids.RECORD).encode_binary(value) == expected


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("1)", "Missing left parenthesis."),
        ("(1", "Unexpected end of input."),
        ('("1)', "Unexpected end of input."),
        ("(1)", "Too few columns."),
        ("(1,2,3)", "Too many columns."),
        ("(1,2) x", "Junk after right parenthesis."),
    ],
)
def test_malformed_text_is_told_as_postgresql_does(text: str, detail: str) -> None:
    with pytest.raises(InvalidTextRepresentation, match="malformed record literal") as raised:
        record.read(text, 2)
    assert raised.value.detail == detail


def test_anonymous_records_are_not_read() -> None:
    with pytest.raises(FeatureNotSupported, match="input of anonymous composite types is not implemented"):
        type_of(oids.RECORD).decode_text("(1)", _STYLE)


@given(st.integers(16_384, 2**29 - 1).map(Oid))
def test_row_types_oids_are_apart_from_all_others(table: Oid) -> None:
    row_type = row_types.row_type_of(table)
    array = row_types.array_of(row_type)
    assert row_types.table_of(row_type) == table
    assert row_types.element_of(array) == row_type
    assert row_types.is_row_type(row_type)
    assert not row_types.is_array_of_rows(row_type)
    assert row_types.is_array_of_rows(array)
    assert not row_types.is_row_type(array)
    assert max(types()) < row_type < array < 2**31
    assert not row_types.is_row_type(table)


def test_row_types_are_named_by_who_knows_the_catalog() -> None:
    row_type = row_types.row_type_of(Oid(16_400))
    with row_types.naming({Oid(16_400): "accounts"}.get):
        assert format_type(row_type) == "accounts"
        assert format_type(row_types.array_of(row_type)) == "accounts[]"
