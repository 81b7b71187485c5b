"""Elements of arrays: their Python values, and the SQLite text that puts one into JSON."""

from __future__ import annotations

from typing import Any

from borealis.functions.implementation import Sql, plain
from borealis.types import oids
from borealis.types.array import HEX_ELEMENTS, from_element, unpack
from borealis.types.base import Oid, Value
from borealis.types.registered import REGISTERED
from borealis.types.registry import type_of

_NUMBER_TYPES = frozenset(
    (
        *(oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.FLOAT4, oids.FLOAT8),
        *(oids.DATE, oids.TIME, oids.TIMESTAMP, oids.TIMESTAMPTZ),
        *(oids.TID, oids.XID, oids.CID),
        *REGISTERED,
    )
)


def element_of(array: Oid) -> int:
    """Return the oid of an array type's elements, as a literal in SQLite text."""
    return int(type_of(array).element)


def element_text(sql: Sql, type_: Oid) -> str:
    """Return SQLite text of a JSON element; a string never keeps SQLite's JSON subtype, which would splice it in."""
    text = plain(sql).text
    if type_ in HEX_ELEMENTS:
        # hex(NULL) is '', not NULL.
        return f"nullif(hex({text}), '')" if type_ != oids.BYTEA else f"pg_hex_element({text})"
    return text if type_ in _NUMBER_TYPES else f"({text} || '')"


def values(array: str, element: int) -> list[Any]:
    """Return an array's values, nested as it is; an element is its type's value, or None."""
    return _valued(unpack(array), Oid(element))


def _valued(items: list[Any], element: Oid) -> list[Any]:
    return [
        _valued(item, element) if isinstance(item, list) else from_element(element, item) for item in items
    ]


def dimensions(items: list[Any]) -> list[int]:
    """Return the lengths of an array's dimensions, outermost first; none of an empty array."""
    lengths = []
    level: Any = items
    while isinstance(level, list) and level:
        lengths.append(len(level))
        level = level[0]
    return lengths


def flat(items: list[Any]) -> list[Value]:
    """Return all elements, row by row."""
    if not items or not isinstance(items[0], list):
        return items
    return [value for item in items for value in flat(item)]
