"""What the three formats share: rows, where in the input one is, and the CONTEXT of its errors.

Source: PostgreSQL 16 CopyFromErrorCallback.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from borealis.errors import BadCopyFileFormat
from borealis.wire.copy.options import CopyOptions

Row = list[bytes | None]
"""A field a column: bytes in the column's text or binary form, or None for NULL."""

_SHOWN_BYTES_MAX = 100  # PostgreSQL's MAX_COPY_DATA_DISPLAY


class RowDecoder(ABC):
    """Bytes to rows. Exhaust each iterator before the next call; `line` and `where` are about the row last given."""

    def __init__(self, options: CopyOptions, relation: str, columns: Sequence[str]) -> None:
        options.check_columns(columns)
        self.options = options
        self.relation = relation
        self.columns = tuple(columns)
        self.line = 0  # of the last row given; a row over several lines counts at its last

    @abstractmethod
    def feed(self, data: bytes) -> Iterator[Row]:
        """Yield the rows that these bytes complete."""

    @abstractmethod
    def finish(self) -> Iterator[Row]:
        """Yield what the end of the input completes."""

    @abstractmethod
    def where(self, ordinal: int | None = None) -> str:
        """Return the CONTEXT of an error in the row last given, or in its column of this ordinal (from 0)."""

    def where_line(self) -> str:
        """Return the CONTEXT that names only the line, as for errors of an index."""
        return line_context(self.relation, self.line)


def line_context(relation: str, line: int) -> str:
    return f"COPY {relation}, line {line}"


def shown(data: bytes) -> str:
    """Return input as an error quotes it: at most 100 bytes of whole characters."""
    if len(data) <= _SHOWN_BYTES_MAX:
        return data.decode("utf-8", "replace")
    return data[:_SHOWN_BYTES_MAX].decode("utf-8", "ignore") + "..."


class RowEncoder(ABC):
    """Rows to bytes: what start, each row and end return is one CopyData, if not empty."""

    def __init__(self, options: CopyOptions, columns: Sequence[str]) -> None:
        options.check_columns(columns)
        self.options = options
        self.columns = tuple(columns)

    @abstractmethod
    def start(self) -> bytes:
        """Return what stands before the first row."""

    @abstractmethod
    def row(self, values: Sequence[bytes | None]) -> bytes:
        """Return one row."""

    @abstractmethod
    def end(self) -> bytes:
        """Return what stands behind the last row."""


class LineDecoder(RowDecoder):
    """What text and csv share: the header, the count of fields, and the line that errors quote."""

    def __init__(self, options: CopyOptions, relation: str, columns: Sequence[str]) -> None:
        super().__init__(options, relation, columns)
        self._raw = b""
        self._fields: Row = []
        self._header_due = options.header != "false"

    def where(self, ordinal: int | None = None) -> str:
        context = line_context(self.relation, self.line)
        if ordinal is None:
            return f'{context}: "{shown(self._raw)}"'
        value = self._fields[ordinal]
        context = f"{context}, column {self.columns[ordinal]}"
        return f"{context}: null input" if value is None else f'{context}: "{shown(value)}"'

    def _refused(self, message: str) -> BadCopyFileFormat:
        return BadCopyFileFormat(message, where=self.where())

    def _wrong_count(self, count: int) -> BadCopyFileFormat:
        if count > len(self.columns):
            return self._refused("extra data after last expected column")
        return self._refused(f'missing data for column "{self.columns[count]}"')

    def _check_header(self, fields: Row) -> None:
        if self.options.header != "match":
            return
        if len(fields) != len(self.columns):
            raise self._refused(
                f"wrong number of fields in header line: got {len(fields)}, expected {len(self.columns)}"
            )
        for number, (field, column) in enumerate(zip(fields, self.columns, strict=True), 1):
            if field is None:
                got = f'null value ("{self.options.null.decode()}")'
            elif field != column.encode():
                got = f'"{field.decode("utf-8", "replace")}"'
            else:
                continue
            raise self._refused(
                f'column name mismatch in header line field {number}: got {got}, expected "{column}"'
            )
