"""The three formats of COPY as pure codecs: bytes of CopyData ↔ rows of fields.

    decoder = row_decoder(options, "t", columns)        encoder = row_encoder(options, columns)
    for row in decoder.feed(data): …                    encoder.start(), encoder.row(values) …, encoder.end()
    for row in decoder.finish(): …

A field is bytes in the column's text form (text, csv) or binary form, or None for NULL. Chunks may be cut anywhere;
memory is bounded by the longest line. Errors are PostgreSQL's, with its CONTEXT line.
Source: PostgreSQL 16 COPY (File Formats), copyfromparse.c and copyto.c; tests/wire/copy_*.json are recordings.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.wire.copy.binary import BinaryDecoder, BinaryEncoder
from borealis.wire.copy.csv import CsvDecoder, CsvEncoder
from borealis.wire.copy.options import CopyOptions
from borealis.wire.copy.rows import RowDecoder, RowEncoder
from borealis.wire.copy.text import TextDecoder, TextEncoder

_DECODERS: dict[str, type[RowDecoder]] = {"text": TextDecoder, "csv": CsvDecoder, "binary": BinaryDecoder}
_ENCODERS: dict[str, type[RowEncoder]] = {"text": TextEncoder, "csv": CsvEncoder, "binary": BinaryEncoder}


def row_decoder(options: CopyOptions, relation: str, columns: Sequence[str]) -> RowDecoder:
    """Return the decoder of COPY relation (columns) FROM STDIN; the names serve errors, headers and FORCE options."""
    return _DECODERS[options.format](options, relation, columns)


def row_encoder(options: CopyOptions, columns: Sequence[str]) -> RowEncoder:
    """Return the encoder of COPY … TO STDOUT for columns of these names."""
    return _ENCODERS[options.format](options, columns)
