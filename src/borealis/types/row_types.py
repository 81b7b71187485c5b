"""Row types: the composite type every table has, its oid, and what a record's columns are.

The catalog gives out no oids for row types; they follow from the table's own:

    table 16401        row type 2**30 + 16401        array of it 2**30 + 2**29 + 16401

The catalog counts oids up from 16384, so below 2**29 nothing collides, and all stay positive for drivers that read an oid
as a signed integer. Names are the catalog's; it is passed in while a statement is prepared (`naming`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from borealis.types.base import Oid

_ROW_TYPES = 1 << 30
_ARRAYS = 1 << 29
_TABLES_MAX = 1 << 29

Namer = Callable[[Oid], str | None]
_namer: ContextVar[Namer] = ContextVar("row_type_namer")


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a record."""

    names: tuple[str, ...]
    types: tuple[Oid, ...]
    typmods: tuple[int, ...]

    @property
    def text(self) -> str:
        """One line that `shape_of_text` reads back."""
        return json.dumps([self.names, self.types, self.typmods], ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=1_024)
def shape_of_text(text: str) -> Shape:
    names, types, typmods = json.loads(text)
    return Shape(tuple(names), tuple(types), tuple(typmods))


def row_type_of(table: Oid) -> Oid:
    """Return the oid of a table's row type."""
    return Oid(_ROW_TYPES + table)


def is_row_type(oid: int) -> bool:
    return _ROW_TYPES < oid < _ROW_TYPES + _TABLES_MAX


def is_array_of_rows(oid: int) -> bool:
    return _ROW_TYPES + _ARRAYS < oid < _ROW_TYPES + _ARRAYS + _TABLES_MAX


def table_of(row_type: Oid) -> Oid:
    """Return the table whose row type it is."""
    return Oid(row_type - _ROW_TYPES)


def array_of(row_type: Oid) -> Oid:
    return Oid(row_type + _ARRAYS)


def element_of(array: Oid) -> Oid:
    return Oid(array - _ARRAYS)


@contextmanager
def naming(namer: Namer) -> Iterator[None]:
    """Say what tables are called, for error texts and pg_typeof, while a statement is prepared or run."""
    token = _namer.set(namer)
    try:
        yield
    finally:
        _namer.reset(token)


def row_type_name(row_type: Oid) -> str:
    namer = _namer.get(None)
    return (None if namer is None else namer(table_of(row_type))) or "???"
