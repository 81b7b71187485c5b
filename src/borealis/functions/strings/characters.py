"""Single characters and Unicode: chr, ascii, normalize, unistr."""

from __future__ import annotations

import re
import unicodedata

from borealis.errors import InvalidParameterValue, ProgramLimitExceeded, SyntaxError_
from borealis.functions.implementation import scalar


@scalar("chr")
def character(code: int) -> str:
    if code < 0:
        raise InvalidParameterValue("character number must be positive")
    if code == 0:
        raise ProgramLimitExceeded("null character not permitted")
    if code > 0x10FFFF:
        raise ProgramLimitExceeded(f"requested character too large for encoding: {code}")
    if 0xD800 <= code <= 0xDFFF:
        raise ProgramLimitExceeded(f"requested character not valid for encoding: {code}")
    return chr(code)


@scalar("ascii")
def code_of(text: str) -> int:
    return ord(text[0]) if text else 0


def _form(name: str) -> str:
    form = name.upper()
    if form not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise InvalidParameterValue(f"invalid normalization form: {name}")
    return form


@scalar("unicode_normalize_func")
def normalize(text: str, form: str) -> str:
    return unicodedata.normalize(_form(form), text)  # type: ignore[arg-type]


@scalar("unicode_is_normalized")
def is_normalized(text: str, form: str) -> int:
    return int(unicodedata.is_normalized(_form(form), text))  # type: ignore[arg-type]


_ESCAPE = re.compile(r"\\(?:(\\)|\+([0-9A-Fa-f]{6})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-9A-Fa-f]{4})|)")


@scalar("unistr")
def unistr(text: str) -> str:
    r"""Replace \XXXX, \+XXXXXX, \uXXXX, \UXXXXXXXX by the characters they name; surrogates come in pairs."""
    units: list[int] = []
    position = 0
    while position < len(text):
        if text[position] != "\\":
            units.append(ord(text[position]))
            position += 1
            continue
        found = _ESCAPE.match(text, position)
        digits = next((group for group in found.groups() if group), None) if found else None
        if found is None or digits is None:
            raise SyntaxError_(
                "invalid Unicode escape",
                hint="Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.",
            )
        units.append(ord("\\") if digits == "\\" else _code(digits))
        position = found.end()
    return _joined(units)


def _code(digits: str) -> int:
    code = int(digits, 16)
    if not 0 < code <= 0x10FFFF:
        raise InvalidParameterValue(f"invalid Unicode code point: {code:04X}")
    return code


def _joined(units: list[int]) -> str:
    out: list[str] = []
    high = 0
    for unit in units:
        is_low = 0xDC00 <= unit <= 0xDFFF
        if bool(high) != is_low:
            raise SyntaxError_("invalid Unicode surrogate pair")
        if is_low:
            out.append(chr(0x10000 + ((high - 0xD800) << 10) + unit - 0xDC00))
            high = 0
        elif 0xD800 <= unit <= 0xDBFF:
            high = unit
        else:
            out.append(chr(unit))
    if high:
        raise SyntaxError_("invalid Unicode surrogate pair")
    return "".join(out)
