"""The three forms of a numeric inside SQLite, and the ways between them.

    FixedNumeric(scale, bound)   a scaled integer: native arithmetic, while bounds prove that int64 cannot overflow
    Plain                        decimal text: anything, through Python
    PackedNumeric(p, s)          an order-preserving BLOB, as stored: read and written here only

A bound of 2**63 (an int8 as numeric) may be compared and converted; every sum's and product's bound then exceeds the
limit, so nothing native is computed from it. NaN and infinities are never FixedNumeric.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from borealis.errors import FeatureNotSupported
from borealis.functions.implementation import Sql, scalar
from borealis.functions.numeric import decimals
from borealis.types.base import PLAIN, FixedNumeric, PackedNumeric, Representation, Value

INT8_MAX = 2**63 - 1
_CHEAP_LENGTH_MAX = 160


def fixed(text: str, scale: int, bound: int) -> Sql:
    return Sql(text, FixedNumeric(scale, bound))


def constant(value: Value) -> Sql | None:
    """Return a literal numeric as a scaled integer, if it is finite and fits."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        return None
    number = Decimal(value)
    scale = decimals.scale_of(number)
    unscaled = int(number.scaleb(scale, decimals.EXACT))
    return fixed(str(unscaled), scale, abs(unscaled)) if abs(unscaled) <= INT8_MAX else None


_DECIMAL = re.compile(r"-?\d{1,19}(\.\d{1,19})?")


def as_fixed(sql: Sql) -> Sql | None:
    """Return the expression as a scaled integer, if it is one or a constant that can be."""
    if isinstance(sql.representation, FixedNumeric):
        return sql
    return constant(sql.constant) if sql.constant is not None else None


def both_fixed(args: Sequence[Sql]) -> list[tuple[str, int, int]] | None:
    """Return (text, scale, bound) of each argument, if all are scaled integers."""
    found = []
    for arg in args:
        known = as_fixed(arg)
        if known is None or not isinstance(known.representation, FixedNumeric):
            return None
        found.append((known.text, known.representation.scale, known.representation.bound))
    return found


def unproved(sql: Sql) -> tuple[str, int] | None:
    """Return (text, scale) of a scaled integer that is a REAL where int64 does not hold it."""
    known = as_fixed(sql)
    if known is not None and isinstance(known.representation, FixedNumeric):
        return known.text, known.representation.scale
    return sql.unproved


def rescaled(sql: tuple[str, int, int], scale: int) -> tuple[str, int] | None:
    """Return (text, bound) at a larger scale, None if that may overflow."""
    text, own, bound = sql
    factor = 10 ** (scale - own)
    if bound * factor > INT8_MAX:
        return None
    if factor == 1:
        return text, bound
    return (str(int(text) * factor) if _INTEGER.fullmatch(text) else f"({text} * {factor})"), bound * factor


_INTEGER = re.compile(r"-?\d+")


def is_cheap(text: str) -> bool:
    """Whether an expression may be written twice: short, native, and without a subquery.

    Text that is written twice at each level doubles with depth; the length bounds it.
    """
    return (
        len(text) <= _CHEAP_LENGTH_MAX and "SELECT" not in text and "pg_" not in text.replace("pg_raise_", "")
    )


def to_plain(sql: Sql) -> Sql:
    """Return decimal text."""
    match sql.representation:
        case FixedNumeric(scale=scale):
            if scale == 0:
                return Sql(f"CAST({sql.text} AS TEXT)")
            return Sql(f"pg_fixed_text({sql.text}, {scale})")
        case PackedNumeric(precision=precision, scale=scale):
            return Sql(f"pg_packed_text({sql.text}, {precision}, {scale})")
    return sql


