"""The reg* types: an oid that is shown, and read, as the name of what it numbers.

Names depend on the catalog and on the search path, which Style.names knows. A style without names, a client's parameter
when it is read, leaves a text that is no number as it is: the statement looks it up while it runs (pg_registered).

A reg* value leaves a statement in the Shown representation: JSON of the value and of its text, so that a row encoder, which
knows no catalog, can give either form.
Source: PostgreSQL 16 documentation 8.19.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from borealis.types import oids
from borealis.types.base import PLAIN, BinaryEncoder, Oid, Representation, Style, TextEncoder, Value
from borealis.types.integer import ObjectIdentifier

REGISTERED = frozenset(
    {
        *(oids.REGCLASS, oids.REGTYPE, oids.REGPROC, oids.REGPROCEDURE, oids.REGOPER, oids.REGOPERATOR),
        *(oids.REGNAMESPACE, oids.REGROLE, oids.REGCOLLATION, oids.REGCONFIG, oids.REGDICTIONARY),
    }
)
REGISTERED_ARRAYS = frozenset(
    {
        *(oids.REGCLASS_ARRAY, oids.REGTYPE_ARRAY, oids.REGPROC_ARRAY, oids.REGPROCEDURE_ARRAY),
        *(oids.REGOPER_ARRAY, oids.REGOPERATOR_ARRAY, oids.REGNAMESPACE_ARRAY, oids.REGROLE_ARRAY),
        *(oids.REGCOLLATION_ARRAY, oids.REGCONFIG_ARRAY, oids.REGDICTIONARY_ARRAY),
    }
)
_SIGNS = frozenset({oids.REGOPER, oids.REGOPERATOR})
"""Types to which - is an operator."""

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Shown(Representation):
    """A value that depends on the catalog, with its text: JSON [value, text]."""


SHOWN = Shown()


def needs_names(type_: Oid) -> bool:
    return type_ in REGISTERED or type_ in REGISTERED_ARRAYS


def shown(value: Value, text: str) -> str:
    return json.dumps([value, text], ensure_ascii=False)


def text_of_shown(value: Value) -> bytes:
    assert isinstance(value, str)
    text: str = json.loads(value)[1]
    return text.encode()


def value_of_shown(value: Value) -> Value:
    assert isinstance(value, str)
    return json.loads(value)[0]  # type: ignore[no-any-return]


class Registered(ObjectIdentifier):
    format = "I"

    def decode_text(self, text: str, style: Style) -> Value:  # type: ignore[override]
        if text == "-" and self.oid not in _SIGNS:
            return 0
        if _NUMBER.fullmatch(text):
            return super().decode_text(text, style)
        return text if style.names is None else style.names.oid_of(self.oid, text)

    def encode_text(self, value: Value, style: Style) -> str:
        assert isinstance(value, int)
        name = None if style.names is None else style.names.name_of(self.oid, Oid(value))
        if name is not None:
            return name
        return "-" if value == 0 and self.oid not in _SIGNS else str(value)

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        if representation == SHOWN:
            return text_of_shown
        return lambda value: self.encode_text(value, style).encode()

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        if representation == SHOWN:
            return lambda value: self.encode_binary(value_of_shown(value))
        return super().binary_encoder(representation)
