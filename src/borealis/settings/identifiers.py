"""Identifiers in texts: lists as settings have them, `a, "B c"`, and qualified names, `a."B c"`.

Source: PostgreSQL's SplitIdentifierString and quote_identifier, by observation (tests/unit/settings_recorded.jsonl).
"""

from __future__ import annotations

import re

from borealis.errors import InvalidName, InvalidParameterValue

_ELEMENT = re.compile(r'[ \t\n\r\f\v]*(?:"((?:[^"]|"")*)"|([^",\s]+))[ \t\n\r\f\v]*(,|$)')
_PART = re.compile(r'[ \t\n\r\f\v]*(?:"((?:[^"]|"")*)"|([^".\s][^.\s]*))[ \t\n\r\f\v]*(\.|$)')
_SAFE = re.compile(r"[a-z_][a-z0-9_]*")
_IDENTIFIER_BYTES_MAX = 63

_RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric async authorization between bigint binary bit boolean both case
    cast char character check coalesce collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
    desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
    grouping having ilike in initially inner inout int integer intersect interval into is isnull join json_array
    json_arrayagg json_object json_objectagg lateral leading least left like limit localtime localtimestamp national
    natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
    placing position precision primary real references returning right row select session_user setof similar smallint
    some substring symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique
    user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists
    xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
    """.split()  # noqa: SIM905 - a list of 140 lines says no more
)
"""Keywords that quote_identifier quotes: all but the unreserved, with DSQL's ASYNC (dsql-facts.md §4.1)."""


def split_identifiers(text: str) -> list[str] | None:
    """Return the names of a comma-separated list, unquoted ones in lower case; None if it is not such a list."""
    if not text.strip(" \t\n\r\f\v"):
        return []
    names = []
    at = 0
    while True:
        match = _ELEMENT.match(text, at)
        if match is None:
            return None
        quoted, bare, separator = match.groups()
        names.append(truncate_identifier(bare.lower() if quoted is None else quoted.replace('""', '"')))
        if not separator:
            return names
        at = match.end()


def split_name(text: str) -> list[str]:
    """Return the parts of a qualified name, those without quotes in lower case. Raises InvalidName 42602."""
    parts, at = [], 0
    while True:
        found = _PART.match(text, at)
        if found is None or found[1] == "":
            raise InvalidName("invalid name syntax")
        quoted, bare, dot = found.groups()
        parts.append(truncate_identifier(bare.lower() if quoted is None else quoted.replace('""', '"')))
        if not dot:
            return parts
        at = found.end()


def truncate_identifier(name: str) -> str:
    """Return a name cut to 63 bytes, never inside a character."""
    data = name.encode()
    return (
        name if len(data) <= _IDENTIFIER_BYTES_MAX else data[:_IDENTIFIER_BYTES_MAX].decode(errors="ignore")
    )


def quote_identifier(name: str) -> str:
    """Return a name as it must be written in SQL."""
    if _SAFE.fullmatch(name) and name not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def check_identifiers(text: str) -> None:
    """Raise 22023 unless the text is a list of identifiers; what they name is not asked."""
    if split_identifiers(text) is None:
        raise InvalidParameterValue(
            f'invalid value for parameter "search_path": "{text}"', detail="List syntax is invalid."
        )
