"""Texts of ranges and multiranges taken apart: `[lower,upper)` to its bounds, `{range,range}` to its ranges.

Source: PostgreSQL 16 documentation 8.17.5; recorded in tests/oracle/functions/ranges.tsv.
"""

from __future__ import annotations

import re

from borealis.errors import InvalidTextRepresentation

_BOUND = re.compile(r'(?:[^",()\[\]\\]|\\.|"(?:[^"\\]|\\.|"")*")*', re.DOTALL)
_NEEDS_QUOTES = re.compile(r'["\\()\[\],\s]')
_EMPTY = re.compile(r"\s*empty\s*", re.IGNORECASE)
_RANGE_TEXT = re.compile(r'(?:[^"\\)\]]|\\.|"(?:[^"\\]|\\.)*")*[)\]]', re.DOTALL)


def _malformed(text: str, detail: str, what: str = "range") -> InvalidTextRepresentation:
    return InvalidTextRepresentation(f'malformed {what} literal: "{text}"', detail=detail)


def _unquoted(text: str) -> str:
    """Take the quotes and backslashes out of a bound."""
    parts, is_quoted, at = [], False, 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            parts.append(text[at + 1])
            at += 2
        elif char == '"':
            if is_quoted and text.startswith('""', at):
                parts.append('"')
                at += 2
                continue
            is_quoted = not is_quoted
            at += 1
        else:
            parts.append(char)
            at += 1
    return "".join(parts)


def split_range(text: str) -> tuple[str | None, str | None, str] | None:
    """Return the bounds' texts and the flags, None for `empty`. Raises InvalidTextRepresentation 22P02."""
    if _EMPTY.fullmatch(text):
        return None
    body = text.lstrip()
    if body[:5].lower() == "empty":
        raise _malformed(text, 'Junk after "empty" key word.')
    if body[:1] not in ("[", "("):
        raise _malformed(text, "Missing left parenthesis or bracket.")
    lower, at = _bound(text, body, 1)
    if body[at : at + 1] != ",":
        raise _malformed(text, "Missing comma after lower bound.")
    upper, at = _bound(text, body, at + 1)
    closing = body[at : at + 1]
    if closing == ",":
        raise _malformed(text, "Too many commas.")
    if closing not in (")", "]"):
        raise _malformed(text, "Missing right parenthesis or bracket.")
    if body[at + 1 :].strip():
        raise _malformed(text, "Junk after right parenthesis or bracket.")
    return lower, upper, body[0] + closing


def _bound(text: str, body: str, at: int) -> tuple[str | None, int]:
    if body[at : at + 1] in (",", ")", "]") and at < len(body):
        return None, at
    found = _BOUND.match(body, at)
    assert found is not None
    end = found.end()
    if end >= len(body) or body[end] in '"\\':
        raise _malformed(text, "Unexpected end of input.")
    if body[end] in "([":
        # Parentheses and brackets mean nothing inside a bound, but for the closing ones.
        more, after = _bound_through_opening(text, body, end)
        return _unquoted(found[0]) + more, after
    return _unquoted(found[0]), end


def _bound_through_opening(text: str, body: str, at: int) -> tuple[str, int]:
    rest, end = _bound(text, body, at + 1)
    return body[at] + (rest or ""), end


def quoted_bound(text: str) -> str:
    if text and not _NEEDS_QUOTES.search(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '""') + '"'


def split_multirange(text: str) -> list[str]:
    """Take `{range,range}` apart. Raises InvalidTextRepresentation 22P02."""
    body = text.strip()
    if not body.startswith("{"):
        raise _malformed(text, "Missing left brace.", "multirange")
    parts: list[str] = []
    at = 1
    while True:
        at += len(body[at:]) - len(body[at:].lstrip())
        if body[at : at + 1] == "}" and not parts:
            break
        part, at = _range_text(text, body, at)
        parts.append(part)
        at += len(body[at:]) - len(body[at:].lstrip())
        if body[at : at + 1] == "}":
            break
        if at >= len(body):
            raise _malformed(text, "Unexpected end of input.", "multirange")
        if body[at] != ",":
            raise _malformed(text, "Expected comma or end of multirange.", "multirange")
        at += 1
    if body[at + 1 :].strip():
        raise _malformed(text, "Junk after closing right brace.", "multirange")
    return parts


def _range_text(text: str, body: str, at: int) -> tuple[str, int]:
    if body[at : at + 5].lower() == "empty":
        return "empty", at + 5
    if body[at : at + 1] not in ("[", "("):
        if at >= len(body):
            raise _malformed(text, "Unexpected end of input.", "multirange")
        raise _malformed(text, "Expected range start.", "multirange")
    found = _RANGE_TEXT.match(body, at + 1)
    if found is None:
        raise _malformed(text, "Unexpected end of input.", "multirange")
    return body[at : found.end()], found.end()
