"""Why a text is no date, time or interval: what its readers raise, and the SQL error each becomes.

Refusal
├─ Malformed               22007  invalid input syntax for type …
├─ FieldOverflow           22008  date/time field value out of range
│  └─ MonthDayOverflow     22008  the same, with a hint at DateStyle: day and month may be swapped
├─ IntervalOverflow        22015  interval field value out of range
├─ DisplacementOverflow    22009  time zone displacement out of range
└─ UnknownZone             22023  time zone … not recognized
"""

from __future__ import annotations

from borealis.errors import (
    DatetimeFieldOverflow,
    IntervalFieldOverflow,
    InvalidDatetimeFormat,
    InvalidParameterValue,
    InvalidTimeZoneDisplacement,
    SqlError,
)


class Refusal(Exception):
    def error(self, text: str, type_name: str) -> SqlError:
        """Return the error a client sees, about a text meant as a value of the type."""
        raise NotImplementedError


class Malformed(Refusal):
    def error(self, text: str, type_name: str) -> SqlError:
        return InvalidDatetimeFormat(f'invalid input syntax for type {type_name}: "{text}"')


class FieldOverflow(Refusal):
    def error(self, text: str, type_name: str) -> SqlError:
        return DatetimeFieldOverflow(f'date/time field value out of range: "{text}"')


class MonthDayOverflow(FieldOverflow):
    def error(self, text: str, type_name: str) -> SqlError:
        error = super().error(text, type_name)
        error.hint = 'Perhaps you need a different "datestyle" setting.'
        return error


class IntervalOverflow(Refusal):
    def error(self, text: str, type_name: str) -> SqlError:
        return IntervalFieldOverflow(f'interval field value out of range: "{text}"')


class DisplacementOverflow(Refusal):
    def error(self, text: str, type_name: str) -> SqlError:
        return InvalidTimeZoneDisplacement(f'time zone displacement out of range: "{text}"')


class UnknownZone(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def error(self, text: str, type_name: str) -> SqlError:
        return InvalidParameterValue(f'time zone "{self.name}" not recognized')
