"""aclitem: `grantee=letters/grantor`, a star behind each letter that may be granted on. Stands as that text, letters in their order.

No grantee is everybody; names stand in quotes unless they are letters, digits and underscores. Roles are looked up when a text is read.
Source: PostgreSQL 16, acl.c (aclparse, putid).
"""

from __future__ import annotations

import re

from borealis.errors import FeatureNotSupported, InvalidTextRepresentation
from borealis.types import oids
from borealis.types.base import PLAIN, Representation, Style, TextEncoder
from borealis.types.strings import Text

LETTERS = "arwdDxtXUCTcsA"
"""Of all privileges there are, in the order they are shown."""

_NAME = re.compile(r'\s*((?:[A-Za-z0-9_\x80-\U0010ffff]|"(?:[^"]|"")*")*)\s*')
_MODES = re.compile(r"[A-Za-z*]*")


class AclItem(Text):
    storable = False
    indexable = False

    def decode_text(self, text: str, style: Style) -> str:
        grantee, rest = _name(text)
        if not rest.startswith("="):
            if grantee not in ("group", "user"):
                raise InvalidTextRepresentation(
                    f'unrecognized key word: "{grantee}"', hint='ACL key word must be "group" or "user".'
                )
            grantee, rest = _name(rest)
            if not grantee:
                raise InvalidTextRepresentation(
                    "missing name", hint='A name must follow the "group" or "user" key word.'
                )
            if not rest.startswith("="):
                raise InvalidTextRepresentation('missing "=" sign')
        modes = _MODES.match(rest, 1)
        assert modes is not None
        letters = _starred(modes[0])
        rest = rest[modes.end() :]
        grantor = "postgres"
        if rest.startswith("/"):
            grantor, rest = _name(rest[1:])
            if not grantor:
                raise InvalidTextRepresentation('a name must follow the "/" sign')
        for name in filter(None, (grantee, grantor)):
            _check_role(name, style)
        if rest.strip():
            raise InvalidTextRepresentation("extra garbage at the end of the ACL specification")
        return item_text(grantee, letters, grantor)

    def decode_binary(self, data: bytes) -> str:
        raise FeatureNotSupported("no binary input function available for type aclitem")

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return str.encode  # type: ignore[return-value]


def item_text(grantee: str, letters: dict[str, bool], grantor: str) -> str:
    """Return an aclitem's text; letters say of each whether it may be granted on."""
    shown = "".join(f"{letter}*" if letters[letter] else letter for letter in LETTERS if letter in letters)
    return f"{_written(grantee)}={shown}/{_written(grantor)}"


def read_item(text: str) -> tuple[str, dict[str, bool], str]:
    """Return grantee, letters and grantor of what item_text wrote."""
    grantee, rest = _name(text)
    modes = _MODES.match(rest, 1)
    assert modes is not None
    return grantee, _starred(modes[0]), _name(rest[modes.end() + 1 :])[0]


def _starred(modes: str) -> dict[str, bool]:
    letters: dict[str, bool] = {}
    last = ""
    for mode in modes:
        if mode == "*":
            if last:
                letters[last] = True
            continue
        if mode not in LETTERS:
            raise InvalidTextRepresentation(f'invalid mode character: must be one of "{LETTERS}"')
        letters.setdefault(mode, False)
        last = mode
    return letters


def _name(text: str) -> tuple[str, str]:
    """Return a name at a text's beginning, and what comes after it."""
    found = _NAME.match(text)
    assert found is not None
    parts = re.findall(r'"((?:[^"]|"")*)"|([^"]+)', found[1])
    return "".join(quoted.replace('""', '"') or plain for quoted, plain in parts), text[found.end() :]


def _check_role(name: str, style: Style) -> None:
    assert style.names is not None, "the executor sets it before each statement"
    quoted = name.replace('"', '""')
    style.names.oid_of(oids.REGROLE, f'"{quoted}"')


def _written(name: str) -> str:
    """Return a name as in an aclitem: in quotes unless it is letters, digits and underscores."""
    if all(character == "_" or (character.isascii() and character.isalnum()) for character in name):
        return name
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
