"""inet, cidr, macaddr, macaddr8: only at run time, never columns (dsql-facts.md §4.3).

An inet or cidr stands as `4c0a80105/24`: family, address in hexadecimal, prefix length; one text a value, ordered by a
collation (functions/network/comparing.py). A MAC address stands as its hexadecimal digits, which order as it does.
Source: PostgreSQL 16 documentation 8.9; recorded in tests/oracle/functions/network.tsv.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from borealis.errors import InvalidBinaryRepresentation, InvalidTextRepresentation, NumericValueOutOfRange
from borealis.types.base import Style, Type, Value

BITS = {4: 32, 6: 128}
_WIRE_FAMILY = {4: 2, 6: 3}
_PREFIX = re.compile(r"[0-9]{1,3}")
_OCTET_MAX = 255


@dataclass(frozen=True, slots=True)
class Address:
    family: int  # 4 or 6
    number: int
    prefix: int

    @property
    def bits(self) -> int:
        return BITS[self.family]

    @property
    def host_mask(self) -> int:
        return (1 << self.bits - self.prefix) - 1

    @property
    def network(self) -> Address:
        return Address(self.family, self.number & ~self.host_mask, self.prefix)

    def pack(self) -> str:
        return f"{self.family}{self.number:0{self.bits // 4}x}/{self.prefix}"

    @classmethod
    def unpack(cls, value: Value) -> Address:
        digits, _, prefix = str(value).partition("/")
        return cls(int(digits[0]), int(digits[1:], 16), int(prefix))

    def host(self) -> str:
        if self.family == 4:
            return str(ipaddress.IPv4Address(self.number))
        return _ipv6_text(self.number)

    def __str__(self) -> str:
        return f"{self.host()}/{self.prefix}"


def _ipv6_text(number: int) -> str:
    """Write ::ffff:1.2.3.4 and ::1.2.3.4 with the last four bytes as an IPv4 address."""
    high, low = number >> 32, number & 0xFFFFFFFF
    if high == 0xFFFF:
        return f"::ffff:{ipaddress.IPv4Address(low)}"
    if high == 0 and low >> 16:
        return f"::{ipaddress.IPv4Address(low)}"
    return str(ipaddress.IPv6Address(number))


class Inet(Type):
    """A host's address, with the network it is in."""

    affinity = "TEXT"
    is_cidr = False

    def decode_text(self, text: str, style: Style) -> str:
        address = self._read(text)
        if address is None:
            raise InvalidTextRepresentation(f'invalid input syntax for type {self.name}: "{text}"')
        if self.is_cidr and address.number & address.host_mask:
            raise InvalidTextRepresentation(
                f'invalid cidr value: "{text}"', detail="Value has bits set to right of mask."
            )
        return address.pack()

    def _read(self, text: str) -> Address | None:
        host, slash, prefix_text = text.partition("/")
        if slash and not _PREFIX.fullmatch(prefix_text):
            return None
        prefix = int(prefix_text) if slash else None
        if ":" in host:
            return _read_ipv6(host, prefix)
        return _read_ipv4(host, prefix, is_cidr=self.is_cidr)

    def encode_text(self, value: Value, style: Style) -> str:
        address = Address.unpack(value)
        return str(address) if self.is_cidr or address.prefix < address.bits else address.host()

    def decode_binary(self, data: bytes) -> str:
        families = {wire: family for family, wire in _WIRE_FAMILY.items()}
        if len(data) < 4 or data[0] not in families:
            raise InvalidBinaryRepresentation(f'invalid address family in external "{self.name}" value')
        family = families[data[0]]
        if data[1] > BITS[family]:
            raise InvalidBinaryRepresentation(f'invalid bits in external "{self.name}" value')
        if data[3] != BITS[family] // 8 or len(data) != 4 + data[3]:
            raise InvalidBinaryRepresentation(f'invalid length in external "{self.name}" value')
        address = Address(family, int.from_bytes(data[4:], "big"), data[1])
        if self.is_cidr and address.number & address.host_mask:
            raise InvalidBinaryRepresentation(
                'invalid external "cidr" value', detail="Value has bits set to right of mask."
            )
        return address.pack()

    def encode_binary(self, value: Value) -> bytes:
        address = Address.unpack(value)
        size = address.bits // 8
        head = bytes((_WIRE_FAMILY[address.family], address.prefix, int(self.is_cidr), size))
        return head + address.number.to_bytes(size, "big")


class Cidr(Inet):
    """A network."""

    is_cidr = True


