"""Rounding of numerics: round, trunc, ceil, floor, and the coercion to numeric(p,s).

On scaled integers these are divisions by a power of ten, which truncate towards zero in SQLite as in C:

    round half away from zero   (x + sign * d/2) / d          floor   (x - (d-1 if x < 0)) / d
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal

from borealis.errors import FeatureNotSupported, NumericValueOutOfRange
from borealis.functions.implementation import Sql, emitter, scalar
from borealis.functions.numeric import decimals
from borealis.functions.numeric.emitters import in_python
from borealis.functions.numeric.representation import INT8_MAX, as_fixed, fixed, is_cheap, rescaled, to_plain
from borealis.types.base import FixedNumeric
from borealis.types.base import Value as SqlValue

_PRECISION_FIXED_MAX = 18


def rounded(text: str, own: int, bound: int, scale: int) -> tuple[str, int] | None:
    """Return (text, bound) of a scaled integer rounded half away from zero to a smaller scale."""
    if scale >= own:
        return text, bound
    divisor = 10 ** (own - scale)
    half = divisor // 2
    if not is_cheap(text) or bound + half > INT8_MAX:
        return None
    return f"(({text} + CASE WHEN {text} < 0 THEN -{half} ELSE {half} END) / {divisor})", (
        bound + half
    ) // divisor


def _known(sql: Sql) -> tuple[str, int, int] | None:
    known = as_fixed(sql)
    if known is None or not isinstance(known.representation, FixedNumeric):
        return None
    return known.text, known.representation.scale, known.representation.bound


def _scale_argument(args: tuple[Sql, ...]) -> int | None:
    """Return the number of places asked for, where it is known and a scale an integer can have."""
    if len(args) == 1:
        return 0
    places = args[1].constant
    return places if isinstance(places, int) and 0 <= places <= _PRECISION_FIXED_MAX else None


@emitter("numeric_round")
def emit_round(args: tuple[Sql, ...]) -> Sql:
    known, scale = _known(args[0]), _scale_argument(args)
    if known is not None and scale is not None:
        made = rescaled(known, scale) if scale > known[1] else rounded(*known, scale)
        if made is not None:
            return fixed(made[0], scale, made[1])
    return Sql(f"pg_numeric_round({to_plain(args[0]).text}, {args[1].text if len(args) > 1 else 0})")


@emitter("numeric_trunc")
def emit_trunc(args: tuple[Sql, ...]) -> Sql:
    known, scale = _known(args[0]), _scale_argument(args)
    if known is not None and scale is not None:
        if scale > known[1]:
            made = rescaled(known, scale)
        else:
            divisor = 10 ** (known[1] - scale)
            made = (known[0] if divisor == 1 else f"({known[0]} / {divisor})"), known[2] // divisor
        if made is not None:
            return fixed(made[0], scale, made[1])
    return Sql(f"pg_numeric_trunc({to_plain(args[0]).text}, {args[1].text if len(args) > 1 else 0})")


# round(x) and trunc(x) are SQL functions over these, with 0 places.
emitter("round(numeric)")(emit_round)
emitter("trunc(numeric)")(emit_trunc)


@emitter("numeric_floor")
def emit_floor(args: tuple[Sql, ...]) -> Sql:
    return _towards(args, "numeric_floor", "<", "-")


@emitter("numeric_ceil")
def emit_ceil(args: tuple[Sql, ...]) -> Sql:
    return _towards(args, "numeric_ceil", ">", "+")


def _towards(args: tuple[Sql, ...], name: str, test: str, sign: str) -> Sql:
    known = _known(args[0])
    if known is None or not is_cheap(known[0]):
        return in_python(name, args)
    text, scale, bound = known
    divisor = 10**scale
    if bound + divisor > INT8_MAX:
        return in_python(name, args)
    if scale == 0:
        return fixed(text, 0, bound)
    return fixed(
        f"(({text} {sign} CASE WHEN {text} {test} 0 THEN {divisor - 1} ELSE 0 END) / {divisor})",
        0,
        bound // divisor + 1,
    )


@scalar("numeric_round")
def numeric_round(value: str, places: int) -> str:
    number = Decimal(value)
    if not number.is_finite():
        return value
    # PostgreSQL clamps the places to what a numeric can have; one more in front leaves nothing that rounds up.
    places = max(min(places, decimals.SCALE_MAX), -decimals.DIGITS_MAX - 1)
    return decimals.text(_at(number, places, None))


@scalar("numeric_trunc")
def numeric_trunc(value: str, places: int) -> str:
    number = Decimal(value)
    if not number.is_finite():
        return value
    places = max(min(places, decimals.SCALE_MAX), -decimals.DIGITS_MAX)
    return decimals.text(_at(number, places, ROUND_DOWN))


def _at(number: Decimal, places: int, rounding: str | None) -> Decimal:
    """Return the number rounded to places, negative ones before the point; the display scale is never negative."""
    result = number.quantize(Decimal((0, (1,), -places)), rounding=rounding, context=decimals.EXACT)
    return decimals.scaled(result, 0) if places < 0 else result


@scalar("numeric_floor")
def numeric_floor(value: str) -> str:
    return _integral(value, ROUND_FLOOR)


@scalar("numeric_ceil")
def numeric_ceil(value: str) -> str:
    return _integral(value, ROUND_CEILING)


def _integral(value: str, rounding: str) -> str:
    number = Decimal(value)
    return value if not number.is_finite() else decimals.text(_at(number, 0, rounding))


# numeric(p,s)


def precision_and_scale(typmod: int) -> tuple[int, int]:
    """Return p and s of a type modifier; a scale may be negative, or above the precision."""
    packed = typmod - 4
    return packed >> 16 & 0xFFFF, ((packed & 0x7FF) ^ 1024) - 1024


@emitter("numeric")
def coerce_length(args: tuple[Sql, ...]) -> Sql:
    """numeric(numeric, typmod)."""
    typmod = args[1].constant
    if not isinstance(typmod, int):
        return in_python_typmod(args)
    if typmod < 4:
        return args[0]
    precision, scale = precision_and_scale(typmod)
    if precision > _PRECISION_FIXED_MAX or not 0 <= scale <= _PRECISION_FIXED_MAX:
        return in_python_typmod(args)
    limit = 10**precision
    known = _known(args[0])
    if known is None:
        if isinstance(args[0].constant, str) and not Decimal(args[0].constant).is_finite():
            return in_python_typmod(args)
        return fixed(f"pg_numeric_to_fixed({to_plain(args[0]).text}, {precision}, {scale})", scale, limit - 1)
    made = rescaled(known, scale) if scale >= known[1] else rounded(*known, scale)
    if made is None:
        return fixed(f"pg_fixed_to_fixed({known[0]}, {known[1]}, {precision}, {scale})", scale, limit - 1)
    text, bound = made
    if bound < limit:
        return fixed(text, scale, bound)
    if is_cheap(text):
        text = f"(CASE WHEN {text} NOT BETWEEN {1 - limit} AND {limit - 1} THEN pg_raise_field_overflow({precision}, {scale}) ELSE {text} END)"
    else:
        text = f"pg_fixed_to_fixed({text}, {scale}, {precision}, {scale})"
    return fixed(text, scale, limit - 1)


def in_python_typmod(args: tuple[Sql, ...]) -> Sql:
    return Sql(f"pg_numeric({to_plain(args[0]).text}, {args[1].text})")


def field_overflow(precision: int, scale: int) -> NumericValueOutOfRange:
    power = f"10^{precision - scale}" if precision != scale else "1"
    return NumericValueOutOfRange(
        "numeric field overflow",
        detail=f"A field with precision {precision}, scale {scale} must round to an absolute value less than {power}.",
    )


def coerced(number: Decimal, precision: int, scale: int) -> Decimal:
    """Return a number as numeric(p,s) holds it; NaN passes, infinity does not."""
    if not number.is_finite():
        if number.is_nan():
            return number
        raise NumericValueOutOfRange(
            "numeric field overflow",
            detail=f"A field with precision {precision}, scale {scale} cannot hold an infinite value.",
        )
    result = _at(number, scale, None)
    if result and result.adjusted() >= precision - scale:
        raise field_overflow(precision, scale)
    return result


@scalar("numeric")
def numeric(value: str, typmod: int) -> str:
    if typmod < 4:
        return value
    return decimals.text(coerced(Decimal(value), *precision_and_scale(typmod)))


@scalar("numeric_to_fixed")
def numeric_to_fixed(value: str, precision: int, scale: int) -> int:
    number = coerced(Decimal(value), precision, scale)
    if number.is_nan():
        raise FeatureNotSupported("NaN as numeric with a precision of 18 or less not supported")
    return int(number.scaleb(scale, decimals.EXACT))


@scalar("fixed_to_fixed")
def fixed_to_fixed(value: int, own: int, precision: int, scale: int) -> int:
    number = coerced(Decimal(value).scaleb(-own, decimals.EXACT), precision, scale)
    return int(number.scaleb(scale, decimals.EXACT))


@scalar("raise_field_overflow", deterministic=False)
def raise_field_overflow(precision: int, scale: int) -> SqlValue:
    raise field_overflow(precision, scale)
