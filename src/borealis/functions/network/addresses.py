"""Parts of addresses, their arithmetic, and casts between inet and cidr."""

from __future__ import annotations

from collections.abc import Callable

from borealis.errors import InvalidParameterValue, NumericValueOutOfRange
from borealis.functions.implementation import scalar
from borealis.types.base import Value
from borealis.types.network import Address

_INT8_MAX = 2**63


def _part(key: str, part: Callable[[Address], Value]) -> None:
    @scalar(key)
    def call(value: str) -> Value:
        return part(Address.unpack(value))


def _whole(address: Address, number: int) -> str:
    return Address(address.family, number, address.bits).pack()


def _all_ones(address: Address) -> int:
    return (1 << address.bits) - 1


_part("network_host", Address.host)
_part("network_show", str)
_part("network_masklen", lambda address: address.prefix)
_part("network_family", lambda address: address.family)
_part("network_network", lambda address: address.network.pack())
_part("inet_to_cidr", lambda address: address.network.pack())
_part("network_netmask", lambda address: _whole(address, _all_ones(address) & ~address.host_mask))
_part("network_hostmask", lambda address: _whole(address, address.host_mask))
_part(
    "network_broadcast",
    lambda address: Address(address.family, address.number | address.host_mask, address.prefix).pack(),
)
_part("inet_abbrev", lambda address: address.host() if address.prefix == address.bits else str(address))
_part("inetnot", lambda a: Address(a.family, _all_ones(a) & ~a.number, a.prefix).pack())


@scalar("cidr_abbrev")
def cidr_abbrev(value: str) -> str:
    """Leave out the octets of an IPv4 network that its prefix does not reach."""
    address = Address.unpack(value)
    if address.family != 4:
        return _abbreviated_ipv6(address)
    octets = address.host().split(".")[: max((address.prefix + 7) // 8, 1)]
    return f"{'.'.join(octets)}/{address.prefix}"


def _abbreviated_ipv6(address: Address) -> str:
    return str(address)


def _with_prefix(value: str, prefix: int) -> Address:
    address = Address.unpack(value)
    prefix = address.bits if prefix == -1 else prefix
    if not 0 <= prefix <= address.bits:
        raise InvalidParameterValue(f"invalid mask length: {prefix}")
    return Address(address.family, address.number, prefix)


@scalar("inet_set_masklen")
def inet_set_masklen(value: str, prefix: int) -> str:
    return _with_prefix(value, prefix).pack()


@scalar("cidr_set_masklen")
def cidr_set_masklen(value: str, prefix: int) -> str:
    return _with_prefix(value, prefix).network.pack()


@scalar("inet_merge")
def inet_merge(left: str, right: str) -> str:
    """Return the smallest network that holds both."""
    a, b = Address.unpack(left), Address.unpack(right)
    if a.family != b.family:
        raise InvalidParameterValue("cannot merge addresses from different families")
    common = a.bits - (a.number ^ b.number).bit_length()
    return Address(a.family, a.number, min(a.prefix, b.prefix, common)).network.pack()


def _bitwise(key: str, name: str, combine: Callable[[int, int], int]) -> None:
    @scalar(key)
    def call(left: str, right: str) -> str:
        a, b = Address.unpack(left), Address.unpack(right)
        if a.family != b.family:
            raise InvalidParameterValue(f"cannot {name} inet values of different sizes")
        return Address(a.family, combine(a.number, b.number), max(a.prefix, b.prefix)).pack()


_bitwise("inetand", "AND", lambda a, b: a & b)
_bitwise("inetor", "OR", lambda a, b: a | b)


def _moved(value: str, distance: int) -> str:
    address = Address.unpack(value)
    number = address.number + distance
    if not 0 <= number <= _all_ones(address):
        raise NumericValueOutOfRange("result is out of range")
    return Address(address.family, number, address.prefix).pack()


@scalar("inetpl")
def inetpl(value: str, distance: int) -> str:
    return _moved(value, distance)


@scalar("int8pl_inet(int8,inet)")
def int8pl_inet(distance: int, value: str) -> str:
    return _moved(value, distance)


@scalar("inetmi_int8")
def inetmi_int8(value: str, distance: int) -> str:
    return _moved(value, -distance)


@scalar("inetmi")
def inetmi(left: str, right: str) -> int:
    a, b = Address.unpack(left), Address.unpack(right)
    if a.family != b.family:
        raise InvalidParameterValue("cannot subtract inet values of different sizes")
    distance = a.number - b.number
    if not -_INT8_MAX <= distance < _INT8_MAX:
        raise NumericValueOutOfRange("result is out of range")
    return distance


@scalar("inet_client_addr", "inet_client_port", "inet_server_addr", "inet_server_port")
def no_address() -> Value:
    """NULL, as over a Unix socket: functions are not told where the session comes from."""
    return None