def _read_ipv6(host: str, prefix: int | None) -> Address | None:
    try:
        number = int(ipaddress.IPv6Address(host))
    except ValueError:
        return None
    if "%" in host or (prefix is not None and prefix > BITS[6]):
        return None
    return Address(6, number, BITS[6] if prefix is None else prefix)


def _read_ipv4(host: str, prefix: int | None, *, is_cidr: bool) -> Address | None:
    octets = host.split(".")
    if len(octets) > 4 or not all(octet.isascii() and octet.isdigit() for octet in octets):
        return None
    numbers = [int(octet) for octet in octets]
    if max(numbers) > _OCTET_MAX:
        return None
    if prefix is None:
        if is_cidr:
            prefix = _class_prefix(numbers)
        elif len(numbers) < 4:
            return None
        else:
            prefix = 32
    if prefix > BITS[4] or (not is_cidr and (prefix + 7) // 8 > len(numbers)):
        return None
    padded = [*numbers, 0, 0, 0][:4]
    return Address(4, int.from_bytes(bytes(padded), "big"), prefix)


def _class_prefix(octets: list[int]) -> int:
    """Return the prefix of a network written without one: by its class, or as many octets as there are."""
    first = octets[0]
    by_class = (
        32 if first >= 240 else 8 if first >= 224 else 24 if first >= 192 else 16 if first >= 128 else 8
    )
    prefix = max(by_class, len(octets) * 8)
    return 4 if prefix == 8 and first == 224 else prefix


_MAC_FORMS = tuple(
    re.compile(form)
    for form in (
        r"\s*([0-9a-fA-F]{1,2}):([0-9a-fA-F]{1,2}):([0-9a-fA-F]{1,2}):([0-9a-fA-F]{1,2}):([0-9a-fA-F]{1,2}):([0-9a-fA-F]{1,2})\s*",
        r"\s*([0-9a-fA-F]{1,2})-([0-9a-fA-F]{1,2})-([0-9a-fA-F]{1,2})-([0-9a-fA-F]{1,2})-([0-9a-fA-F]{1,2})-([0-9a-fA-F]{1,2})\s*",
        r"\s*([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})[:-]([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})\s*",
        r"\s*([0-9a-fA-F]{2})([0-9a-fA-F]{2})([.-])([0-9a-fA-F]{2})([0-9a-fA-F]{2})\3([0-9a-fA-F]{2})([0-9a-fA-F]{2})\s*",
        r"\s*([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})\s*",
    )
)


class MacAddress(Type):
    affinity = "TEXT"
    octets = 6

    def decode_text(self, text: str, style: Style) -> str:
        for form in _MAC_FORMS:
            found = form.fullmatch(text)
            if found is not None:
                return "".join(f"{int(part, 16):02x}" for part in found.groups() if part not in ".-")
        raise self.invalid(text)

    def invalid(self, text: str) -> InvalidTextRepresentation:
        return InvalidTextRepresentation(f'invalid input syntax for type {self.name}: "{text}"')

    def encode_text(self, value: Value, style: Style) -> str:
        digits = str(value)
        return ":".join(digits[n : n + 2] for n in range(0, len(digits), 2))

    def decode_binary(self, data: bytes) -> str:
        if len(data) != self.octets:
            raise InvalidBinaryRepresentation("incorrect binary data format")
        return data.hex()

    def encode_binary(self, value: Value) -> bytes:
        return bytes.fromhex(str(value))


class MacAddress8(MacAddress):
    """EUI-64; one of six bytes gets ff:fe in its middle."""

    octets = 8

    def decode_text(self, text: str, style: Style) -> str:
        stripped = text.strip()
        digits = re.sub(r"[:.-]", "", stripped)
        separators = set(re.findall(r"[:.-]", stripped))
        is_regular = re.fullmatch(r"[0-9a-fA-F]{2}(?:[:.-]?[0-9a-fA-F]{2})*", stripped) is not None
        if not is_regular or len(separators) > 1 or len(digits) not in (12, 16):
            raise self.invalid(text)
        return widened(digits.lower()) if len(digits) == 12 else digits.lower()

    def decode_binary(self, data: bytes) -> str:
        if len(data) == MacAddress.octets:
            return widened(data.hex())
        return super().decode_binary(data)


def widened(digits: str) -> str:
    """Return a MAC address of six bytes as one of eight."""
    return f"{digits[:6]}fffe{digits[6:]}"


def narrowed(digits: str) -> str:
    if digits[6:10] != "fffe":
        raise NumericValueOutOfRange(
            "macaddr8 data out of range to convert to macaddr",
            hint="Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example "
            "xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.",
        )
    return digits[:6] + digits[10:]
