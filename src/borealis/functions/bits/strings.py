"""Operators and functions of bit strings, and their casts from and to integers."""

from __future__ import annotations

from collections.abc import Callable

from borealis.errors import (
    ArraySubscriptError,
    InvalidParameterValue,
    NumericValueOutOfRange,
    StringDataLengthMismatch,
    SubstringError,
)
from borealis.functions.implementation import aggregate, scalar, template
from borealis.types.base import Value
from borealis.types.bits import fit_bit, fit_varbit

_INT4, _INT8 = 32, 64


def _bitwise(key: str, name: str, combine: Callable[[int, int], int]) -> None:
    @scalar(key)
    def call(left: str, right: str) -> str:
        if len(left) != len(right):
            raise StringDataLengthMismatch(f"cannot {name} bit strings of different sizes")
        return f"{combine(int(left, 2), int(right, 2)):0{len(left)}b}" if left else ""

    @aggregate(f"bit_{name.lower()}(bit)")
    class Bits:
        __slots__ = ("_bits",)

        def __init__(self) -> None:
            self._bits: str | None = None

        def step(self, value: str | None) -> None:
            if value is not None:
                self._bits = value if self._bits is None else call(self._bits, value)

        def final(self) -> Value:
            return self._bits


_bitwise("bit_and", "AND", lambda a, b: a & b)
_bitwise("bit_or", "OR", lambda a, b: a | b)
_bitwise("bitxor", "XOR", lambda a, b: a ^ b)

template("bitcat", "({0} || {1})")
template("bitlength", "length({0})")
template("bit_length(bit)", "length({0})")
template("bitoctetlength", "((length({0}) + 7) / 8)")


@scalar("bitnot")
def bitnot(digits: str) -> str:
    return digits.translate({48: "1", 49: "0"})


@scalar("bitshiftleft")
def bitshiftleft(digits: str, count: int) -> str:
    if count < 0:
        return bitshiftright(digits, -count)
    return digits[count:].ljust(len(digits), "0")


@scalar("bitshiftright")
def bitshiftright(digits: str, count: int) -> str:
    if count < 0:
        return bitshiftleft(digits, -count)
    return digits[: max(len(digits) - count, 0)].rjust(len(digits), "0")


@scalar("bitsubstr")
def bitsubstr(digits: str, start: int, length: int) -> str:
    if length < 0:
        raise SubstringError("negative substring length not allowed")
    return digits[max(start - 1, 0) : max(start - 1 + length, 0)]


@scalar("bitsubstr_no_len")
def bitsubstr_no_len(digits: str, start: int) -> str:
    return digits[max(start - 1, 0) :]


@scalar("bitposition")
def bitposition(digits: str, wanted: str) -> int:
    """Return where it begins, from 1; an empty one nowhere in an empty string, else at once."""
    if not digits:
        return 0
    return digits.find(wanted) + 1


@scalar("bitoverlay")
def bitoverlay(digits: str, new: str, start: int, length: int) -> str:
    if start <= 0:
        raise SubstringError("negative substring length not allowed")
    return digits[: start - 1] + new + digits[max(start - 1 + length, 0) :]


@scalar("bitoverlay_no_len")
def bitoverlay_no_len(digits: str, new: str, start: int) -> str:
    return bitoverlay(digits, new, start, len(new))


def _check_index(digits: str, index: int) -> None:
    if not 0 <= index < len(digits):
        raise ArraySubscriptError(f"bit index {index} out of valid range (0..{len(digits) - 1})")


@scalar("bitgetbit")
def bitgetbit(digits: str, index: int) -> int:
    _check_index(digits, index)
    return int(digits[index])


@scalar("bitsetbit")
def bitsetbit(digits: str, index: int, bit: int) -> str:
    _check_index(digits, index)
    if bit not in (0, 1):
        raise InvalidParameterValue("new bit must be 0 or 1")
    return digits[:index] + str(bit) + digits[index + 1 :]


@scalar("bit_bit_count")
def bit_count(digits: str) -> int:
    return digits.count("1")


@scalar("bit")
def bit(digits: str, length: int, is_explicit: int) -> str:
    return digits if length <= 0 else fit_bit(digits, length, is_explicit=bool(is_explicit))


@scalar("varbit")
def varbit(digits: str, length: int, is_explicit: int) -> str:
    return digits if length <= 0 else fit_varbit(digits, length, is_explicit=bool(is_explicit))


def _from_integer(number: int, length: int) -> str:
    """Return the last bits of two's complement, the sign repeated before them."""
    length = 1 if length <= 0 else length
    return f"{number & (1 << length) - 1:0{length}b}"


@scalar("bitfromint4")
def bitfromint4(number: int, length: int) -> str:
    return _from_integer(number, length)


@scalar("bitfromint8")
def bitfromint8(number: int, length: int) -> str:
    return _from_integer(number, length)


def _to_integer(digits: str, bits: int, name: str) -> int:
    if len(digits) > bits:
        raise NumericValueOutOfRange(f"{name} out of range")
    number = int(digits or "0", 2)
    return number - (1 << bits) if number >> bits - 1 else number


@scalar("bittoint4")
def bittoint4(digits: str) -> int:
    return _to_integer(digits, _INT4, "integer")


@scalar("bittoint8")
def bittoint8(digits: str) -> int:
    return _to_integer(digits, _INT8, "bigint")
