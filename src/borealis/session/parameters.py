"""Parameters: from Bind's bytes to values, by type and format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MethodType

from borealis.errors import CharacterNotInRepertoire, InvalidBinaryRepresentation, ProtocolViolation, SqlError
from borealis.types import oids
from borealis.types.base import Oid, Style, Type, Value
from borealis.types.registry import type_of
from borealis.wire import backend
from borealis.wire.encoding import decode_text

Decode = Callable[[bytes], Value]

_DATED = frozenset((oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ))
"""Types whose text may say 'now': read with the transaction's time in the style."""

_TEXTS = frozenset((oids.TEXT, oids.VARCHAR))
_INTEGERS = {oids.INT2: 4, oids.INT4: 9, oids.INT8: 18}
"""How many digits are in range whatever they are."""


def is_dated(types: Sequence[Oid]) -> bool:
    """Return whether the text of such parameters may depend on the time."""
    return not _DATED.isdisjoint(types)


def decoders(types: Sequence[Oid], formats: Sequence[int], style: Style) -> tuple[Decode, ...]:
    """Return one function a parameter; formats as in Bind: none is all text, one is for all."""
    count = len(types)
    if len(formats) != count:
        formats = (formats[0] if formats else backend.TEXT,) * count
    return tuple(_decoder(oid, format_, style) for oid, format_ in zip(types, formats, strict=True))


def _decoder(oid: Oid, format_: int, style: Style) -> Decode:
    type_ = type_of(oid)
    if format_ == backend.BINARY:
        return type_.decode_binary
    if oid in _TEXTS:
        return decode_text  # no style, no modifier: the text is the value
    if oid in _INTEGERS:
        return _integer_decoder(type_, style)
    read = type_.decode_text
    return lambda data: read(decode_text(data), style)


def _integer_decoder(type_: Type, style: Style) -> Decode:
    """Read plain digits at once; everything else, and what could be out of range, by the type's own input."""
    read, digits_max = type_.decode_text, _INTEGERS[type_.oid]

    def decode(data: bytes) -> Value:
        if data.isdigit() and len(data) <= digits_max:
            return int(data)
        return read(decode_text(data), style)

    return decode


def read_parameters(
    decode_all: tuple[Decode, ...],
    parameters: tuple[bytes | None, ...],
    types: tuple[Oid, ...],
    portal: str,
) -> tuple[Value, ...]:
    """Return the values; an error says which parameter it was, as PostgreSQL's CONTEXT does."""
    values: list[Value] = []
    try:
        for read, data in zip(decode_all, parameters, strict=True):
            values.append(None if data is None else read(data))
    except SqlError as error:
        ordinal = len(values)
        told = refined(error, types[ordinal], parameters[ordinal] or b"", f" in bind parameter {ordinal + 1}")
        told.where = told.where or _where(ordinal, portal, told, decode_all)
        raise told from error
    return tuple(values)


def refined(error: SqlError, oid: Oid, data: bytes, place: str) -> SqlError:
    """Return the error of a binary value as PostgreSQL has it: too short is a broken message, too long a wrong format."""
    if not isinstance(error, InvalidBinaryRepresentation):
        return error
    if error.message == _TOO_SHORT or (error.message == _TOO_LONG and len(data) < type_of(oid).length):
        return ProtocolViolation(_TOO_SHORT)
    if error.message == _TOO_LONG:
        error.message += place
    return error


def _where(ordinal: int, portal: str, error: SqlError, decode_all: tuple[Decode, ...]) -> str:
    """Return the CONTEXT; a text that could be read is quoted, which by default shows nothing of it."""
    holder = f'portal "{portal}"' if portal else "unnamed portal"
    is_binary = isinstance(decode_all[ordinal], MethodType)
    quoted = "" if is_binary or isinstance(error, CharacterNotInRepertoire) else " = '...'"
    return f"{holder} parameter ${ordinal + 1}{quoted}"


_TOO_SHORT = "insufficient data left in message"
_TOO_LONG = "incorrect binary data format"
