"""Types of the system catalogs and of transactions: xid, cid, xid8, tid, pg_lsn, and texts that only the server writes.

    xid, cid, xid8   an int, as oid is; xid8 has 64 bits
    tid              `(block,offset)`: an int, block * 65536 + offset
    pg_lsn           `16/B374D848`: an int of 64 bits without a sign, as a fixed-length text, which orders alike
    pg_node_tree, refcursor   their text
Source: PostgreSQL 16 documentation 8.19, 8.20; recorded in tests/oracle/types.
"""

from __future__ import annotations

import re
import struct

from borealis.errors import FeatureNotSupported, InvalidBinaryRepresentation, InvalidTextRepresentation
from borealis.types.base import PLAIN, Representation, Style, TextEncoder, Type, Value
from borealis.types.integer import ObjectIdentifier
from borealis.types.strings import Text

_TID = re.compile(r"[^(]*\(([^,)]*),([^)]*)\)?.*", re.DOTALL)
_UNSIGNED = re.compile(r"[ \t\n\v\f\r]*\d+")
_TID_STRUCT = struct.Struct("!IH")
_LSN_STRUCT = struct.Struct("!Q")
_LSN = re.compile(r"([0-9a-fA-F]{1,8})/([0-9a-fA-F]{1,8})")


class TransactionId(ObjectIdentifier):
    read_as = "xid"


class CommandId(ObjectIdentifier):
    read_as = "cid"


class Tid(Type):
    affinity = "INTEGER"

    def decode_text(self, text: str, style: Style) -> int:
        found = _TID.fullmatch(text)
        if found is None or not text.rstrip().endswith(")"):
            raise self._invalid(text)
        block, offset = found.groups()
        if _UNSIGNED.fullmatch(block) is None or _UNSIGNED.fullmatch(offset) is None:
            raise self._invalid(text)
        if int(block) >= 2**32 or int(offset) >= 2**16:
            raise self._invalid(text)
        return int(block) << 16 | int(offset)

    @staticmethod
    def _invalid(text: str) -> InvalidTextRepresentation:
        return InvalidTextRepresentation(f'invalid input syntax for type tid: "{text}"')

    def encode_text(self, value: Value, style: Style) -> str:
        assert isinstance(value, int)
        return f"({value >> 16},{value & 0xFFFF})"

    def decode_binary(self, data: bytes) -> int:
        if len(data) != _TID_STRUCT.size:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        block, offset = _TID_STRUCT.unpack(data)
        return int(block << 16 | offset)

    def encode_binary(self, value: Value) -> bytes:
        assert isinstance(value, int)
        return _TID_STRUCT.pack(value >> 16, value & 0xFFFF)


class Lsn(Type):
    """A place in the log. Stands as 16 hexadecimal digits."""

    affinity = "TEXT"

    def decode_text(self, text: str, style: Style) -> str:
        found = _LSN.fullmatch(text)
        if found is None:
            raise InvalidTextRepresentation(f'invalid input syntax for type pg_lsn: "{text}"')
        return lsn_value(int(found[1], 16) << 32 | int(found[2], 16))

    def encode_text(self, value: Value, style: Style) -> str:
        number = lsn_number(value)
        return f"{number >> 32:X}/{number & 0xFFFFFFFF:X}"

    def decode_binary(self, data: bytes) -> str:
        if len(data) != _LSN_STRUCT.size:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        return lsn_value(_LSN_STRUCT.unpack(data)[0])

    def encode_binary(self, value: Value) -> bytes:
        return _LSN_STRUCT.pack(lsn_number(value))


def lsn_value(number: int) -> str:
    return f"{number:016X}"


def lsn_number(value: Value) -> int:
    return int(str(value), 16)


class ServerText(Text):
    """A text that only the server makes: pg_node_tree, and what extended statistics have found."""

    storable = False
    indexable = False

    def decode_text(self, text: str, style: Style) -> str:
        raise FeatureNotSupported(f"cannot accept a value of type {self.sql_name}")

    def decode_binary(self, data: bytes) -> str:
        raise FeatureNotSupported(f"cannot accept a value of type {self.sql_name}")

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        return str.encode  # type: ignore[return-value]


class Refcursor(Text):
    storable = False
    indexable = False
