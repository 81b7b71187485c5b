r"""What PostgreSQL says of text that is no JSON: which token it stopped at, what it had expected there, and the context.

Text is read by Python's own decoder; only what that refuses is read again here, token by token as PostgreSQL's parser does.
json looks at no more of an escape than its digits, jsonb also at whether surrogates pair and at \u0000.

Source: PostgreSQL 16, src/common/jsonapi.c.
"""

from __future__ import annotations

import re

from borealis.errors import InternalError, InvalidTextRepresentation, SqlError, UntranslatableCharacter

_CONTEXT_BYTES_MAX = 50
_WORD = re.compile(r"[A-Za-z0-9_\x80-\U0010ffff]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BROKEN_NUMBER = re.compile(
    r"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][+-]?[0-9]*)?[A-Za-z0-9_\x80-\U0010ffff]*"
)
_HEX = re.compile(r"[0-9a-fA-F]{0,4}")
_END, _STRING, _SCALAR = "", '"', "1"
"""Kinds of tokens; a punctuation mark is its own kind."""


def refusal(text: str, *, reads_escapes: bool) -> SqlError:
    """Return the error of text that is no JSON, or, with reads_escapes, that has escapes which are no characters."""
    reader = _Reader(text, reads_escapes=reads_escapes)
    try:
        reader.document()
    except _Refused as refused:
        return refused.error
    return InternalError("text is JSON after all")


class _Refused(Exception):
    def __init__(self, error: SqlError) -> None:
        self.error = error


