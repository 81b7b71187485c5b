"""Row encoders: a generated function a result shape, from a row as SQLite gives it to a whole DataRow message.

For `SELECT id, name` in text format the generated source is

    def encode(row):
        v0, v1, = row
        if v0 is None: l0 = NULL; v0 = EMPTY
        else: v0 = b'%d' % v0; l0 = SIZES[len(v0)]
        if v1 is None: l1 = NULL; v1 = EMPTY
        else: v1 = v1.encode(); l1 = SIZES[len(v1)]
        body = JOIN((l0, v0, l1, v1, ))
        return HEADS[len(body)] + body

Integers, text and booleans are written in place; every other type is one call of its own encoder. SIZES and HEADS hold the
packed lengths met so far. Source: PostgreSQL's protocol 3.0, DataRow.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

from borealis.executor.generate import compile_function
from borealis.types import oids
from borealis.types.base import PLAIN, Oid, Representation, Style, Value
from borealis.types.registry import type_of


class Encoded(Protocol):
    """What a column's encoding depends on."""

    @property
    def type(self) -> Oid: ...
    @property
    def typmod(self) -> int: ...
    @property
    def representation(self) -> Representation: ...


RowEncoder = Callable[[tuple[Value, ...]], bytes]

TEXT, BINARY = 0, 1

_CACHED_SIZE_MAX = 4_096
_int4 = struct.Struct("!i").pack


class _Packed(dict[int, bytes]):
    """Packed lengths, made as they are met; the long ones are not kept."""

    def __init__(self, pack: Callable[[int], bytes]) -> None:
        super().__init__()
        self._pack = pack

    def __missing__(self, size: int) -> bytes:
        packed = self._pack(size)
        if size < _CACHED_SIZE_MAX:
            self[size] = packed
        return packed


_SIZES = _Packed(_int4)
_INTEGERS = frozenset({oids.INT2, oids.INT4, oids.INT8, oids.OID})
_TEXTS = frozenset({oids.TEXT, oids.VARCHAR, oids.NAME, oids.JSON, oids.UNKNOWN})
_BINARY_INTEGERS = {
    oids.INT2: struct.Struct("!ih"),
    oids.INT4: struct.Struct("!ii"),
    oids.INT8: struct.Struct("!iq"),
    oids.OID: struct.Struct("!iI"),
}


def row_encoder(columns: Sequence[Encoded], formats: Sequence[int], style: Style) -> RowEncoder:
    """Return the encoder of rows with these columns; formats has one entry a column, 0 text or 1 binary."""
    return _row_encoder(tuple(columns), tuple(formats), style)


@lru_cache(maxsize=2_048)
def _row_encoder(columns: tuple[Encoded, ...], formats: tuple[int, ...], style: Style) -> RowEncoder:
    count = len(columns)
    names: dict[str, object] = {
        "NULL": _int4(-1),
        "EMPTY": b"",
        "SIZES": _SIZES,
        "HEADS": _Packed(lambda size: b"D" + struct.pack("!iH", size + 6, count)),
        "JOIN": b"".join,
    }
    body = [f"{''.join(f'v{n}, ' for n in range(count))} = row"] if count else []
    for n, (column, format_) in enumerate(zip(columns, formats, strict=True)):
        body.append(f"if v{n} is None: l{n} = NULL; v{n} = EMPTY")
        body.append(f"else: {_encode_line(n, column, format_, style, names)}")
    body.append(f"body = JOIN(({''.join(f'l{n}, v{n}, ' for n in range(count))}))")
    body.append("return HEADS[len(body)] + body")
    encode: RowEncoder = compile_function("encode", ("row",), body, names)
    return encode


def _encode_line(n: int, column: Encoded, format_: int, style: Style, names: dict[str, object]) -> str:
    """Return the statements that turn v<n> into bytes and set l<n> to its packed length."""
    kind = column.type if column.representation == PLAIN else 0
    if format_ == BINARY and kind in _BINARY_INTEGERS:
        struct_ = _BINARY_INTEGERS[column.type]
        names[f"pack{n}"] = struct_.pack
        return f"l{n} = pack{n}({struct_.size - 4}, v{n}); v{n} = EMPTY"
    if format_ == TEXT and kind in _INTEGERS:
        return f"v{n} = b'%d' % v{n}; l{n} = SIZES[len(v{n})]"
    if format_ == TEXT and kind == oids.BOOL:
        return f"v{n} = b't' if v{n} else b'f'; l{n} = SIZES[1]"
    if kind in _TEXTS:
        return f"v{n} = v{n}.encode(); l{n} = SIZES[len(v{n})]"
    if kind == oids.BPCHAR:
        return f"v{n} = v{n}.ljust({max(column.typmod - 4, 0)}).encode(); l{n} = SIZES[len(v{n})]"
    type_ = type_of(column.type)
    names[f"encode{n}"] = (
        type_.text_encoder(style, column.representation)
        if format_ == TEXT
        else type_.binary_encoder(column.representation)
    )
    return f"v{n} = encode{n}(v{n}); l{n} = SIZES[len(v{n})]"
