"""COPY's csv format: fields between delimiters, parts of them in quotes; NULL is what equals the null string unquoted.

Source: PostgreSQL 16 CopyReadAttributesCSV, CopyAttributeOutCSV.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from borealis.wire.copy.lines import Batch, CsvLines
from borealis.wire.copy.options import STAR, CopyOptions
from borealis.wire.copy.rows import LineDecoder, Row, RowEncoder


class CsvDecoder(LineDecoder):
    def __init__(self, options: CopyOptions, relation: str, columns: Sequence[str]) -> None:
        super().__init__(options, relation, columns)
        self._lines = CsvLines(relation, options.quote, options.escape)
        self._force_not_null = self._ordinals(options.force_not_null)
        self._force_null = self._ordinals(options.force_null)
        delimiter, quote, escape = (re.escape(c) for c in (options.delimiter, options.quote, options.escape))
        self._doubles = options.quote == options.escape
        # No pattern can match in two ways, so a quote without its end costs no more than the line is long.
        if self._doubles:
            inside = b"[^%b]*(?:%b[^%b]*)*" % (quote, quote * 2, quote)
            closing = b"%b(?!%b)" % (quote, quote)
        else:
            special = b"[%b]" % (quote + escape)
            inside = b"(?:[^%b]|%b%b|%b(?!%b))*" % (quote + escape, escape, special, escape, special)
            closing = quote
        field = b"((?:[^%b]+|%b%b%b)*)" % (delimiter + quote, quote, inside, closing)
        self._field = re.compile(field)
        self._next_field = re.compile(rb"(?:\A|%b)%b" % (delimiter, field))
        self._quoted = re.compile(b"%b(%b)%b" % (quote, inside, closing))
        self._pair = re.compile(b"%b([%b])" % (escape, quote + escape))

    def _ordinals(self, names: Sequence[str]) -> frozenset[int]:
        return frozenset(self.columns.index(name) for name in names)

    def feed(self, data: bytes) -> Iterator[Row]:
        return self._rows(self._lines.feed(data))

    def finish(self) -> Iterator[Row]:
        return self._rows(self._lines.finish())

    def _rows(self, batches: Iterator[Batch]) -> Iterator[Row]:
        options, count = self.options, len(self.columns)
        delimiter, null, quote = options.delimiter, options.null, options.quote
        forces = bool(self._force_null or self._force_not_null)
        for first, lines in batches:
            for number, raw in enumerate(lines, first):
                self.line = number
                self._raw = raw
                row: Row
                if quote in raw:
                    row = self._quoted_row(raw)
                else:
                    row = raw.split(delimiter, count)  # type: ignore[assignment]  # a list of bytes of our own
                    if null in row:
                        row = [None if field == null else field for field in row]
                if self._header_due:
                    self._header_due = False
                    self._check_header(row)
                    continue
                if len(row) != count:
                    row = self._odd_row(row)
                if forces:
                    self._apply_force(row)
                self._fields = row
                yield row

    def _odd_row(self, row: Row) -> Row:
        if not self.columns and not self._raw:
            return []
        raise self._wrong_count(len(row) if self.columns else 1)

    def _quoted_row(self, raw: bytes) -> Row:
        if self._doubles or self.options.escape not in raw:
            row = self._wholly_quoted(raw)
            if row is not None:
                return row
        quote, null = self.options.quote, self.options.null
        return [
            self._unquote(field) if quote in field else None if field == null else field
            for field in self._split(raw)
        ]

    def _wholly_quoted(self, raw: bytes) -> Row | None:
        """Read a line whose fields either stand in one pair of quotes or have none; None if it is not one."""
        quote, null, count = self.options.quote, self.options.null, len(self.columns)
        fields = raw.split(self.options.delimiter, count)
        if len(fields) != count:
            return None
        row: Row = []
        for field in fields:
            if quote not in field:
                row.append(None if field == null else field)
            elif field.count(quote) == 2 and field.startswith(quote) and field.endswith(quote):
                row.append(field[1:-1])
            else:
                return None
        return row

    def _split(self, raw: bytes) -> list[bytes]:
        """Split at delimiters outside quotes, into one more field than there should be at most."""
        count = len(self.columns)
        if raw.count(self.options.delimiter) <= count:
            fields: list[bytes] = self._next_field.findall(raw)
            if sum(map(len, fields)) + len(fields) - 1 == len(raw):
                return fields
        fields = []
        at = 0
        while (match := self._field.match(raw, at)) is not None:
            at = match.end()
            if len(fields) <= count:
                fields.append(match[1])
            if at == len(raw):
                return fields
            if raw[at : at + 1] != self.options.delimiter:
                break
            at += 1
        raise self._refused("unterminated CSV quoted field")

    def _unquote(self, field: bytes) -> bytes:
        quote, escape = self.options.quote, self.options.escape
        if field.startswith(quote) and field.endswith(quote) and len(field) > 1:
            inner = field[1:-1]
            if quote not in inner and escape not in inner:
                return inner
        return self._quoted.sub(lambda match: self._pair.sub(rb"\1", match[1]), field)

    def _apply_force(self, row: Row) -> None:
        """Apply FORCE_NOT_NULL to fields that are NULL, FORCE_NULL to the others; a column may have both."""
        null = self.options.null
        not_null = [ordinal for ordinal in self._force_not_null if row[ordinal] is None]
        for ordinal in self._force_null:
            if row[ordinal] == null:
                row[ordinal] = None
        for ordinal in not_null:
            row[ordinal] = null


class CsvEncoder(RowEncoder):
    def __init__(self, options: CopyOptions, columns: Sequence[str]) -> None:
        super().__init__(options, columns)
        self._delimiter = options.delimiter
        self._null = options.null
        self._quote = options.quote
        self._special_bytes = options.delimiter + options.quote + b"\r\n"
        self._escaped = re.compile(b"([" + re.escape(options.quote + options.escape) + b"])")
        self._by_escape = options.escape.replace(b"\\", b"\\\\") + rb"\1"
        self._forced = [STAR in options.force_quote or name in options.force_quote for name in columns]
        self._is_forced = any(self._forced)

    def start(self) -> bytes:
        return b"" if self.options.header == "false" else self._line([name.encode() for name in self.columns])

    def row(self, values: Sequence[bytes | None]) -> bytes:
        if not self._is_forced:
            return self._line(values)
        null = self._null
        return (
            self._delimiter.join(
                [
                    null if value is None else self._quoted(value) if forced else self._written(value)
                    for value, forced in zip(values, self._forced, strict=True)
                ]
            )
            + b"\n"
        )

    def end(self) -> bytes:
        return b""

    def _line(self, values: Sequence[bytes | None]) -> bytes:
        null = self._null
        plain = [null if value is None else value for value in values]
        joined = b"".join(plain)
        is_plain = len(joined.translate(None, self._special_bytes)) == len(joined) and null not in values
        if not is_plain or joined == b"\\.":
            plain = [null if value is None else self._written(value) for value in values]
        return self._delimiter.join(plain) + b"\n"

    def _written(self, value: bytes) -> bytes:
        if (
            value == self._null
            or len(value.translate(None, self._special_bytes)) != len(value)
            or (value == b"\\." and len(self.columns) == 1)
        ):
            return self._quoted(value)
        return value

    def _quoted(self, value: bytes) -> bytes:
        return self._quote + self._escaped.sub(self._by_escape, value) + self._quote