def unified(operands: Sequence[Sql]) -> tuple[list[str], Representation]:
    """Return the operands' texts in one representation that keeps each one's display scale; NULL fits any."""
    known = [sql for sql in operands if sql.text != "NULL"]
    kinds = {sql.representation for sql in known}
    if len(kinds) > 1 and all(isinstance(kind, FixedNumeric) for kind in kinds):
        found = [kind for kind in kinds if isinstance(kind, FixedNumeric)]
        if len({kind.scale for kind in found}) == 1:
            return [sql.text for sql in operands], FixedNumeric(
                found[0].scale, max(kind.bound for kind in found)
            )
    if len(kinds) <= 1:
        return [sql.text for sql in operands], next(iter(kinds), PLAIN)
    return [to_plain(sql).text for sql in operands], PLAIN


def store(sql: Sql, wanted: Representation) -> Sql:
    """Return the expression as a column stores it; the value was coerced to the column's precision and scale before."""
    have = sql.representation
    if have == wanted or sql.text == "NULL":
        return Sql(sql.text, wanted)
    match wanted:
        case FixedNumeric(scale=scale):
            known = as_fixed(sql)
            if known is not None and isinstance(known.representation, FixedNumeric):
                if known.representation.scale <= scale:
                    grown = rescaled(
                        (known.text, known.representation.scale, known.representation.bound), scale
                    )
                    if grown is not None:
                        return Sql(grown[0], wanted)
            return Sql(f"pg_scaled_numeric({to_plain(sql).text}, {scale})", wanted)
        case PackedNumeric(precision=precision, scale=scale):
            return Sql(f"pg_packed_numeric({to_plain(sql).text}, {precision}, {scale})", wanted)
    return to_plain(sql)


def load(text: str, stored: Representation) -> Sql:
    """Return a stored column as an expression: packed ones leave storage as decimal text when they are computed with."""
    return Sql(text, stored)


@scalar("fixed_text")
def fixed_text(value: int, scale: int) -> str:
    """Return the decimal text of a scaled integer; the scale is above 0."""
    digits = str(value) if value >= 0 else str(-value)
    if len(digits) <= scale:
        digits = digits.rjust(scale + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"


@scalar("scaled_numeric")
def scaled_numeric(value: str, scale: int) -> int:
    number = Decimal(value)
    if not number.is_finite():
        raise FeatureNotSupported(
            f"{value} in a column of type numeric(p,s) with a precision of 18 or less not supported"
        )
    return int(decimals.scaled(number, scale).scaleb(scale, decimals.EXACT))


@scalar("packed_text")
def packed_text(value: bytes, precision: int, scale: int) -> str:
    from borealis.types import numeric

    return numeric.unpack(value, precision, scale)


@scalar("packed_numeric")
def packed_numeric(value: str, precision: int, scale: int) -> bytes:
    from borealis.types import numeric

    return numeric.pack(value, precision, scale)


# A Plain operand of a comparison with a scaled integer becomes the number the integer is compared with. It is computed
# once a statement where it is a parameter, and leaves the comparison native, so that an index can serve it.


def _boundary(value: str, scale: int) -> Decimal | float | str:
    number = Decimal(value)
    if number.is_finite():
        return number.scaleb(scale, decimals.EXACT)
    return "NaN" if number.is_nan() else float(number)


def _in_range(number: int) -> int | float:
    return number if -INT8_MAX - 1 <= number <= INT8_MAX else float("inf") if number > 0 else float("-inf")


@scalar("numeric_ceil_at")
def numeric_ceil_at(value: str, scale: int) -> Value:
    """Return the least scaled integer that is not below the value: x < value where x < it, x >= value where x >= it."""
    number = _boundary(value, scale)
    return _in_range(-int((-number).__floor__())) if isinstance(number, Decimal) else number


@scalar("numeric_floor_at")
def numeric_floor_at(value: str, scale: int) -> Value:
    """Return the greatest scaled integer that is not above the value: x > value where x > it, x <= value where x <= it."""
    number = _boundary(value, scale)
    return _in_range(number.__floor__()) if isinstance(number, Decimal) else number


@scalar("numeric_exactly_at")
def numeric_exactly_at(value: str, scale: int) -> Value:
    """Return the scaled integer that equals the value, or a half, which no integer equals."""
    number = _boundary(value, scale)
    if not isinstance(number, Decimal):
        return number
    return _in_range(int(number)) if number == number.to_integral_value() else 0.5
