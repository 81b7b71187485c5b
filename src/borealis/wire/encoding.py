"""UTF-8, the one encoding there is: bytes of a client as text, with PostgreSQL's complaint if they are none.

A zero byte is refused too: PostgreSQL's text cannot hold one. Python's strict UTF-8 and PostgreSQL's agree on all
else (no surrogates, no overlong forms, nothing above U+10FFFF).
Source: PostgreSQL 16 report_invalid_encoding, pg_utf_mblen; checked against recordings in tests/wire/.
"""

from __future__ import annotations

from borealis.errors import CharacterNotInRepertoire


def decode_text(data: bytes) -> str:
    """Return the text of these bytes. Raises 22021 at the first byte that is not text."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise invalid_sequence(data, first_invalid(data, error.start)) from None
    if "\0" in text:
        raise invalid_sequence(data, data.index(0))
    return text


def invalid_offset(data: bytes) -> int | None:
    """Return where the first byte that is not text lies, or None if all is well."""
    if data.isascii():
        zero = data.find(0)
        return None if zero < 0 else zero
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return first_invalid(data, error.start)
    zero = data.find(0)
    return None if zero < 0 else zero


def first_invalid(data: bytes, undecodable: int) -> int:
    zero = data.find(0, 0, undecodable)
    return undecodable if zero < 0 else zero


def invalid_sequence(data: bytes, offset: int) -> CharacterNotInRepertoire:
    """Return 22021 naming the bytes of the character that should begin at this offset."""
    shown = data[offset : offset + sequence_length(data[offset])]
    listed = " ".join(f"0x{byte:02x}" for byte in shown)
    return CharacterNotInRepertoire(f'invalid byte sequence for encoding "UTF8": {listed}')


def sequence_length(lead: int) -> int:
    """Return how many bytes a character has that begins with this byte; 1 for a byte that begins none."""
    if lead & 0xE0 == 0xC0:
        return 2
    if lead & 0xF0 == 0xE0:
        return 3
    if lead & 0xF8 == 0xF0:
        return 4
    return 1
