"""MAC addresses: ~ & |, trunc, between six and eight bytes."""

from __future__ import annotations

from collections.abc import Callable

from borealis.functions.implementation import scalar
from borealis.types.network import narrowed, widened


def _bitwise(name: str, combine: Callable[[int, int], int]) -> None:
    @scalar(f"macaddr_{name}", f"macaddr8_{name}")
    def call(left: str, right: str) -> str:
        return f"{combine(int(left, 16), int(right, 16)):0{len(left)}x}"


_bitwise("and", lambda a, b: a & b)
_bitwise("or", lambda a, b: a | b)


@scalar("macaddr_not", "macaddr8_not")
def macaddr_not(value: str) -> str:
    return f"{int(value, 16) ^ 16 ** len(value) - 1:0{len(value)}x}"


@scalar("macaddr_trunc", "macaddr8_trunc")
def macaddr_trunc(value: str) -> str:
    """Keep the maker's part, the first three bytes."""
    return value[:6].ljust(len(value), "0")


@scalar("macaddr8_set7bit")
def macaddr8_set7bit(value: str) -> str:
    return f"{int(value[:2], 16) | 2:02x}{value[2:]}"


@scalar("macaddrtomacaddr8")
def macaddrtomacaddr8(value: str) -> str:
    return widened(value)


@scalar("macaddr8tomacaddr")
def macaddr8tomacaddr(value: str) -> str:
    return narrowed(value)
