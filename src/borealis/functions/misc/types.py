"""Functions about types and their forms: format_type, the binary send functions, pg_input_is_valid."""

from __future__ import annotations

from borealis.errors import SqlError, UndefinedObject
from borealis.functions.implementation import Context, Sql, plain, scalar, typed_emitter
from borealis.types import oids
from borealis.types.base import Oid, Value
from borealis.types.registry import format_type, type_named, type_of

_SENT = ("int2send", "int4send", "int8send", "oidsend", "byteasend", "textsend", "varcharsend", "namesend",
         "float4send", "float8send", "boolsend", "numeric_send", "uuid_send", "date_send", "time_send", "timetz_send",
         "timestamp_send", "timestamptz_send", "interval_send", "json_send", "jsonb_send",
         "bpcharsend", "charsend", "unknownsend", "void_send", "inet_send", "cidr_send", "macaddr_send", "macaddr8_send", "bit_send",
         "varbit_send", "tsvectorsend", "tsquerysend", "tidsend", "xidsend", "cidsend", "pg_lsn_send", "array_send", "int2vectorsend", "oidvectorsend",
         "regprocsend", "regproceduresend", "regopersend", "regoperatorsend", "regclasssend", "regtypesend",
         "regnamespacesend", "regrolesend", "regcollationsend", "regconfigsend", "regdictionarysend")  # fmt: skip


@typed_emitter(*_SENT)
def send(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    """Return the bytes of the binary wire form."""
    return Sql(f"pg_binary_form({plain(args[0]).text}, {int(types[0])})")


@scalar("binary_form")
def binary_form(value: Value, type_: int) -> bytes:
    return type_of(Oid(type_)).encode_binary(value)


_WITHOUT_LENGTH: dict[int, str] = {oids.BPCHAR: "bpchar", oids.BIT: '"bit"'}
"""Names of types that SQL's own name would give a length of 1."""


@scalar("format_type", strict=False, context=True, deterministic=False)
def format_type_(context: Context, oid: int | None, typmod: int | None) -> Value:
    if oid is None:
        return None
    if oid == 0:
        return "-"
    if typmod == -1 and oid in _WITHOUT_LENGTH:
        return _WITHOUT_LENGTH[oid]
    names = context.style.names
    if typmod is None or typmod < 0:  # rows and domains have names in the catalog
        name = None if names is None else names.name_of(oids.REGTYPE, Oid(oid))
        if name is not None:
            return name
    try:
        return format_type(Oid(oid), -1 if typmod is None else typmod)
    except (KeyError, SqlError):
        return "???"


@scalar("pg_input_is_valid", context=True)
def input_is_valid(context: Context, text: str, type_name: str) -> int:
    type_ = type_named(type_name)
    if type_ is None:
        raise UndefinedObject(f'type "{type_name}" does not exist')
    try:
        type_.decode_text(text, context.style)
    except SqlError:
        return 0
    return 1
