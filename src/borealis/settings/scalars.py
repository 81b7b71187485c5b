"""Checks of settings that are one boolean, integer, word or text.

Messages name the parameter as the client wrote it, as PostgreSQL's do.
"""

from __future__ import annotations

import re

from borealis.errors import InvalidParameterValue
from borealis.settings.definition import Check

_BOOLEANS = {
    "true": "on",
    "yes": "on",
    "on": "on",
    "1": "on",
    "false": "off",
    "no": "off",
    "off": "off",
    "0": "off",
}
_AMBIGUOUS = "o"
_INTEGER = re.compile(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)\s*")
_REAL = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*")
_INT_MAX = 2**31 - 1


def boolean(name: str, text: str, current: str) -> str:
    """Accept true, false, yes, no, on, off, 1, 0 and unambiguous beginnings of them, in any case."""
    word = text.lower()
    if word and word != _AMBIGUOUS:
        for full, value in _BOOLEANS.items():
            if full.startswith(word):
                return value
    raise InvalidParameterValue(f'parameter "{name}" requires a Boolean value')


def integer(low: int, high: int) -> Check:
    """Accept C's integer forms; a fraction or an exponent is rounded to the nearest even."""

    def check(name: str, text: str, current: str) -> str:
        value = _read_integer(name, text)
        if not low <= value <= high:
            raise InvalidParameterValue(
                f'{value} is outside the valid range for parameter "{name}" ({low} .. {high})'
            )
        return str(value)

    return check


def _read_integer(name: str, text: str) -> int:
    if match := _INTEGER.fullmatch(text):
        sign, digits = match.groups()
        base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10
        value: float = int(digits, base) * (-1 if sign == "-" else 1)
    elif match := _REAL.fullmatch(text):
        value = float(match[1])
    else:
        raise _invalid(name, text)
    if abs(value) > _INT_MAX:
        raise _invalid(name, text, hint="Value exceeds integer range.")
    return round(value)


def enumeration(*words: str) -> Check:
    """Accept these words, in any case."""

    def check(name: str, text: str, current: str) -> str:
        word = text.lower()
        if word not in words:
            raise _invalid(name, text, hint=f"Available values: {', '.join(words)}.")
        return word

    return check


def ascii_name(name: str, text: str, current: str) -> str:
    r"""Accept any text; what is not printable ASCII is written as \xhh."""
    data = text.encode()
    return "".join(chr(byte) if 32 <= byte <= 126 else f"\\x{byte:02x}" for byte in data)


def _invalid(name: str, text: str, hint: str | None = None) -> InvalidParameterValue:
    return InvalidParameterValue(f'invalid value for parameter "{name}": "{text}"', hint=hint)
