"""What the server answers: functions that give the bytes of one backend message each.

A frame is a type byte, an int32 length that counts itself, and the body. Messages that never vary are made once. Text
goes out as UTF-8; a zero byte in it, which would end a string early, is left out.
Source: PostgreSQL 16 §55.7 (Message Formats), §55.8 (Error and Notice Message Fields).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from struct import Struct

import msgspec

from borealis.errors import SqlError

TEXT = 0
BINARY = 1

TLS_ACCEPTED = b"S"
"""Answer to SslRequest."""

ENCRYPTION_REFUSED = b"N"
"""Answer to SslRequest and GssEncRequest."""

_short = Struct(">H").pack
_int = Struct(">i").pack
_field = Struct(">IhIhih").pack
_data_row = Struct(">ciH").pack
_NULL = b"\xff\xff\xff\xff"


class Field(msgspec.Struct, frozen=True, gc=False):
    """A column of a result; table and attnum are 0 where it is no table's column."""

    name: str
    table: int
    attnum: int
    type: int
    type_length: int
    typmod: int
    format: int


def _frame(kind: bytes, body: bytes) -> bytes:
    return b"%c%b%b" % (kind, _int(len(body) + 4), body)


def _string(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if 0 in data:
        data = data.replace(b"\0", b"")
    return data + b"\0"


# Starting a session


def authentication_ok() -> bytes:
    return _AUTHENTICATION_OK


def authentication_cleartext_password() -> bytes:
    return _AUTHENTICATION_CLEARTEXT_PASSWORD


def negotiate_protocol_version(minor: int, unrecognized: Sequence[str] = ()) -> bytes:
    """Say which minor version of protocol 3 is spoken, and which `_pq_.` options are not known.

    The manual says that the minor version is sent; PostgreSQL sends, and libpq reads, the whole version.
    """
    body = _int(3 << 16 | minor) + _int(len(unrecognized)) + b"".join(map(_string, unrecognized))
    return _frame(b"v", body)


def parameter_status(name: str, value: str) -> bytes:
    return _frame(b"S", _string(name) + _string(value))


def backend_key_data(pid: int, secret: int) -> bytes:
    return _frame(b"K", _int(pid) + Struct(">I").pack(secret))


# Statements


def ready_for_query(status: bytes) -> bytes:
    """Status is b'I' idle, b'T' in a transaction block, b'E' in a failed one."""
    return _READY_FOR_QUERY[status]


def parse_complete() -> bytes:
    return _PARSE_COMPLETE


def bind_complete() -> bytes:
    return _BIND_COMPLETE


def close_complete() -> bytes:
    return _CLOSE_COMPLETE


def no_data() -> bytes:
    return _NO_DATA


def portal_suspended() -> bytes:
    return _PORTAL_SUSPENDED


def empty_query_response() -> bytes:
    return _EMPTY_QUERY_RESPONSE


def parameter_description(types: Sequence[int]) -> bytes:
    return _frame(b"t", Struct(f">H{len(types)}I").pack(len(types), *types))


def row_description(fields: Sequence[Field]) -> bytes:
    parts = [_short(len(fields))]
    for field in fields:
        parts.append(_string(field.name))
        parts.append(
            _field(field.table, field.attnum, field.type, field.type_length, field.typmod, field.format)
        )
    return _frame(b"T", b"".join(parts))


def data_row(values: Sequence[bytes | None]) -> bytes:
    """Encode a row of values already in their column's format; the executor has faster encoders made for a plan."""
    parts = [b""]
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            parts.append(_int(len(value)))
            parts.append(value)
    body = b"".join(parts)
    return _data_row(b"D", len(body) + 6, len(values)) + body


@lru_cache(maxsize=1024)
@lru_cache(maxsize=512)
def command_complete(tag: str) -> bytes:
    return _frame(b"C", _string(tag))


# Errors and notices


def error_response(error: SqlError, severity: str = "ERROR") -> bytes:
    """Encode an error; severity is ERROR, FATAL or PANIC."""
    return _frame(b"E", report(_error_fields(error, severity)))


def notice_response(
    message: str,
    *,
    severity: str = "NOTICE",
    sqlstate: str = "00000",
    detail: str | None = None,
    hint: str | None = None,
    position: int | None = None,
    where: str | None = None,
) -> bytes:
    """Encode a notice; severity is WARNING, NOTICE, INFO, LOG or DEBUG."""
    fields = [("S", severity), ("V", severity), ("C", sqlstate), ("M", message)]
    optional = (("D", detail), ("H", hint), ("P", position), ("W", where))
    fields += [(code, str(value)) for code, value in optional if value is not None]
    return _frame(b"N", report(fields))


def report(fields: Iterable[tuple[str, str]]) -> bytes:
    """Encode the body of an ErrorResponse or NoticeResponse: pairs of field code and text."""
    return b"".join(code.encode() + _string(text) for code, text in fields) + b"\0"


def _error_fields(error: SqlError, severity: str) -> list[tuple[str, str]]:
    """List the fields in the order PostgreSQL sends them."""
    fields = [("S", severity), ("V", severity), ("C", error.sqlstate), ("M", error.message)]
    optional = (
        ("D", error.detail),
        ("H", error.hint),
        ("W", error.where),
        ("s", error.schema),
        ("t", error.table),
        ("c", error.column),
        ("d", error.datatype),
        ("n", error.constraint),
        ("P", error.position),
    )
    return fields + [(code, str(value)) for code, value in optional if value is not None]


# COPY


def copy_in_response(format: int, column_formats: Sequence[int]) -> bytes:  # noqa: A002 - the protocol's word
    return _frame(b"G", _copy_formats(format, column_formats))


def copy_out_response(format: int, column_formats: Sequence[int]) -> bytes:  # noqa: A002
    return _frame(b"H", _copy_formats(format, column_formats))


def copy_data(data: bytes) -> bytes:
    return _frame(b"d", data)


def copy_done() -> bytes:
    return _COPY_DONE


def _copy_formats(format_: int, column_formats: Sequence[int]) -> bytes:
    return Struct(f">BH{len(column_formats)}H").pack(format_, len(column_formats), *column_formats)


_AUTHENTICATION_OK = _frame(b"R", _int(0))
_AUTHENTICATION_CLEARTEXT_PASSWORD = _frame(b"R", _int(3))
_READY_FOR_QUERY = {status: _frame(b"Z", status) for status in (b"I", b"T", b"E")}
_PARSE_COMPLETE = _frame(b"1", b"")
_BIND_COMPLETE = _frame(b"2", b"")
_CLOSE_COMPLETE = _frame(b"3", b"")
_NO_DATA = _frame(b"n", b"")
_PORTAL_SUSPENDED = _frame(b"s", b"")
_EMPTY_QUERY_RESPONSE = _frame(b"I", b"")
_COPY_DONE = _frame(b"c", b"")
