"""Parts of strings: substring, left, right, overlay, split_part, translate, padding, repetition, case."""

from __future__ import annotations

from typing import TypeVar

from borealis.errors import InvalidParameterValue, ProgramLimitExceeded, SubstringError
from borealis.functions.implementation import scalar

_S = TypeVar("_S", str, bytes)
_INT4_MAX = 2**31 - 1
_BYTES_MAX = 2**30 - 1
"""PostgreSQL's largest value: an allocation's limit."""


def negative_length() -> SubstringError:
    return SubstringError("negative substring length not allowed")


def too_long() -> ProgramLimitExceeded:
    return ProgramLimitExceeded("requested length too large")


@scalar("substring")
def substring(text: _S, start: int, length: int) -> _S:
    """Return the characters from `start`, counted from 1; a start before the string uses up length."""
    if length < 0:
        raise negative_length()
    end = start + length
    return text[max(start, 1) - 1 : max(end, 1) - 1]


@scalar("left")
def left(text: str, count: int) -> str:
    """Return the first characters; a negative count leaves out so many at the end."""
    return text[:count]


@scalar("right")
def right(text: str, count: int) -> str:
    if count == 0:
        return ""
    return text[-count:]


@scalar("starts_with")
def starts_with(text: str, prefix: str) -> int:
    return int(text.startswith(prefix))


@scalar("textoverlay", "byteaoverlay")
def overlay(text: _S, new: _S, start: int, length: int) -> _S:
    if start <= 0:
        raise negative_length()
    end = start + length
    if end > _INT4_MAX:
        from borealis.errors import NumericValueOutOfRange

        raise NumericValueOutOfRange("integer out of range")
    return text[: start - 1] + new + text[max(end, 1) - 1 :]


@scalar("textoverlay_no_len", "byteaoverlay_no_len")
def overlay_whole(text: _S, new: _S, start: int) -> _S:
    return overlay(text, new, start, len(new))


@scalar("text_reverse")
def reverse(text: str) -> str:
    return text[::-1]


@scalar("repeat")
def repeat(text: str, count: int) -> str:
    if count > 0 and len(text) * count > _BYTES_MAX:
        raise too_long()
    return text * count


@scalar("lpad")
def lpad(text: str, length: int, fill: str) -> str:
    return _padding(text, length, fill) + text[: max(length, 0)]


@scalar("rpad")
def rpad(text: str, length: int, fill: str) -> str:
    return text[: max(length, 0)] + _padding(text, length, fill)


def _padding(text: str, length: int, fill: str) -> str:
    missing = length - len(text)
    if missing <= 0 or not fill:
        return ""
    if length > _BYTES_MAX // 4:
        raise too_long()
    return (fill * (missing // len(fill) + 1))[:missing]


@scalar("lpad(text,int4)")
def lpad_blank(text: str, length: int) -> str:
    return lpad(text, length, " ")


@scalar("rpad(text,int4)")
def rpad_blank(text: str, length: int) -> str:
    return rpad(text, length, " ")


@scalar("split_part")
def split_part(text: str, delimiter: str, field: int) -> str:
    """Return field number `field` from 1, from the end where it is negative; empty where there is none."""
    if field == 0:
        raise InvalidParameterValue("field position must not be zero")
    parts = text.split(delimiter) if delimiter else [text]
    ordinal = field - 1 if field > 0 else len(parts) + field
    return parts[ordinal] if 0 <= ordinal < len(parts) else ""


@scalar("translate")
def translate(text: str, old: str, new: str) -> str:
    """Replace each character of `old` by that of `new` at its place; those past its end are removed."""
    table: dict[int, str | None] = {}
    for n, char in enumerate(old):
        table.setdefault(ord(char), new[n] if n < len(new) else None)
    return text.translate(table)


@scalar("initcap")
def initcap(text: str) -> str:
    """Raise the first letter of each word and lower the rest; only ASCII letters and digits make words in ctype C."""
    out = []
    inside = False
    for char in text:
        is_word = char.isascii() and char.isalnum()
        out.append((char.lower() if inside else char.upper()) if is_word else char)
        inside = is_word
    return "".join(out)


@scalar("byteatrim")
def trim_bytes(data: bytes, characters: bytes) -> bytes:
    return data.strip(characters) if characters else data


@scalar("bytealtrim")
def ltrim_bytes(data: bytes, characters: bytes) -> bytes:
    return data.lstrip(characters) if characters else data


@scalar("byteartrim")
def rtrim_bytes(data: bytes, characters: bytes) -> bytes:
    return data.rstrip(characters) if characters else data
