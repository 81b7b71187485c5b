"""quote_ident, quote_literal, quote_nullable and format()."""

from __future__ import annotations

import re

from borealis.errors import InvalidParameterValue, NullValueNotAllowed, NumericValueOutOfRange
from borealis.functions.array.texts import texts
from borealis.functions.implementation import Context, scalar
from borealis.types.base import Value

_PLAIN_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*")

_KEYWORDS = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both
    case cast char character check coalesce collate collation column concurrently constraint create cross
    current_catalog current_date current_role current_schema current_time current_timestamp current_user dec
    decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign
    freeze from full grant greatest group grouping having ilike in initially inner inout int integer
    intersect interval into is isnull join json_array json_arrayagg json_object json_objectagg lateral
    leading least left like limit localtime localtimestamp national natural nchar none normalize not notnull
    null nullif numeric offset on only or order out outer overlaps overlay placing position precision
    primary real references returning right row select session_user setof similar smallint some substring
    symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique
    user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement
    xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
    """.split()  # noqa: SIM905 - a list of words reads better
)
"""PostgreSQL 16's keywords that are not unreserved: as an identifier they need quotes."""


@scalar("quote_ident")
def quote_ident(name: str) -> str:
    if _PLAIN_IDENTIFIER.fullmatch(name) and name not in _KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


@scalar("quote_literal")
def quote_literal(text: str) -> str:
    quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'"
    return f"E{quoted}" if "\\" in text else quoted


@scalar("quote_nullable", strict=False)
def quote_nullable(text: str | None) -> str:
    return "NULL" if text is None else quote_literal(text)


@scalar("text_format", strict=False)
def text_format(template: str | None, *args: str | None) -> Value:
    """format(template, VARIADIC any): arguments come as text. Specifiers are %[position$][flags][width]type."""
    return None if template is None else _Formatter(template, args).run()


@scalar("text_format_array", strict=False, context=True)
def text_format_array(context: Context, template: str | None, array: str | None, element: int) -> Value:
    """format(template, VARIADIC array): no array is no arguments."""
    return text_format(template, *(texts(array, element, context.style) if array is not None else ()))


_SPECIFIER = re.compile(r"(?:(\d+)\$)?(-*)(?:(\*)(?:(\d+)\$)?|(\d+))?")


class _Formatter:
    def __init__(self, template: str, args: tuple[str | None, ...]) -> None:
        self.template = template
        self.args = args
        self.next = 0  # ordinal of the argument taken next

    def run(self) -> str:
        out, position, template = [], 0, self.template
        while True:
            percent = template.find("%", position)
            if percent < 0:
                out.append(template[position:])
                return "".join(out)
            out.append(template[position:percent])
            position = percent + 1
            if template[position : position + 1] == "%":
                out.append("%")
                position += 1
                continue
            text, position = self._specifier(position)
            out.append(text)

    def _specifier(self, position: int) -> tuple[str, int]:
        found = _SPECIFIER.match(self.template, position)
        assert found is not None
        number, minus, star, star_number, width_text = found.groups()
        end = found.end()
        if end >= len(self.template):
            raise InvalidParameterValue(
                "unterminated format() type specifier", hint='For a single "%" use "%%".'
            )
        if number is not None and int(number) == 0:
            raise InvalidParameterValue("format specifies argument 0, but arguments are numbered from 1")
        width = self._width(star, star_number, width_text)
        kind = self.template[end]
        if kind not in "sIL":
            raise InvalidParameterValue(
                f'unrecognized format() type specifier "{kind}"', hint='For a single "%" use "%%".'
            )
        value = self._argument(int(number) if number else None)
        return _padded(_converted(kind, value), width, left=bool(minus)), end + 1

    def _argument(self, number: int | None) -> str | None:
        ordinal = self.next if number is None else number - 1
        self.next = ordinal + 1
        if ordinal >= len(self.args):
            raise InvalidParameterValue("too few arguments for format()")
        return self.args[ordinal]

    def _width(self, star: str | None, star_number: str | None, width: str | None) -> int:
        if star is None:
            return _int4(width) if width else 0
        if star_number is not None and int(star_number) == 0:
            raise InvalidParameterValue("format specifies argument 0, but arguments are numbered from 1")
        value = self._argument(int(star_number) if star_number else None)
        return 0 if value is None else _int4(value)


def _int4(text: str) -> int:
    number = int(text)
    if not -(2**31) <= number < 2**31:
        raise NumericValueOutOfRange("number is out of range")
    return number


def _converted(kind: str, value: str | None) -> str:
    if kind == "L":
        return quote_nullable(value)
    if kind == "I":
        if value is None:
            raise NullValueNotAllowed("null values cannot be formatted as an SQL identifier")
        return quote_ident(value)
    return value or ""


def _padded(text: str, width: int, *, left: bool) -> str:
    return text.ljust(abs(width)) if left or width < 0 else text.rjust(width)
