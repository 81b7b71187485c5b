r"""COPY's binary format.

    PGCOPY\n\377\r\n\0 | int32 flags | int32 n | n bytes      header
    int16 fields | int32 length, or -1 for NULL | bytes | …   a row
    int16 -1                                                  trailer

Source: PostgreSQL 16 COPY (Binary Format); NextCopyFrom and CopyReadBinaryAttribute, whose texts these are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from struct import Struct

from borealis.errors import BadCopyFileFormat
from borealis.limits import MESSAGE_BYTES_MAX, row_size_exceeded
from borealis.wire.copy.options import CopyOptions
from borealis.wire.copy.rows import Row, RowDecoder, RowEncoder, line_context

SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_WITH_OIDS = 1 << 16
_CRITICAL = 0xFFFF << 16
_ROW_BYTES_MAX = MESSAGE_BYTES_MAX

_header = Struct(">II")
_short = Struct(">h")
_int = Struct(">i")

_Step = Callable[[bytes, int], int]


class BinaryDecoder(RowDecoder):
    """Fields are taken as they become complete, so a row in many pieces is not read anew for each."""

    def __init__(self, options: CopyOptions, relation: str, columns: Sequence[str]) -> None:
        super().__init__(options, relation, columns)
        self._later = bytearray()
        self._needed = 1  # bytes without which nothing new can be read
        self._step: _Step = self._read_signature
        self._row: Row = []
        self._row_bytes = 0
        self._ready: Row | None = None

    def feed(self, data: bytes) -> Iterator[Row]:
        self._later += data
        if len(self._later) < self._needed:
            return
        data = bytes(self._later)
        self._later.clear()
        at = 0
        while len(data) - at >= self._needed:
            at = self._step(data, at)
            if self._ready is not None:
                row, self._ready = self._ready, None
                yield row
        self._later += data[at:]

    def finish(self) -> Iterator[Row]:
        """Complain about a header or row that is not complete; PostgreSQL does not ask for the trailer."""
        step = self._step
        if step == self._read_signature:
            raise BadCopyFileFormat("COPY file signature not recognized")
        if step == self._read_flags:
            raise BadCopyFileFormat("invalid COPY file header (missing flags)")
        if step == self._read_extension_length:
            raise BadCopyFileFormat("invalid COPY file header (missing length)")
        if step == self._skip_extension:
            raise BadCopyFileFormat("invalid COPY file header (wrong length)")
        if step in (self._read_length, self._read_field):
            raise self._refused("unexpected EOF in COPY data", len(self._row))
        return iter(())

    def where(self, ordinal: int | None = None) -> str:
        context = line_context(self.relation, self.line)
        return context if ordinal is None else f"{context}, column {self.columns[ordinal]}"

    def _refused(self, message: str, ordinal: int | None = None) -> BadCopyFileFormat:
        return BadCopyFileFormat(message, where=self.where(ordinal))

    # Steps: each reads the _needed bytes that are there, sets the next step and what it needs, returns where it stopped.

    def _next(self, step: _Step, needed: int) -> None:
        self._step = step
        self._needed = needed

    def _read_signature(self, data: bytes, at: int) -> int:
        if not SIGNATURE.startswith(data[at : at + len(SIGNATURE)]):
            raise BadCopyFileFormat("COPY file signature not recognized")
        if len(data) - at < len(SIGNATURE):
            self._needed = len(SIGNATURE)
            return at
        self._next(self._read_flags, 4)
        return at + len(SIGNATURE)

    def _read_flags(self, data: bytes, at: int) -> int:
        (flags,) = _int.unpack_from(data, at)
        if flags & _WITH_OIDS:
            raise BadCopyFileFormat("invalid COPY file header (WITH OIDS)")
        if flags & _CRITICAL:
            raise BadCopyFileFormat("unrecognized critical flags in COPY file header")
        self._next(self._read_extension_length, 4)
        return at + 4

    def _read_extension_length(self, data: bytes, at: int) -> int:
        (length,) = _int.unpack_from(data, at)
        if length < 0:
            raise BadCopyFileFormat("invalid COPY file header (missing length)")
        if length > _ROW_BYTES_MAX:
            raise row_size_exceeded()
        self._next(self._skip_extension, length)
        return at + 4

    def _skip_extension(self, data: bytes, at: int) -> int:
        at += self._needed
        self._next(self._read_count, 2)
        return at

    def _read_count(self, data: bytes, at: int) -> int:
        self.line += 1
        (count,) = _short.unpack_from(data, at)
        if count == -1:
            self._next(self._refuse_more, 1)
            return at + 2
        if count != len(self.columns):
            raise self._refused(f"row field count is {count}, expected {len(self.columns)}")
        self._row_bytes = 0
        self._complete_field()
        return at + 2

    def _read_length(self, data: bytes, at: int) -> int:
        (length,) = _int.unpack_from(data, at)
        if length == -1:
            self._row.append(None)
            self._complete_field()
        elif length < 0:
            raise self._refused("invalid field size", len(self._row))
        else:
            self._row_bytes += length
            if self._row_bytes > _ROW_BYTES_MAX:
                error = row_size_exceeded()
                error.where = self.where(len(self._row))
                raise error
            self._next(self._read_field, length)
        return at + 4

    def _read_field(self, data: bytes, at: int) -> int:
        stop = at + self._needed
        self._row.append(data[at:stop])
        self._complete_field()
        return stop

    def _complete_field(self) -> None:
        if len(self._row) < len(self.columns):
            self._next(self._read_length, 4)
        else:
            self._ready, self._row = self._row, []
            self._next(self._read_count, 2)

    def _refuse_more(self, data: bytes, at: int) -> int:
        raise self._refused("received copy data after EOF marker")


class BinaryEncoder(RowEncoder):
    def __init__(self, options: CopyOptions, columns: Sequence[str]) -> None:
        super().__init__(options, columns)
        self._count = _short.pack(len(columns))

    def start(self) -> bytes:
        return SIGNATURE + _header.pack(0, 0)

    def row(self, values: Sequence[bytes | None]) -> bytes:
        parts = [self._count]
        for value in values:
            if value is None:
                parts.append(b"\xff\xff\xff\xff")
            else:
                parts.append(_int.pack(len(value)))
                parts.append(value)
        return b"".join(parts)

    def end(self) -> bytes:
        return _short.pack(-1)
