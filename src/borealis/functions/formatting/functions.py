"""What SQL calls: to_char, to_number, to_date, to_timestamp. An empty template shows nothing.

Of a date or time nothing is NULL, of a number an empty text; to_date of nothing is the first day of 1 BC.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

from borealis.errors import FeatureNotSupported
from borealis.functions.datetime.limits import checked_timestamp, is_infinite
from borealis.functions.datetime.moments import from_local
from borealis.functions.floats.values import to_python
from borealis.functions.formatting import datetime_writer, number_reader, number_writer
from borealis.functions.formatting.datetime_fields import interval_fields, timestamp_fields
from borealis.functions.formatting.datetime_patterns import datetime_template
from borealis.functions.formatting.datetime_reader import Read, Reader
from borealis.functions.formatting.datetime_settle import Settled, settle, settled_date, settled_offset
from borealis.functions.formatting.names import roman
from borealis.functions.formatting.number_template import NumberTemplate, number_template
from borealis.functions.implementation import Context, scalar
from borealis.functions.integers.ranges import INT4, INT8, IntegerType, checked
from borealis.functions.numeric.arithmetic import numeric_mul
from borealis.functions.numeric.decimals import EXACT
from borealis.functions.numeric.rounding import numeric_round
from borealis.types.base import Value
from borealis.types.calendar import DAY_US, SECOND_US
from borealis.types.interval import round_seconds, unpack
from borealis.types.zones import abbreviation_at, offset_at

_FLOAT4_DIGITS, _FLOAT8_DIGITS = 6, 15


@scalar("timestamp_to_char")
def timestamp_to_char(timestamp: int, template: str) -> Value:
    if not template or is_infinite(timestamp):
        return None
    return datetime_writer.write(datetime_template(template), timestamp_fields(timestamp))


@scalar("timestamptz_to_char", context=True)
def timestamptz_to_char(context: Context, timestamp: int, template: str) -> Value:
    if not template or is_infinite(timestamp):
        return None
    zone = context.style.time_zone
    fields = timestamp_fields(timestamp, offset_at(zone, timestamp), abbreviation_at(zone, timestamp))
    return datetime_writer.write(datetime_template(template), fields)


@scalar("interval_to_char")
def interval_to_char(interval: bytes, template: str) -> Value:
    if not template:
        return None
    return datetime_writer.write(datetime_template(template), interval_fields(*unpack(interval)))


def _read(text: str, template: str) -> tuple[Read, Settled]:
    read = Reader(datetime_template(template), text).read()
    return read, settle(read, text)


@scalar("to_date")
def to_date(text: str, template: str) -> int:
    return settled_date(_read(text, template)[1], text)


@scalar("to_timestamp", context=True)
def to_timestamp(context: Context, text: str, template: str) -> int:
    read, settled = _read(text, template)
    local = settled.days * DAY_US + settled.time_us
    if read.zone_sign:
        timestamp = checked_timestamp(local - settled_offset(read, text) * SECOND_US)
    else:
        timestamp = from_local(context.style.time_zone, local)
    return round_seconds(timestamp, read.fraction_digits) if read.fraction_digits else timestamp


@scalar("numeric_to_number")
def numeric_to_number(text: str, template: str) -> Value:
    if not template:
        return None
    found = number_template(template)
    number = number_reader.read(found, text)
    if not found.has_multiplier:
        return number
    return numeric_mul(number, _power_of_ten(-found.multiplied))


def _power_of_ten(exponent: int) -> str:
    """Return 10**exponent with the digits PostgreSQL's power() shows."""
    from borealis.functions.numeric.powers import numeric_power

    return str(numeric_power("10", str(exponent)))


@scalar("numeric_to_char")
def numeric_to_char(value: str, template: str) -> Value:
    found = number_template(template)
    if found.is_roman:
        return number_writer.write_roman(found, roman(_to_int4(value)))
    if found.is_scientific:
        return _scientific(Decimal(value), found)
    if found.has_multiplier:
        value = numeric_mul(value, str(10**found.multiplied))
    return _write(_widened(found), numeric_round(value, found.behind))


