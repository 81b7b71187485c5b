"""What a type is: its names and numbers, its text and binary forms, and how its values stand in SQLite.

A *value* is what SQLite holds: int, float, str, bytes or None. Each type has one representation, chosen so that
SQLite's native comparison is PostgreSQL's order (docs/storage-format.md). Only numeric has several, since a scaled
integer is compared and added natively while a numeric of unknown scale is not:

    Plain                 every type's own; for numeric the decimal text with its display scale, '1.50'
    FixedNumeric(s, b)    an int scaled by 10**s whose magnitude is at most b <= 2**63-1: numeric(p,s), p <= 18
    PackedNumeric(p, s)   a fixed-length order-preserving BLOB: numeric(p,s), p > 18, as stored
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NewType, Protocol

Oid = NewType("Oid", int)
Value = int | float | str | bytes | None


class Names(Protocol):
    """Names of numbered objects: what the reg* types are read and shown by."""

    def oid_of(self, kind: Oid, text: str) -> int:
        """Return what a name means to a reg* type. Raises the SqlError of the type's input."""

    def name_of(self, kind: Oid, oid: Oid) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Style:
    """The settings that text input and output depend on."""

    date_style: str = "ISO"  # ISO, SQL, Postgres or German
    date_order: str = "MDY"  # MDY, DMY or YMD
    interval_style: str = "postgres"
    time_zone: str = "UTC"  # an IANA name, or PostgreSQL's text of a fixed offset
    extra_float_digits: int = 1
    now_us: int = 0  # transaction timestamp, for inputs such as 'now' and 'today'
    names: Names | None = field(default=None, compare=False)
    """The catalog's names, where a statement is bound or runs."""


@dataclass(frozen=True, slots=True)
class Representation:
    """How the values of one expression or column stand in SQLite."""


@dataclass(frozen=True, slots=True)
class FixedNumeric(Representation):
    scale: int
    bound: int  # no value is larger in magnitude


@dataclass(frozen=True, slots=True)
class PackedNumeric(Representation):
    precision: int
    scale: int


PLAIN = Representation()

TextEncoder = Callable[[Value], bytes]
BinaryEncoder = Callable[[Value], bytes]


class Type:
    """One PostgreSQL type; a subclass a family gives the codecs. Values passed in are never None."""

    def __init__(
        self,
        oid: int,
        name: str,
        sql_name: str,
        *,
        length: int,
        category: str,
        preferred: bool = False,
        element: int = 0,
        array: int = 0,
        kind: str = "b",
    ) -> None:
        self.oid = Oid(oid)
        self.name = name  # pg_type.typname: int4
        self.sql_name = sql_name  # format_type's: integer
        self.length = length  # pg_type.typlen
        self.category = category
        self.preferred = preferred
        self.element = Oid(element)
        self.array = Oid(array)
        self.kind = kind  # pg_type.typtype: b base, p pseudo

    affinity: str = "BLOB"
    """The declared type of a SQLite column that stores it; BLOB means no conversion."""

    storable: bool = False
    """May be the type of a column (dsql-facts.md §4.3)."""

    indexable: bool = False
    """May be a key column."""

    def decode_text(self, text: str, style: Style) -> Value:
        """Read PostgreSQL's text form. Raises the SqlError PostgreSQL would, texts included."""
        raise NotImplementedError(self.name)

    def encode_text(self, value: Value, style: Style) -> str:
        raise NotImplementedError(self.name)

    def decode_binary(self, data: bytes) -> Value:
        """Read the binary wire form. Raises InvalidBinaryRepresentation (22P03) and the like."""
        raise NotImplementedError(self.name)

    def encode_binary(self, value: Value) -> bytes:
        raise NotImplementedError(self.name)

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        """Return the fastest function from a value in this representation to wire bytes; values are never None."""
        return lambda value: self.encode_text(value, style).encode()

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        return self.encode_binary

    def typmod_in(self, modifiers: list[int]) -> int:
        """Return PostgreSQL's typmod of `type(modifiers)`; raises 22023 and the like. -1 is none."""
        raise NotImplementedError(self.name)

    def typmod_text(self, typmod: int) -> str:
        """Return `(10,2)` and the like, as format_type appends it; empty without."""
        return ""
