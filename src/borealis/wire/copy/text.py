r"""COPY's text format: fields between delimiters, backslash escapes, `\N` for NULL.

Source: PostgreSQL 16 CopyReadAttributesText, CopyAttributeOutText.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from borealis.wire.copy.lines import Batch, TextLines
from borealis.wire.copy.options import CopyOptions
from borealis.wire.copy.rows import LineDecoder, Row, RowEncoder
from borealis.wire.encoding import invalid_offset, invalid_sequence

_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_WRITTEN = {value[0]: b"\\" + letter for letter, value in _LETTERS.items()}


def unescape(field: bytes) -> bytes:
    return _ESCAPE.sub(_unescaped, field)


def _unescaped(match: re.Match[bytes]) -> bytes:
    body: bytes = match[1]
    if body[0] == 0x78 and len(body) > 1:  # x
        return bytes((int(body[1:], 16),))
    if 0x30 <= body[0] <= 0x37:
        return bytes((int(body, 8) & 0xFF,))
    return _LETTERS.get(body, body)


class TextDecoder(LineDecoder):
    def __init__(self, options: CopyOptions, relation: str, columns: Sequence[str]) -> None:
        super().__init__(options, relation, columns)
        self._lines = TextLines(relation)
        self._escaped_delimiter = b"\\" + options.delimiter
        delimiter = re.escape(options.delimiter)
        self._field = re.compile(rb"(?:[^\\" + delimiter + rb"]+|\\.)*", re.DOTALL)

    def feed(self, data: bytes) -> Iterator[Row]:
        return self._rows(self._lines.feed(data))

    def finish(self) -> Iterator[Row]:
        return self._rows(self._lines.finish())

    def _rows(self, batches: Iterator[Batch]) -> Iterator[Row]:
        delimiter, null, count = self.options.delimiter, self.options.null, len(self.columns)
        null_is_plain = b"\\" not in null
        for first, lines in batches:
            for number, raw in enumerate(lines, first):
                self.line = number
                self._raw = raw
                row: Row
                if b"\\" in raw:
                    row = self._escaped_row(raw)
                else:
                    row = raw.split(delimiter, count)  # type: ignore[assignment]  # a list of bytes of our own
                    if null_is_plain and null in row:
                        row = [None if field == null else field for field in row]
                if self._header_due:
                    self._header_due = False
                    self._check_header(row)
                    continue
                if len(row) != count:
                    row = self._odd_row(row)
                self._fields = row
                yield row

    def _odd_row(self, row: Row) -> Row:
        if not self.columns and not self._raw:
            return []
        raise self._wrong_count(len(row) if self.columns else 1)

    def _escaped_row(self, raw: bytes) -> Row:
        null = self.options.null
        return [
            None if field == null else self._unescape(field) if b"\\" in field else field
            for field in self._split(raw)
        ]

    def _split(self, raw: bytes) -> list[bytes]:
        """Split at delimiters that no backslash precedes, into one more field than there should be at most."""
        delimiter, count = self.options.delimiter, len(self.columns)
        if self._escaped_delimiter not in raw and not raw.endswith(b"\\"):
            return raw.split(delimiter, count)
        fields: list[bytes] = []
        at = 0
        while len(fields) <= count:
            match = self._field.match(raw, at)
            assert match is not None  # the empty field matches
            fields.append(match[0])
            at = match.end() + 1
            if raw[at - 1 : at] != delimiter:  # the end, or a backslash that ends the input and means nothing
                break
        return fields

    def _unescape(self, field: bytes) -> bytes:
        value = unescape(field)
        offset = invalid_offset(value)
        if offset is not None:
            error = invalid_sequence(value, offset)
            error.where = self.where()
            raise error
        return value


class TextEncoder(RowEncoder):
    def __init__(self, options: CopyOptions, columns: Sequence[str]) -> None:
        super().__init__(options, columns)
        self._delimiter = options.delimiter
        self._null = options.null
        written = _WRITTEN | {
            code: b"\\" + bytes((code,)) for code in b"\\" + options.delimiter if code not in _WRITTEN
        }
        self._written = {bytes((code,)): text for code, text in written.items()}
        self._special_bytes = bytes(written)
        self._special = re.compile(b"[" + re.escape(self._special_bytes) + b"]")

    def start(self) -> bytes:
        return b"" if self.options.header == "false" else self.row([name.encode() for name in self.columns])

    def row(self, values: Sequence[bytes | None]) -> bytes:
        plain = [value for value in values if value is not None]
        joined = b"".join(plain)
        if len(joined.translate(None, self._special_bytes)) != len(joined):
            values = [None if value is None else self._escape(value) for value in values]
        elif len(plain) == len(values):
            return self._delimiter.join(plain) + b"\n"
        null = self._null
        return self._delimiter.join([null if value is None else value for value in values]) + b"\n"

    def end(self) -> bytes:
        return b""

    def _escape(self, value: bytes) -> bytes:
        written = self._written
        return self._special.sub(lambda match: written[match[0]], value)
