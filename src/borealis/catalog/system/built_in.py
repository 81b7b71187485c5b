"""What is built in: rows of static/*.tsv, as a PostgreSQL 16 has them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from borealis.catalog.system.rows import SystemRow
from borealis.catalog.system.tables import FOLDER, system_tables
from borealis.types import oids
from borealis.types.base import Oid, Style, Value
from borealis.types.registry import type_of

_NUMBERED = frozenset({oids.REGPROC, oids.REGTYPE})


@cache
def built_in_rows(table: str) -> Sequence[SystemRow]:
    """Return the rows of a table's static part."""
    columns = [(column.name, column.type) for column in system_tables()[table].columns]
    text = FOLDER.joinpath(f"static/{table}.tsv").read_text(encoding="utf-8")
    return tuple(
        {
            name: _value(field, oids.OID if type_ in _NUMBERED else type_)
            for (name, type_), field in zip(columns, line.split("\t"), strict=True)
            if field != "\\N"
        }
        for line in text.splitlines()
    )


@cache
def built_in_by_oid(table: str) -> dict[Value, SystemRow]:
    return {row["oid"]: row for row in built_in_rows(table)}


def _value(field: str, type_: Oid) -> Value:
    """Undo what COPY escapes and read the text of a value."""
    if "\\" in field:
        field = field.encode().decode("unicode_escape").encode("latin-1").decode()
    return type_of(type_).decode_text(field, _STYLE)


_STYLE = Style()
