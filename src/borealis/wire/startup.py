"""Startup packets: what comes before the first typed message.

    int32 length | int32 code | body        code is a protocol version, or one of three requests that look like one

Source: PostgreSQL 16 §55.7 and ProcessStartupPacket, whose texts these are.
"""

from __future__ import annotations

from collections.abc import Container
from struct import Struct

from borealis.errors import FeatureNotSupported, ProtocolViolation
from borealis.wire.encoding import decode_text
from borealis.wire.messages import CancelRequest, GssEncRequest, SslRequest, StartupMessage, StartupPacket

PACKET_BYTES_MAX = 10_000  # PostgreSQL's MAX_STARTUP_PACKET_LENGTH: of the part behind the length
CANCEL_CODE = (1234 << 16) | 5678
SSL_CODE = (1234 << 16) | 5679
GSS_CODE = (1234 << 16) | 5680

LENGTH = Struct(">i")
_CODE = Struct(">I")
_CANCEL = Struct(">iI")


def check_length(length: int) -> None:
    """Raise 08P01 for a length, its own four bytes included, that no startup packet has."""
    if not 8 <= length <= PACKET_BYTES_MAX + 4:
        raise invalid_length()


def invalid_length() -> ProtocolViolation:
    return ProtocolViolation("invalid length of startup packet")


def read(body: bytes, negotiable: Container[int]) -> StartupPacket:
    """Read a packet, its length taken off. A request for encryption that has been made before counts as a version."""
    (code,) = _CODE.unpack_from(body)
    if code == CANCEL_CODE:
        if len(body) != 12:
            raise invalid_length()
        return CancelRequest(*_CANCEL.unpack_from(body, 4))
    if code == SSL_CODE and code in negotiable:
        return SslRequest()
    if code == GSS_CODE and code in negotiable:
        return GssEncRequest()
    version = (code >> 16, code & 0xFFFF)
    if version[0] != 3:
        raise FeatureNotSupported(
            f"unsupported frontend protocol {version[0]}.{version[1]}: server supports 3.0 to 3.0"
        )
    return StartupMessage(version, _read_parameters(body))


def _read_parameters(body: bytes) -> dict[str, str]:
    """Read name, value, name, value, … each ending in a zero byte, one more zero byte at the end."""
    parameters: dict[str, str] = {}
    at = 4
    while at < len(body) and body[at]:
        name_end = body.find(0, at)
        value_end = body.find(0, name_end + 1)
        if name_end < 0 or value_end < 0:
            break
        parameters[decode_text(body[at:name_end])] = decode_text(body[name_end + 1 : value_end])
        at = value_end + 1
    if at != len(body) - 1:
        raise ProtocolViolation("invalid startup packet layout: expected terminator as last byte")
    return parameters
