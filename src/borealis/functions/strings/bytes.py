"""Bytes: encode and decode, get and set of bytes and bits, digests."""

from __future__ import annotations

import base64
import hashlib
import re

from borealis.errors import ArraySubscriptError, InvalidParameterValue
from borealis.functions.implementation import scalar


def _unknown_encoding(name: str) -> InvalidParameterValue:
    return InvalidParameterValue(f'unrecognized encoding: "{name}"')


@scalar("binary_encode")
def encode(data: bytes, encoding: str) -> str:
    match encoding.lower():
        case "hex":
            return data.hex()
        case "base64":
            text = base64.b64encode(data).decode()
            return "\n".join(text[n : n + 76] for n in range(0, len(text), 76))
        case "escape":
            return "".join(_ESCAPED[byte] for byte in data)
    raise _unknown_encoding(encoding)


_ESCAPED = tuple(
    "\\\\" if byte == 0x5C else f"\\{byte:03o}" if byte == 0 or byte >= 0x80 else chr(byte)
    for byte in range(256)
)


@scalar("binary_decode")
def decode(text: str, encoding: str) -> bytes:
    match encoding.lower():
        case "hex":
            return _from_hex(text)
        case "base64":
            return _from_base64(text)
        case "escape":
            return _from_escape(text)
    raise _unknown_encoding(encoding)


def _from_hex(text: str) -> bytes:
    digits = re.sub(r"[ \n\t\r]", "", text)
    for char in digits:
        if char not in "0123456789abcdefABCDEF":
            raise InvalidParameterValue(f'invalid hexadecimal digit: "{char}"')
    if len(digits) % 2:
        raise InvalidParameterValue("invalid hexadecimal data: odd number of digits")
    return bytes.fromhex(digits)


_BASE64 = {
    char: n for n, char in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}


def _from_base64(text: str) -> bytes:
    """Decode four symbols at a time; after a first `=` at its third or fourth place a group yields one or two bytes."""
    out = bytearray()
    group, count, kept = 0, 0, 0
    for char in text:
        if char in " \t\n\r":
            continue
        if char == "=":
            if not kept:
                if count not in (2, 3):
                    raise InvalidParameterValue('unexpected "=" while decoding base64 sequence')
                kept = count - 1
            value = 0
        elif char in _BASE64:
            value = _BASE64[char]
        else:
            raise InvalidParameterValue(f'invalid symbol "{char}" found while decoding base64 sequence')
        group, count = group << 6 | value, count + 1
        if count == 4:
            out += group.to_bytes(3, "big")[: kept or 3]
            group = count = 0
    if count:
        raise InvalidParameterValue(
            "invalid base64 end sequence",
            hint="Input data is missing padding, is truncated, or is otherwise corrupted.",
        )
    return bytes(out)


_ESCAPE = re.compile(rb"\\(?:(\\)|([0-3][0-7]{2}))")


def _from_escape(text: str) -> bytes:
    from borealis.errors import InvalidTextRepresentation

    data = text.encode()
    out, position = bytearray(), 0
    while (start := data.find(b"\\", position)) >= 0:
        found = _ESCAPE.match(data, start)
        if found is None:
            raise InvalidTextRepresentation("invalid input syntax for type bytea")
        out += data[position:start]
        out.append(0x5C if found[1] else int(found[2], 8))
        position = found.end()
    return bytes(out + data[position:])


def _check_index(index: int, count: int) -> None:
    if not 0 <= index < count:
        raise ArraySubscriptError(f"index {index} out of valid range, 0..{count - 1}")


@scalar("byteaGetByte")
def get_byte(data: bytes, index: int) -> int:
    _check_index(index, len(data))
    return data[index]


@scalar("byteaSetByte")
def set_byte(data: bytes, index: int, value: int) -> bytes:
    _check_index(index, len(data))
    return data[:index] + bytes((value & 0xFF,)) + data[index + 1 :]


@scalar("byteaGetBit")
def get_bit(data: bytes, index: int) -> int:
    _check_index(index, len(data) * 8)
    return data[index // 8] >> (index % 8) & 1


@scalar("byteaSetBit")
def set_bit(data: bytes, index: int, value: int) -> bytes:
    _check_index(index, len(data) * 8)
    if value not in (0, 1):
        raise InvalidParameterValue("new bit must be 0 or 1")
    byte = data[index // 8] & ~(1 << index % 8) | value << index % 8
    return data[: index // 8] + bytes((byte,)) + data[index // 8 + 1 :]


@scalar("bytea_bit_count")
def bit_count(data: bytes) -> int:
    return int.from_bytes(data, "big").bit_count()


@scalar("md5_text")
def md5_text(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@scalar("md5_bytea")
def md5_bytes(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _digest(name: str) -> None:
    @scalar(f"{name}_bytea")
    def digest(data: bytes) -> bytes:
        return hashlib.new(name, data).digest()


for _name in ("sha224", "sha256", "sha384", "sha512"):
    _digest(_name)
