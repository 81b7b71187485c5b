"""numeric: exact decimals with a display scale.

Three forms inside SQLite (base.py): decimal text for any value ('1.50', 'NaN'), a scaled integer for columns of up to 18 digits, a
packed BLOB for larger ones:

    byte 0        0 -Infinity, 1 negative, 2 zero or positive, 3 Infinity, 4 NaN
    bytes 1…n     the value times 10**scale, big-endian, n = ceil(precision / 2); of a negative one the complement

so that the order of the bytes is the order of the values. Binary wire form: base-10000 digits, as numeric_send has it.
Source: PostgreSQL 16 documentation 8.1.2; dsql-facts.md §4.3.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal

from borealis.errors import (
    InvalidBinaryRepresentation,
    InvalidParameterValue,
    InvalidTextRepresentation,
    NumericValueOutOfRange,
)
from borealis.types.base import (
    PLAIN,
    BinaryEncoder,
    FixedNumeric,
    PackedNumeric,
    Representation,
    Style,
    TextEncoder,
    Type,
    Value,
)
from borealis.types.integer import parse_integer

EXACT = Context(prec=400_000, rounding=ROUND_HALF_UP, Emin=-999_999, Emax=999_999, traps=[])
FIXED_PRECISION_MAX = 18
_PRECISION_MAX = 1_000
_SCALE_MAX = 16_383
_WEIGHT_MAX = 131_072
_HEADER = 4
_EXPONENT_END = 2**30
_EXPONENT_DIGITS_MAX = 100

_PLAIN_FORM = re.compile(r"(?:0|-?[1-9]\d{0,200})(?:\.\d{1,200})?", re.ASCII)
_NUMBER = re.compile(r"([+-]?)(\d+(?:_\d+)*)?(?:\.(\d+(?:_\d+)*)?)?(?:[eE]([+-]?\d+(?:_\d+)*))?", re.ASCII)
_SPECIAL = {
    "nan": "NaN",
    "infinity": "Infinity",
    "+infinity": "Infinity",
    "inf": "Infinity",
    "+inf": "Infinity",
    "-infinity": "-Infinity",
    "-inf": "-Infinity",
}
_WIRE_HEADER = struct.Struct("!HhHH")
_NEGATIVE, _NAN, _INFINITY, _MINUS_INFINITY = 0x4000, 0xC000, 0xD000, 0xF000
_INFINITY_SCALE = 0x20  # what PostgreSQL sends in the scale's place
_WIRE_SPECIAL = {_NAN: "NaN", _INFINITY: "Infinity", _MINUS_INFINITY: "-Infinity"}


def parse(text: str) -> str:
    """Return the Plain form of PostgreSQL's input. Raises 22P02 and 22003."""
    if _PLAIN_FORM.fullmatch(text):
        return text
    word = text.strip(" \t\n\r\v\f")
    special = _SPECIAL.get(word.lower())
    if special is not None:
        return special
    found = _NUMBER.match(word)
    if found and (found[2] or found[3]):
        exponent = _exponent(found[4] or "0")
        if found.end() == len(word):
            whole, fraction = (found[2] or "").replace("_", ""), (found[3] or "").replace("_", "")
            return _plain(found[1] == "-", whole, fraction, exponent)
    integer = parse_integer(word)
    if integer is None:
        raise InvalidTextRepresentation(f'invalid input syntax for type numeric: "{text}"')
    # Not str: it refuses integers of many digits.
    return _plain(integer < 0, format(EXACT.create_decimal(abs(integer)), "f"), "", 0)


def _exponent(text: str) -> int:
    digits = text.replace("_", "")
    if len(digits) > _EXPONENT_DIGITS_MAX or abs(int(digits)) >= _EXPONENT_END:
        raise _overflow()
    return int(digits)


def _plain(negative: bool, whole: str, fraction: str, exponent: int) -> str:
    scale = max(0, len(fraction) - exponent)
    digits = whole + fraction
    point = len(whole) + exponent
    if not digits.strip("0"):
        negative = False
    elif point - (len(digits) - len(digits.lstrip("0"))) > _WEIGHT_MAX:
        raise _overflow()
    if scale > _SCALE_MAX:
        raise _overflow()
    if point <= 0:
        integral, fractional = "0", "0" * -point + digits
    elif point >= len(digits):
        integral, fractional = digits + "0" * (point - len(digits)), ""
    else:
        integral, fractional = digits[:point], digits[point:]
    integral = integral.lstrip("0") or "0"
    text = f"{integral}.{fractional}" if scale else integral
    return "-" + text if negative else text