class _Reader:
    """The lexer and, over it, the parser; `kind` is the token that comes next, text[start:end]."""

    def __init__(self, text: str, *, reads_escapes: bool) -> None:
        self.text = text
        self.reads_escapes = reads_escapes
        self.kind = _SCALAR
        self.start = self.end = 0
        self.line = 1
        self.line_start = 0

    def document(self) -> None:
        """Read all of the text; without recursion, since what is refused may be deep."""
        self._next()
        opened: list[str] = []
        while True:
            if self.kind in ("{", "["):
                opening, closing = self.kind, "}" if self.kind == "{" else "]"
                self._next()
                if self.kind != closing:
                    opened.append(opening)
                    self._first(opening)
                    continue
                self._next()
            elif self.kind in (_STRING, _SCALAR):
                self._next()
            else:
                raise self._unexpected("JSON value")
            if not self._goes_on(opened):
                break
        self._expect(_END, "end of input")

    def _first(self, opening: str) -> None:
        if opening == "{":
            if self.kind != _STRING:
                raise self._unexpected('string or "}"')
            self._key()

    def _goes_on(self, opened: list[str]) -> bool:
        """Close, behind a value, what ends here; return whether another value has to come."""
        while opened:
            if self.kind == ",":
                self._next()
                if opened[-1] == "{":
                    self._key()
                return True
            closing = "}" if opened.pop() == "{" else "]"
            self._expect(closing, f'"," or "{closing}"')
        return False

    def _key(self) -> None:
        self._expect(_STRING, "string")
        self._expect(":", '":"')

    def _expect(self, kind: str, wanted: str) -> None:
        if self.kind != kind:
            raise self._unexpected(wanted)
        if kind != _END:
            self._next()

    def _unexpected(self, wanted: str) -> _Refused:
        if self.kind == _END:
            return self._refused("The input string ended unexpectedly.")
        return self._refused(f'Expected {wanted}, but found "{self.text[self.start : self.end]}".')

    def _next(self) -> None:
        text, at = self.text, self.end
        while text[at : at + 1] in (" ", "\t", "\n", "\r"):
            at += 1
            if text[at - 1] == "\n":
                self.line, self.line_start = self.line + 1, at
        self.start = at
        character = text[at : at + 1]
        if character == _END:
            self.kind, self.end = _END, at
        elif character in "{}[],:":
            self.kind, self.end = character, at + 1
        elif character == '"':
            self.end = self._string(at + 1)
            self.kind = _STRING
        else:
            self._scalar(at)

    def _scalar(self, at: int) -> None:
        text = self.text
        if text[at] in "-0123456789":
            found, whole = _NUMBER.match(text, at), _BROKEN_NUMBER.match(text, at)
            assert whole is not None
            self.end = whole.end()
            is_valid = found is not None and found.end() == self.end
        else:
            word = _WORD.match(text, at)
            assert word is not None
            self.end = max(word.end(), at + 1)
            is_valid = word[0] in ("true", "false", "null")
        if not is_valid:
            raise self._invalid_token()
        self.kind = _SCALAR

    def _string(self, at: int) -> int:
        """Return where a string ends whose opening quote stands before `at`."""
        text, high = self.text, False  # high: a high surrogate awaits its low one
        while True:
            character = text[at : at + 1]
            if character == "":
                raise self._invalid_token(at)
            if character == "\\":
                high, at = self._escape(at + 1, high)
                continue
            if high:
                raise self._lone_surrogate(at + 1)
            if character == '"':
                return at + 1
            if character < " ":
                raise self._refused(f"Character with value 0x{ord(character):02x} must be escaped.", at)
            at += 1

    def _escape(self, at: int, high: bool) -> tuple[bool, int]:
        """Read what follows a backslash; return whether that is a high surrogate, and where it ends."""
        character = self.text[at : at + 1]
        if character == "":
            raise self._invalid_token(at)
        if character != "u":
            if high:
                raise self._lone_surrogate(at + 1)
            if character not in '"\\/bfnrt':
                raise self._refused(f'Escape sequence "\\{character}" is invalid.', at + 1)
            return False, at + 1
        digits = _HEX.match(self.text, at + 1)
        assert digits is not None
        end = digits.end()
        if end < at + 5:
            if end == len(self.text):
                raise self._invalid_token(end)
            raise self._refused('"\\u" must be followed by four hexadecimal digits.', end + 1)
        if not self.reads_escapes:
            return False, end
        return self._code_unit(int(digits[0], 16), high, end), end

    def _code_unit(self, code: int, high: bool, end: int) -> bool:
        if 0xD800 <= code <= 0xDBFF:
            if high:
                raise self._refused("Unicode high surrogate must not follow a high surrogate.", end)
            return True
        if high != (0xDC00 <= code <= 0xDFFF):
            raise self._lone_surrogate(end)
        if code == 0:
            self.end = end
            raise _Refused(
                UntranslatableCharacter(
                    "unsupported Unicode escape sequence",
                    detail="\\u0000 cannot be converted to text.",
                    where=self._context(),
                )
            )
        return False

    def _lone_surrogate(self, end: int) -> _Refused:
        return self._refused("Unicode low surrogate must follow a high surrogate.", end)

    def _invalid_token(self, end: int | None = None) -> _Refused:
        self.end = self.end if end is None else end
        return self._refused(f'Token "{self.text[self.start : self.end]}" is invalid.')

    def _refused(self, detail: str, end: int | None = None) -> _Refused:
        self.end = self.end if end is None else end
        return _Refused(
            InvalidTextRepresentation(
                "invalid input syntax for type json", detail=detail, where=self._context()
            )
        )

    def _context(self) -> str:
        """Return the line up to the token's end, its beginning cut off where it is long."""
        text, start = self.text, self.line_start
        left = len(text[start : self.end].encode())
        while left >= _CONTEXT_BYTES_MAX:
            left -= len(text[start].encode())
            start += 1
        if len(text[self.line_start : start].encode()) <= len("..."):
            start = self.line_start
        before = "..." if start > self.line_start else ""
        goes_on = self.kind != _END and self.end < len(text) and text[self.end] not in "\r\n"
        return f"JSON data, line {self.line}: {before}{text[start : self.end]}{'...' if goes_on else ''}"
