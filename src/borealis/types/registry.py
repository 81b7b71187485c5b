"""Every type PostgreSQL has, by oid and by name; format_type.

pg_type.tsv lists them (written by tools/dump_signatures.py); the classes here give those we carry out their codecs.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

from borealis.types import numeric, oids, ranges, row_types
from borealis.types.acl_item import AclItem
from borealis.types.array import Array
from borealis.types.base import PLAIN, Oid, Representation, Type
from borealis.types.bits import Bits, Varbit
from borealis.types.boolean import Boolean
from borealis.types.bytea import Bytea
from borealis.types.date import Date
from borealis.types.floating import Double, Real
from borealis.types.integer import Bigint, Integer, ObjectIdentifier, Smallint
from borealis.types.interval import Interval
from borealis.types.json import Json, Jsonb
from borealis.types.jsonpath import JsonPath
from borealis.types.network import Cidr, Inet, MacAddress, MacAddress8
from borealis.types.numeric import Numeric
from borealis.types.pseudo import Pseudo, Unsupported, Void
from borealis.types.range_types import MultirangeType, RangeType
from borealis.types.record import Record, RowType
from borealis.types.registered import REGISTERED, Registered
from borealis.types.strings import Bpchar, Char, Name, Text, Unknown, Varchar
from borealis.types.system import CommandId, Lsn, Refcursor, ServerText, Tid, TransactionId
from borealis.types.text_search.query_type import TsQuery
from borealis.types.text_search.vector_type import TsVector
from borealis.types.time import Time, Timetz
from borealis.types.timestamp import Timestamp, Timestamptz
from borealis.types.uuid import Uuid
from borealis.types.vector import Vector

_CLASSES: dict[Oid, type[Type]] = {
    oids.BOOL: Boolean,
    oids.BYTEA: Bytea,
    oids.CHAR: Char,
    oids.NAME: Name,
    oids.INT8: Bigint,
    oids.INT2: Smallint,
    oids.INT4: Integer,
    oids.TEXT: Text,
    oids.OID: ObjectIdentifier,
    oids.JSON: Json,
    oids.FLOAT4: Real,
    oids.FLOAT8: Double,
    oids.UNKNOWN: Unknown,
    oids.BPCHAR: Bpchar,
    oids.VARCHAR: Varchar,
    oids.DATE: Date,
    oids.TIME: Time,
    oids.TIMESTAMP: Timestamp,
    oids.TIMESTAMPTZ: Timestamptz,
    oids.INTERVAL: Interval,
    oids.TIMETZ: Timetz,
    oids.NUMERIC: Numeric,
    oids.UUID: Uuid,
    oids.JSONB: Jsonb,
    oids.VOID: Void,
    **dict.fromkeys(REGISTERED, Registered),
    oids.JSONPATH: JsonPath,
    **dict.fromkeys(ranges.SUBTYPES, RangeType),
    **dict.fromkeys(ranges.RANGE_OF_MULTIRANGE, MultirangeType),
    oids.TSVECTOR: TsVector,
    oids.TSQUERY: TsQuery,
    oids.XID: TransactionId,
    oids.INET: Inet,
    oids.CIDR: Cidr,
    oids.MACADDR: MacAddress,
    oids.MACADDR8: MacAddress8,
    oids.BIT: Bits,
    oids.VARBIT: Varbit,
    oids.CID: CommandId,
    oids.TID: Tid,
    oids.PG_LSN: Lsn,
    oids.PG_NODE_TREE: ServerText,
    oids.PG_NDISTINCT: ServerText,
    oids.PG_DEPENDENCIES: ServerText,
    oids.PG_MCV_LIST: ServerText,
    oids.ACLITEM: AclItem,
    oids.REFCURSOR: Refcursor,
    oids.RECORD: Record,
}
_ALIASES = {
    "boolean": oids.BOOL,
    "smallint": oids.INT2,
    "int": oids.INT4,
    "integer": oids.INT4,
    "bigint": oids.INT8,
    "real": oids.FLOAT4,
    "float": oids.FLOAT8,
    "double precision": oids.FLOAT8,
    "decimal": oids.NUMERIC,
    "dec": oids.NUMERIC,
    "character": oids.BPCHAR,
    "character varying": oids.VARCHAR,
    "timestamp without time zone": oids.TIMESTAMP,
    "timestamp with time zone": oids.TIMESTAMPTZ,
    "time without time zone": oids.TIME,
    "time with time zone": oids.TIMETZ,
}
_TYPMOD_INSIDE = frozenset((oids.TIME, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.TIMETZ))


@cache
def types() -> dict[Oid, Type]:
    text = resources.files(__package__).joinpath("pg_type.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    made: dict[Oid, Type] = {}
    # Arrays last: each needs the type of its elements.
    for fields in sorted(rows, key=_is_array):
        type_ = _make(fields, made)
        made[type_.oid] = type_
    return made


def _is_array(fields: list[str]) -> bool:
    """PostgreSQL counts record[] among the pseudo-types; as values they are arrays like others."""
    return fields[5] == "A" or int(fields[0]) == oids.RECORDARRAY


def _make(fields: list[str], made: dict[Oid, Type]) -> Type:
    oid, name, sql_name, length, kind, category, preferred, element, array = fields
    common = {
        "length": int(length),
        "category": "A" if _is_array(fields) else category,
        "preferred": preferred == "1",
        "element": int(element),
        "array": int(array),
        "kind": kind,
    }
    if _is_array(fields) and Oid(int(element)) in made:
        made_of = Vector if int(oid) in (oids.INT2VECTOR, oids.OIDVECTOR) else Array
        return made_of(int(oid), name, sql_name, element_type=made[Oid(int(element))], **common)
    cls = _CLASSES.get(Oid(int(oid))) or (Pseudo if kind == "p" else Unsupported)
    return cls(int(oid), name, sql_name, **common)  # type: ignore[arg-type]


def type_of(oid: Oid) -> Type:
    """Return a built-in type, or a table's row type. KeyError for an oid that is neither."""
    found = types().get(oid)
    return _row_type(oid) if found is None else found


