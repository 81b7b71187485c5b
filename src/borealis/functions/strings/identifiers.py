"""parse_ident: a qualified name split into its parts. Source: PostgreSQL 16 documentation 9.4; errors as observed."""

from __future__ import annotations

from borealis.errors import InvalidParameterValue
from borealis.functions.implementation import scalar
from borealis.types.array import pack

_SPACE = " \t\n\r\f\v"


@scalar("parse_ident")
def parse_ident(text: str, is_strict: int) -> str:
    return pack(list(_Name(text, is_strict=bool(is_strict)).parts()))


class _Name:
    def __init__(self, text: str, *, is_strict: bool) -> None:
        self._text = text
        self._place = 0
        self._is_strict = is_strict

    def parts(self) -> list[str]:
        """Return the parts: those in quotes as they stand, others in lower case.

        Raises: InvalidParameterValue 22023.
        """
        found: list[str] = []
        self._skip_space()
        while True:
            found.append(self._part(is_first=not found))
            self._skip_space()
            if self._next() != ".":
                break
            self._place += 1
            self._skip_space()
        if self._next() and self._is_strict:
            raise self._invalid(None)
        return found

    def _part(self, *, is_first: bool) -> str:
        if self._next() == '"':
            return self._quoted()
        begin = self._place
        if self._begins_name():
            while self._next() and (self._begins_name() or self._next() in "0123456789$"):
                self._place += 1
            return self._text[begin : self._place].translate(_LOWER)
        if self._next() == ".":
            raise self._invalid('No valid identifier before ".".')
        raise self._invalid(None if is_first else 'No valid identifier after ".".')

    def _quoted(self) -> str:
        begin = self._place + 1
        end = begin
        while True:
            end = self._text.find('"', end)
            if end < 0:
                raise self._invalid("String has unclosed double quotes.")
            if self._text[end + 1 : end + 2] != '"':
                break
            end += 2
        self._place = end + 1
        if end == begin:
            raise self._invalid("Quoted identifier must not be empty.")
        return self._text[begin:end].replace('""', '"')

    def _begins_name(self) -> bool:
        character = self._next()
        return character == "_" or (character.isascii() and character.isalpha()) or character > "\x7f"

    def _next(self) -> str:
        return self._text[self._place : self._place + 1]

    def _skip_space(self) -> None:
        while self._next() and self._next() in _SPACE:
            self._place += 1

    def _invalid(self, detail: str | None) -> InvalidParameterValue:
        return InvalidParameterValue(f'string is not a valid identifier: "{self._text}"', detail=detail)


_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
