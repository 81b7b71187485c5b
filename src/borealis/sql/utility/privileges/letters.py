"""Privileges as GRANT and REVOKE name them, as letters. Source: PostgreSQL 16, aclchk.c (string_to_privilege) for texts."""

from __future__ import annotations

from collections.abc import Iterable

from borealis.catalog.privileges import TABLE, Kind
from borealis.errors import InvalidGrantOperation, SyntaxError_
from borealis.sql.parse import Node

LETTERS = {
    "select": "r",
    "insert": "a",
    "update": "w",
    "delete": "d",
    "truncate": "D",
    "references": "x",
    "trigger": "t",
    "execute": "X",
    "usage": "U",
    "create": "C",
}
_OF_OTHER_KINDS = frozenset(("temporary", "temp", "connect", "set", "alter system"))


def letters_named(privileges: Iterable[Node], kind: Kind, name: str) -> frozenset[str]:
    """Return the letters of privileges; all the kind has where none is named, which is ALL.

    name is the kind as messages have it.

    Raises:
        SyntaxError_: 42601, no privilege at all.
        InvalidGrantOperation: 0LP01, one that the kind does not have.
    """
    found = frozenset(letter_of(item["AccessPriv"].get("priv_name"), kind, name) for item in privileges)
    return found or kind.letters


def letter_of(privilege: str, kind: Kind, name: str) -> str:
    letter = LETTERS.get(privilege)
    if letter is None and privilege not in _OF_OTHER_KINDS:
        raise SyntaxError_(f'unrecognized privilege type "{privilege}"')
    is_of_sequences = kind is TABLE and letter == "U"  # TABLE may name a sequence
    if letter is None or (letter not in kind.letters and not is_of_sequences):
        raise InvalidGrantOperation(f"invalid privilege type {privilege.upper()} for {name}")
    return letter