@lru_cache(maxsize=4_096)
def _row_type(oid: Oid) -> Type:
    if row_types.is_row_type(oid):
        return RowType(oid)
    if row_types.is_array_of_rows(oid):
        element = RowType(row_types.element_of(oid))
        return Array(oid, "", "", element_type=element, length=-1, category="A", element=element.oid)
    raise KeyError(oid)


@cache
def _names() -> dict[str, Type]:
    named = {type_.name: type_ for type_ in types().values()}
    return named | {alias: types()[oid] for alias, oid in _ALIASES.items()}


def type_named(name: str) -> Type | None:
    """Return the type of a pg_type name or a SQL name of it, None if there is none."""
    return _names().get(name)


def format_type(oid: Oid, typmod: int = -1) -> str:
    """Return a type's name as PostgreSQL prints it: `character varying(20)`, `timestamp(3) with time zone`."""
    type_ = types().get(oid)
    if type_ is None:
        if row_types.is_row_type(oid):
            return row_types.row_type_name(oid)
        if row_types.is_array_of_rows(oid):
            return row_types.row_type_name(row_types.element_of(oid)) + "[]"
        return "???"
    if (
        type_.element and types()[type_.element].array == oid
    ):  # int2vector and oidvector have elements, but are no arrays
        return format_type(type_.element, typmod) + "[]"
    modifier = type_.typmod_text(typmod) if typmod >= 0 else ""
    if oid in _TYPMOD_INSIDE:
        first, _, rest = type_.sql_name.partition(" ")
        return f"{first}{modifier} {rest}"
    return type_.sql_name + modifier


def stored_representation(oid: Oid, typmod: int) -> Representation:
    """Return how the values of a column stand in SQLite."""
    return numeric.stored_representation(typmod) if oid == oids.NUMERIC else PLAIN