def _overflow() -> NumericValueOutOfRange:
    return NumericValueOutOfRange("value overflows numeric format")


def typmod_of(precision: int, scale: int) -> int:
    return ((precision << 16) | (scale & 0x7FF)) + _HEADER


def precision_and_scale(typmod: int) -> tuple[int, int]:
    packed = typmod - _HEADER
    scale = packed & 0x7FF
    return packed >> 16, scale - 0x800 if scale & 0x400 else scale


def apply_typmod(text: str, typmod: int) -> str:
    """Round to the declared scale, half away from zero, and hold to the declared precision.

    Raises: NumericValueOutOfRange 22003, "numeric field overflow", with PostgreSQL's DETAIL.
    """
    if typmod < 0 or text == "NaN":
        return text
    precision, scale = precision_and_scale(typmod)
    if text.endswith("Infinity"):
        raise _field_overflow(precision, scale, "hold an infinite value")
    rounded = Decimal(text).quantize(Decimal(1).scaleb(-scale), context=EXACT)
    if rounded and rounded.adjusted() >= precision - scale:
        power = "" if precision == scale else f"10^{precision - scale}"
        raise _field_overflow(precision, scale, f"round to an absolute value less than {power or '1'}")
    return _decimal_text(rounded if scale >= 0 else rounded.quantize(Decimal(1), context=EXACT))


def _field_overflow(precision: int, scale: int, must: str) -> NumericValueOutOfRange:
    word = "cannot" if must.startswith("hold") else "must"
    return NumericValueOutOfRange(
        "numeric field overflow", detail=f"A field with precision {precision}, scale {scale} {word} {must}."
    )


def _decimal_text(value: Decimal) -> str:
    text = format(value, "f")
    return text[1:] if text.startswith("-") and not value else text


def stored_representation(typmod: int) -> Representation:
    """Return how a column of this typmod stands; a negative scale counts as digits before the point."""
    if typmod < 0:
        return PLAIN
    precision, scale = precision_and_scale(typmod)
    if scale < 0:
        precision, scale = precision - scale, 0
    if max(precision, scale) <= FIXED_PRECISION_MAX:
        return FixedNumeric(scale, 10**precision - 1)
    return PackedNumeric(precision, scale)


