"""Every type's text and binary forms against what PostgreSQL 16.2 answered (tools/record_types.py)."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from borealis.catalog.catalog import Catalog
from borealis.errors import SqlError
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.type_names import bind_type_name
from borealis.sql.parse import parse
from borealis.types import interval, numeric, oids, time, timestamp
from borealis.types.base import Oid, Style, Value
from borealis.types.registry import type_of
from borealis.types.strings import Bpchar, Varchar

BLANKS_OF_BARE_BPCHAR = ("bpchar", ("ab   ", "     "))
"""Stored without trailing blanks, which a bpchar of no declared length would show (docs/decisions/0004)."""

RECORDED = [json.loads(line) for line in Path(__file__).with_name("recorded.jsonl").read_text().splitlines()]

KNOWN = {
    # A detail that names PostgreSQL's own tokens is not repeated word for word.
    "json": {"detail"},
    "jsonb": {"detail"},
}


def declared(name: str) -> tuple[Oid, int]:
    (parsed,) = parse(f"SELECT NULL::{name}")
    context = BindContext(parsed, Catalog(0, Oid(0), (), ()), (), (), Style())
    return bind_type_name(context, parsed.node["targetList"][0]["ResTarget"]["val"]["TypeCast"]["typeName"])


def style_of(settings: dict[str, str]) -> Style:
    date_style, _, order = settings.get("datestyle", "ISO, MDY").partition(", ")
    return Style(
        date_style=date_style,
        date_order=order or ("DMY" if date_style == "German" else "MDY"),
        interval_style=settings.get("intervalstyle", "postgres"),
        time_zone=settings.get("timezone", "UTC"),
        extra_float_digits=int(settings.get("extra_float_digits", "1")),
        now_us=757_382_400_000_000,
    )


def fitted(oid: Oid, typmod: int, value: Value) -> Value:
    """Apply a typmod as an assignment to a column does."""
    if typmod < 0:
        return value
    type_ = type_of(oid)
    match oid:
        case oids.VARCHAR | oids.BPCHAR:
            assert isinstance(type_, Varchar)
            return type_.fit(str(value), typmod, is_explicit=False)
        case oids.NUMERIC:
            return numeric.apply_typmod(str(value), typmod)
        case oids.TIME | oids.TIMETZ:
            assert isinstance(value, int)
            return time.apply_time_typmod(value, typmod)
        case oids.TIMESTAMP | oids.TIMESTAMPTZ:
            assert isinstance(value, int)
            return timestamp.apply_typmod(value, typmod)
        case oids.INTERVAL:
            return interval.apply_typmod(value, typmod)
    raise AssertionError(oid)


def answer(name: str, settings: dict[str, str], text: str) -> dict[str, str | None]:
    oid, typmod = declared(name)
    type_, style = type_of(oid), style_of(settings)
    try:
        value = fitted(oid, typmod, type_.decode_text(text, style))
        shown, sent = type_.encode_text(value, style), type_.encode_binary(value)
        assert type_.text_encoder(style)(value).decode() == shown
        assert type_.decode_binary(sent) == value
        if isinstance(type_, Bpchar):
            shown = type_.padded(shown, typmod)
            sent = shown.encode()
    except SqlError as error:
        return {
            "sqlstate": error.sqlstate,
            "message": error.message,
            "detail": error.detail,
            "hint": error.hint,
        }
    return {"text": shown, "send": sent.hex()}


def _by_type() -> dict[str, list[tuple[dict[str, str], str, dict[str, str | None]]]]:
    found = defaultdict(list)
    for name, settings, text, expected in RECORDED:
        found[name].append((settings, text, expected))
    return found


@pytest.mark.parametrize("name", _by_type())
def test_as_postgresql(name: str) -> None:
    wrong = []
    for settings, text, expected in _by_type()[name]:
        if name == BLANKS_OF_BARE_BPCHAR[0] and text in BLANKS_OF_BARE_BPCHAR[1]:
            continue
        got = answer(name, settings, text)
        ignored = KNOWN.get(name, set())
        if {k: v for k, v in got.items() if k not in ignored} != {
            k: v for k, v in expected.items() if k not in ignored
        }:
            wrong.append(f"{settings} {text!r}\n    expected {expected}\n    got      {got}")
    assert not wrong, f"{len(wrong)} of {len(_by_type()[name])}:\n" + "\n".join(wrong)