def _to_int4(value: str) -> int:
    number = Decimal(value)
    if not number.is_finite():
        word = "NaN" if number.is_nan() else "infinity"
        raise _cannot_convert(word)
    return checked(int(numeric_round(value, 0)), INT4)


def _cannot_convert(word: str) -> Exception:
    return FeatureNotSupported(f"cannot convert {word} to integer")


def _widened(template: NumberTemplate) -> NumberTemplate:
    """V makes room for the digits it moves before the point."""
    if not template.has_multiplier:
        return template
    return replace(template, before=template.before + template.multiplied)


def _write(template: NumberTemplate, number: str) -> str:
    return number_writer.write(template, number.removeprefix("-"), is_negative=number.startswith("-"))


def _scientific(value: Decimal, template: NumberTemplate) -> str:
    if not value.is_finite():
        return _no_number(template)
    digits = template.behind
    if not value:
        return f" {0:.{digits}f}e+00"
    exponent = value.adjusted()
    # 9.99 rounded to a digit is 10e+00, in PostgreSQL too.
    significand = EXACT.quantize(value.scaleb(-exponent, EXACT), Decimal(1).scaleb(-digits))
    text = f"{significand}e{exponent:+03d}"
    return text if text.startswith("-") else " " + text


def _no_number(template: NumberTemplate) -> str:
    """Return what is shown of a NaN or an infinity in scientific form."""
    text = "#" * (template.before + template.behind + 6)
    return " " + text[1 : template.before + 1] + "." + text[template.before + 2 :]


def _integer_to_char(value: int, template: str, type_: IntegerType) -> str:
    found = number_template(template)
    if found.is_roman:
        return number_writer.write_roman(found, roman(checked(value, INT4)))
    if found.is_scientific:
        if type_ is INT8:
            return _scientific(Decimal(value), found)
        text = f"{float(value):+.{found.behind}e}"
        return text.replace("+", " ", 1) if text.startswith("+") else text
    if found.has_multiplier:
        value = checked(value * 10**found.multiplied, type_)
    decimals = "." + "0" * found.behind if found.behind else ""
    return _write(_widened(found), str(value) + decimals)


@scalar("int4_to_char")
def int4_to_char(value: int, template: str) -> Value:
    return _integer_to_char(value, template, INT4)


@scalar("int8_to_char")
def int8_to_char(value: int, template: str) -> Value:
    return _integer_to_char(value, template, INT8)


def _float_to_char(value: Value, template: str, digits_max: int) -> str:
    found = number_template(template)
    number = to_python(value)
    if found.is_roman:
        return number_writer.write_roman(found, roman(_rounded_int(number)))
    if found.is_scientific:
        if not math.isfinite(number):
            return _no_number(found)
        text = f"{number:+.{found.behind}e}"
        return text.replace("+", " ", 1) if text.startswith("+") else text
    return _write_float(found, number, digits_max)


def _rounded_int(number: float) -> int:
    if not math.isfinite(number) or abs(number) >= 2**31:
        return 0  # has no Roman form either
    return round(number)


def _write_float(template: NumberTemplate, number: float, digits_max: int) -> str:
    """Show no more digits than the type is sure of."""
    if template.has_multiplier:
        number *= float(f"1e{template.multiplied}")  # infinite where ** would raise
        template = _widened(template)
    if not math.isfinite(number):
        word = "NaN" if math.isnan(number) else "Infinity"
        limited = _limited(template, digits_max - len(word))
        return _write(limited, f"-{word}" if number < 0 else word)
    limited = _limited(template, digits_max - len(f"{abs(number):.0f}"))
    return _write(limited, f"{number:.{limited.behind}f}")


def _limited(template: NumberTemplate, behind_max: int) -> NumberTemplate:
    return replace(template, behind=max(min(template.behind, behind_max), 0))


@scalar("float4_to_char")
def float4_to_char(value: Value, template: str) -> Value:
    return _float_to_char(value, template, _FLOAT4_DIGITS)


@scalar("float8_to_char")
def float8_to_char(value: Value, template: str) -> Value:
    return _float_to_char(value, template, _FLOAT8_DIGITS)