def fixed_text(value: int, scale: int) -> str:
    """Return the decimal text of a scaled integer."""
    if scale == 0:
        return str(value)
    digits = str(abs(value)).rjust(scale + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"


def pack(text: str, precision: int, scale: int) -> bytes:
    """Return the BLOB of a value of at most this precision and scale."""
    size = (precision + 1) // 2
    match text:
        case "NaN":
            return b"\4" + bytes(size)
        case "Infinity":
            return b"\3" + bytes(size)
        case "-Infinity":
            return b"\0" + bytes(size)
    scaled = int(Decimal(text).scaleb(scale, EXACT).to_integral_value(ROUND_HALF_UP))
    if scaled < 0:
        complement: int = 256**size - 1 + scaled
        return b"\1" + complement.to_bytes(size, "big")
    return b"\2" + scaled.to_bytes(size, "big")


def unpack(data: bytes, precision: int, scale: int) -> str:
    match data[0]:
        case 0:
            return "-Infinity"
        case 3:
            return "Infinity"
        case 4:
            return "NaN"
        case 1:
            return fixed_text(int.from_bytes(data[1:], "big") + 1 - 256 ** (len(data) - 1), scale)
    return fixed_text(int.from_bytes(data[1:], "big"), scale)


def to_wire(text: str) -> bytes:
    """Return the binary form of a Plain value."""
    for sign, special in _WIRE_SPECIAL.items():
        if text == special:
            return _WIRE_HEADER.pack(0, 0, sign, 0 if sign == _NAN else _INFINITY_SCALE)
    negative = text.startswith("-")
    whole, _, fraction = text.lstrip("-").partition(".")
    scale = len(fraction)
    whole = whole.rjust(-(-len(whole) // 4) * 4, "0")
    fraction = fraction.ljust(-(-scale // 4) * 4, "0")
    groups = [int((whole + fraction)[n : n + 4]) for n in range(0, len(whole) + len(fraction), 4)]
    weight = len(whole) // 4 - 1
    while groups and groups[0] == 0:
        del groups[0]
        weight -= 1
    while groups and groups[-1] == 0:
        del groups[-1]
    if not groups:
        weight, negative = 0, False
    return _WIRE_HEADER.pack(len(groups), weight, _NEGATIVE if negative else 0, scale) + struct.pack(
        f"!{len(groups)}H", *groups
    )


def fixed_to_wire(scale: int) -> Callable[[Value], bytes]:
    """Return the function that gives the binary form of an integer scaled by 10**scale."""
    shift = 10 ** (-scale % 4)
    fraction_groups = -(-scale // 4)
    layouts = [struct.Struct(f"!HhHH{count}H") for count in range(8)]

    def encode(value: Value) -> bytes:
        rest: int = value * shift
        sign = 0
        if rest < 0:
            rest, sign = -rest, _NEGATIVE
        groups: list[int] = []
        weight = -fraction_groups - 1
        while rest:
            rest, group = divmod(rest, 10_000)
            weight += 1
            if group or groups:
                groups.append(group)
        groups.reverse()
        return layouts[len(groups)].pack(len(groups), weight if groups else 0, sign, scale, *groups)

    return encode


def from_wire(data: bytes) -> str:
    """Read the binary form. Raises InvalidBinaryRepresentation 22P03."""
    if len(data) < _WIRE_HEADER.size:
        raise InvalidBinaryRepresentation("insufficient data left in message")
    count, weight, sign, scale = _WIRE_HEADER.unpack_from(data)
    if len(data) != _WIRE_HEADER.size + 2 * count:
        raise InvalidBinaryRepresentation("incorrect binary data format")
    if sign in _WIRE_SPECIAL:
        return _WIRE_SPECIAL[sign]
    if sign not in (0, _NEGATIVE):
        raise InvalidBinaryRepresentation('invalid sign in external "numeric" value')
    if scale & 0x3FFF != scale:
        raise InvalidBinaryRepresentation('invalid scale in external "numeric" value')
    groups = struct.unpack_from(f"!{count}H", data, _WIRE_HEADER.size)
    if any(group > 9_999 for group in groups):
        raise InvalidBinaryRepresentation('invalid digit in external "numeric" value')
    digits = "".join(f"{group:04d}" for group in groups)
    point = 4 * (weight + 1)
    if point < 0:
        digits, point = "0" * -point + digits, 0
    digits = digits.ljust(point + scale, "0")
    whole, fraction = digits[:point].lstrip("0") or "0", digits[point : point + scale]
    text = f"{whole}.{fraction}" if scale else whole
    return "-" + text if sign == _NEGATIVE and text.strip("0.") else text


class Numeric(Type):
    affinity = "BLOB"
    storable = True
    indexable = True

    def decode_text(self, text: str, style: Style) -> str:
        return parse(text)

    def encode_text(self, value: Value, style: Style) -> str:
        return str(value)

    def decode_binary(self, data: bytes) -> str:
        return from_wire(data)

    def encode_binary(self, value: Value) -> bytes:
        return to_wire(str(value))

    def text_encoder(self, style: Style, representation: Representation = PLAIN) -> TextEncoder:
        match representation:
            case FixedNumeric(scale=0):
                return b"%d".__mod__
            case FixedNumeric(scale=scale):
                return lambda value: fixed_text(value, scale).encode()  # type: ignore[arg-type]
            case PackedNumeric(precision=precision, scale=scale):
                return lambda value: unpack(value, precision, scale).encode()  # type: ignore[arg-type]
        return lambda value: str(value).encode()

    def binary_encoder(self, representation: Representation = PLAIN) -> BinaryEncoder:
        match representation:
            case FixedNumeric(scale=scale):
                return fixed_to_wire(scale)
            case PackedNumeric(precision=precision, scale=scale):
                return lambda value: to_wire(unpack(value, precision, scale))  # type: ignore[arg-type]
        return self.encode_binary

    def typmod_in(self, modifiers: list[int]) -> int:
        if len(modifiers) not in (1, 2):
            raise InvalidParameterValue("invalid NUMERIC type modifier")
        precision, scale = (*modifiers, 0)[:2]
        if not 1 <= precision <= _PRECISION_MAX:
            raise InvalidParameterValue(
                f"NUMERIC precision {precision} must be between 1 and {_PRECISION_MAX}"
            )
        if not -_PRECISION_MAX <= scale <= _PRECISION_MAX:
            raise InvalidParameterValue(
                f"NUMERIC scale {scale} must be between -{_PRECISION_MAX} and {_PRECISION_MAX}"
            )
        return typmod_of(precision, scale)

    def typmod_text(self, typmod: int) -> str:
        if typmod < 0:
            return ""
        precision, scale = precision_and_scale(typmod)
        return f"({precision},{scale})"
