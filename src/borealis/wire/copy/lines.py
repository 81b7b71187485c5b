r"""Cutting a text or csv stream into lines, without deciding anything about fields.

    chunks ──► _tail: since the last line end, not yet checked to be UTF-8
                 └─► block of whole lines ──► _split: one bytes.split, if all is simple
                                         └──► _open: a line not complete yet ──► _scan: from one special byte to the next

What makes it more than a split: the first line decides between \n, \r and \r\n, and any other line end is an error from
then on; in text a backslash takes the special meaning from what follows, a newline included; in csv a quote does until
the next one; and `\.` ends the data. Each byte is looked at once however the chunks fall: _scan resumes at _scanned.
Source: PostgreSQL 16 CopyReadLineText, whose texts these are.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator

from borealis.errors import BadCopyFileFormat, SqlError
from borealis.limits import MESSAGE_BYTES_MAX, row_size_exceeded
from borealis.wire.copy.rows import line_context
from borealis.wire.encoding import invalid_offset, invalid_sequence

Batch = tuple[int, list[bytes]]
"""Number of the first line, and successive lines without their ends."""

_NL, _CR = 0x0A, 0x0D
_BACKSLASH, _DOT = 0x5C, 0x2E
_LINE_BYTES_MAX = (
    MESSAGE_BYTES_MAX  # a row under the row size limit fits, even if every byte of it is escaped
)


class Lines(ABC):
    """Lines of one COPY. After the end marker is_ended, and what follows is ignored."""

    def __init__(self, relation: str) -> None:
        self._relation = relation
        self._line_end: bytes | None = None  # \n, \r or \r\n, once a line has ended
        self._tail = bytearray()
        self._open = bytearray()
        self._scanned = 0  # of _open
        self._line = 0  # number of the last line that ended
        self.is_ended = False

    def feed(self, data: bytes) -> Iterator[Batch]:
        if self.is_ended:
            return
        cut = max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1  # a last \r may be half of a line end
        block = data[:cut]
        if cut and self._tail:
            block = bytes(self._tail) + block
            self._tail.clear()
        self._tail += data[cut:]
        if block:
            yield from self._cut(block, is_final=False)
        if len(self._tail) + len(self._open) > _LINE_BYTES_MAX:
            error = row_size_exceeded()
            error.where = line_context(self._relation, self._reading())
            raise error

    def finish(self) -> Iterator[Batch]:
        if not self.is_ended:
            block, self._tail = bytes(self._tail), bytearray()
            yield from self._cut(block, is_final=True)

    def _cut(self, block: bytes, *, is_final: bool) -> Iterator[Batch]:
        invalid = invalid_offset(block)
        if invalid is None and not self._open and not is_final:
            lines = self._split(block)
            if lines is not None:
                yield from self._batches(block, lines)
                return
        self._open += block if invalid is None else block[:invalid]
        yield from self._scan(is_final=is_final and invalid is None)
        if invalid is not None and not self.is_ended:
            raise self._located(invalid_sequence(block, invalid))

    @abstractmethod
    def _is_simple(self, block: bytes) -> bool:
        """Tell whether a block can be split at every line end, or merged again by _batches."""

    def _batches(self, block: bytes, lines: list[bytes]) -> Iterator[Batch]:
        first = self._line + 1
        self._line += len(lines)
        yield first, lines

    @abstractmethod
    def _scan(self, *, is_final: bool) -> Iterator[Batch]:
        """Yield the lines in _open and leave what is incomplete, unless this is the end of the input."""

    @abstractmethod
    def _reading(self) -> int:
        """Return the number of the line being read."""

    def _split(self, block: bytes) -> list[bytes] | None:
        """Split a block of whole lines that all end alike, or return None if there is more to it."""
        line_end = b"\n"
        if b"\r" in block:
            pairs = block.count(b"\r\n")
            if pairs != block.count(b"\r") or pairs != block.count(b"\n"):
                return None
            line_end = b"\r\n"
        if self._line_end not in (None, line_end) or not self._is_simple(block):
            return None
        self._line_end = line_end
        lines = block.split(line_end)
        lines.pop()
        return lines

    def _take(self, start: int, stop: int) -> Batch:
        self._line += 1
        return self._line, [bytes(self._open[start:stop])]

    def _keep_from(self, start: int, scanned: int) -> None:
        del self._open[:start]
        self._scanned = scanned - start

    def _after_line_end(self, at: int, *, is_final: bool) -> int | None:
        r"""Return where the line end at this \r or \n stops, or None if more must come to tell."""
        data = self._open
        if data[at] == _NL:
            if self._line_end not in (None, b"\n"):
                raise self._stray("newline", "n")
            self._line_end = b"\n"
            return at + 1
        if self._line_end == b"\n":
            raise self._stray("carriage return", "r")
        if self._line_end == b"\r":
            return at + 1
        if at + 1 == len(data) and not is_final:
            return None
        if data[at + 1 : at + 2] == b"\n":
            self._line_end = b"\r\n"
            return at + 2
        if self._line_end == b"\r\n":
            raise self._stray("carriage return", "r")
        self._line_end = b"\r"
        return at + 1

    def _stray(self, name: str, letter: str) -> SqlError:
        return self._located(
            BadCopyFileFormat(f"literal {name} found in data", hint=f'Use "\\{letter}" to represent {name}.')
        )

    def _located(self, error: SqlError) -> SqlError:
        error.where = line_context(self._relation, self._reading())
        return error

    def _marker_end(self, at: int, *, is_final: bool) -> bool | None:
        r"""Tell whether the `\.` at this place ends the data; None if more must come to tell.

        Raises 22P04 if the line end behind it is not the one of the lines before; False if none follows.
        """
        width = 2 if self._line_end == b"\r\n" else 1
        behind = bytes(self._open[at + 2 : at + 2 + width])
        if len(behind) < width and not is_final and behind in (b"", b"\r"):
            return None
        if width == 2:
            if behind[:1] == b"\n":
                return self._mismatch_or_data()
            if behind[:1] != b"\r":
                return False
            behind = behind[1:]
        if behind not in (b"\r", b"\n"):
            return False
        if self._line_end is not None and behind != self._line_end[-1:]:
            raise self._located(_marker_mismatch())
        return True

    def _mismatch_or_data(self) -> bool:
        raise self._located(_marker_mismatch())


def _marker_mismatch() -> BadCopyFileFormat:
    return BadCopyFileFormat("end-of-copy marker does not match previous newline style")


_TEXT_SPECIAL = re.compile(rb"[\r\n\\]")


class TextLines(Lines):
    def _is_simple(self, block: bytes) -> bool:
        return b"\\" not in block or not (b"\\\n" in block or b"\\." in block or b"\\\r" in block)

    def _reading(self) -> int:
        return self._line + 1

    def _scan(self, *, is_final: bool) -> Iterator[Batch]:
        data = self._open
        start, at = 0, self._scanned
        while (match := _TEXT_SPECIAL.search(data, at)) is not None:
            at = match.start()
            if data[at] != _BACKSLASH:
                after = self._after_line_end(at, is_final=is_final)
                if after is None:
                    break
                yield self._take(start, at)
                start = at = after
            elif at + 1 == len(data):
                break
            elif data[at + 1] != _DOT:
                at += 2
            else:
                is_end = self._marker_end(at, is_final=is_final)
                if is_end is None:
                    break
                if not is_end:
                    raise self._located(BadCopyFileFormat("end-of-copy marker corrupt"))
                self.is_ended = True
                is_final = True
                del data[at:]
                break
        else:
            at = len(data)
        if is_final and start < len(data):
            yield self._take(start, len(data))
            start = at = len(data)
        self._keep_from(start, max(start, at))


class CsvLines(Lines):
    def __init__(self, relation: str, quote: bytes, escape: bytes) -> None:
        super().__init__(relation)
        self._quote = quote
        self._quote_code = quote[0]
        self._escape_code = None if escape == quote else escape[0]
        self._special = re.compile(b"[\r\n" + re.escape(quote + escape) + b"]")
        self._in_quote = False
        self._escape_at = -1  # where in _open the last byte that escapes its successor lies
        self._inner_lines = 0  # line ends inside the open line

    def _is_simple(self, block: bytes) -> bool:
        if b"\\." in block:
            return False
        # A quote that is its own escape just toggles: a line with an even number of them is whole. Not for the first
        # line of the input, whose inner line ends PostgreSQL counts otherwise.
        return self._quote not in block or (self._escape_code is None and self._line_end is not None)

    def _batches(self, block: bytes, lines: list[bytes]) -> Iterator[Batch]:
        if self._quote not in block:
            yield from super()._batches(block, lines)
            return
        assert self._line_end is not None
        quote = self._quote
        whole: list[bytes] = []
        parts: list[bytes] = []
        for line in lines:
            is_odd = quote in line and line.count(quote) & 1
            if parts:
                parts.append(line)
                if is_odd:
                    self._line += len(parts)
                    yield self._line, [self._line_end.join(parts)]
                    parts = []
            elif is_odd:
                if whole:
                    yield from super()._batches(block, whole)
                    whole = []
                parts.append(line)
            else:
                whole.append(line)
        if whole:
            yield from super()._batches(block, whole)
        if parts:
            self._open += self._line_end.join([*parts, b""])
            self._scanned = len(self._open)
            self._in_quote = True
            self._inner_lines = len(parts)

    def _reading(self) -> int:
        return self._line + 1 + self._inner_lines

    def _stray(self, name: str, letter: str) -> SqlError:
        return self._located(
            BadCopyFileFormat(
                f"unquoted {name} found in data", hint=f"Use quoted CSV field to represent {name}."
            )
        )

    def _mismatch_or_data(self) -> bool:
        return False

    def _take(self, start: int, stop: int) -> Batch:
        self._line += self._inner_lines
        self._inner_lines = 0
        self._in_quote = False
        self._escape_at = -1
        return super()._take(start, stop)

    def _scan(self, *, is_final: bool) -> Iterator[Batch]:
        data = self._open
        start, at = 0, self._scanned
        while True:
            if at == start and data[at : at + 1] == b"\\":
                is_end = self._is_marker(at, is_final=is_final)
                if is_end is None:
                    break
                if is_end:
                    self.is_ended = True
                    break
            match = self._special.search(data, at)
            if match is None:
                at = len(data)
                break
            at = match.start()
            code = data[at]
            if code in (_NL, _CR) and not self._in_quote:
                after = self._after_line_end(at, is_final=is_final)
                if after is None:
                    break
                yield self._take(start, at)
                start = at = after
            else:
                self._pass(code, at)
                at += 1
        if is_final and not self.is_ended and start < len(data):
            yield self._take(start, len(data))
            start = at = len(data)
        self._escape_at -= start
        self._keep_from(start, at)

    def _is_marker(self, at: int, *, is_final: bool) -> bool | None:
        if at + 1 == len(self._open):
            return False if is_final else None
        return self._open[at + 1] == _DOT and self._marker_end(at, is_final=is_final)

    def _pass(self, code: int, at: int) -> None:
        """Take a special byte that ends no line: keep track of quotes, of escapes, and of line ends in quotes."""
        is_escaped = self._escape_at == at - 1 and at > 0
        if code == self._escape_code and self._in_quote:
            self._escape_at = -1 if is_escaped else at
            return
        if code == self._quote_code and not is_escaped:
            self._in_quote = not self._in_quote
        elif code == (_NL if self._line_end == b"\n" else _CR):
            self._inner_lines += 1  # before the first line has ended PostgreSQL, too, counts carriage returns
