"""Array elements: a runtime array is the JSON text of its elements' Plain values, those that are BLOBs as hex.

element_text   an element's value, to what stands in the JSON
element_value  json_each's value, back to the element's
"""

from __future__ import annotations

from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registered import REGISTERED

BLOB_TYPES = frozenset({oids.BYTEA, oids.UUID, oids.INTERVAL, oids.TIMETZ})
"""Types whose values are BLOBs, which JSON cannot hold."""

_NUMBER_TYPES = frozenset(
    {
        oids.BOOL,
        oids.INT2,
        oids.INT4,
        oids.INT8,
        oids.OID,
        oids.DATE,
        oids.TIME,
        oids.TIMESTAMP,
        oids.TIMESTAMPTZ,
        *(oids.TID, oids.XID, oids.CID),
        *REGISTERED,
    }
)


def element_text(text: str, type_: Oid) -> str:
    """Return SQLite text of a JSON element; a string never keeps SQLite's JSON subtype, which would splice it in."""
    if text == "NULL":
        return text
    if type_ in BLOB_TYPES:
        return f"CASE WHEN {text} IS NOT NULL THEN hex({text}) END"  # hex(NULL) is ''
    if type_ in _NUMBER_TYPES or type_ in (oids.FLOAT4, oids.FLOAT8):
        return text
    return f"({text} || '')"


def element_value(text: str, type_: Oid) -> str:
    if type_ in BLOB_TYPES:
        return f"unhex({text})"
    if type_ in (oids.FLOAT4, oids.FLOAT8):
        return f"CASE typeof({text}) WHEN 'integer' THEN ({text} + 0.0) ELSE {text} END"
    return text
