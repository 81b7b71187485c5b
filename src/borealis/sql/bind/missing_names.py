"""Names of FROM items and columns that nothing answers to: what the error says of where they are, or of what was meant.

A column is looked for in every table of the query and of those outside, seen from where it stands or not; what is not there by
name is compared with what is, and one or two columns as near as none else are proposed.

Source: PostgreSQL 16, searchRangeTableForCol, updateFuzzyAttrMatchState and errorMissingColumn (parse_relation.c).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from borealis.errors import UndefinedColumn, UndefinedTable

if TYPE_CHECKING:
    from borealis.sql.bind.level import Level, NamespaceItem

_DISTANCE_MAX = 3  # of a proposal, in edits of its own name and its table's


def missing_from_entry(level: Level, name: str, position: int | None) -> UndefinedTable:
    """Return the error for a relation that is not there, is there under another name, or cannot be seen from here."""
    for outer in level.chain():
        for item in outer.entries:
            if name not in (item.name, item.table_name):
                continue
            error = UndefinedTable(
                f'invalid reference to FROM-clause entry for table "{name}"', position=position
            )
            if item.name != name and level.item(item.name) is item:
                error.hint = f'Perhaps you meant to reference the table alias "{item.name}".'
                return error
            error.detail = (
                f'There is an entry for table "{item.name}", but it cannot be referenced from this part '
                "of the query."
            )
            if _is_seen_if_lateral(level, item):
                error.hint = "To reference that table, you must mark this subquery with LATERAL."
            return error
    return UndefinedTable(f'missing FROM-clause entry for table "{name}"', position=position)


def missing_column(
    level: Level, name: str, position: int | None, *, alias: str | None = None
) -> UndefinedColumn:
    """Return the error for a column that is not there, or cannot be seen from here; alias is the table it was said to be of."""
    shown = f'"{name}"' if alias is None else f"{alias}.{name}"
    error = UndefinedColumn(f"column {shown} does not exist", position=position)
    having = [
        item
        for item in _tables(level)
        if alias in (None, item.name) and any(column.name == name for column in item.columns)
    ]
    if len(having) > 1:
        error.detail = (
            f'There are columns named "{name}", but they are in tables that cannot be referenced from this part '
            "of the query."
        )
        error.hint = "Try using a table-qualified name." if alias is None else None
    elif having:
        error.detail = (
            f'There is a column named "{name}" in table "{having[0].name}", but it cannot be referenced from this '
            "part of the query."
        )
        if _is_seen_if_lateral(level, having[0]):
            error.hint = "To reference that column, you must mark this subquery with LATERAL."
        elif alias is None and level.item(having[0].name) is having[0]:
            error.hint = "To reference that column, you must use a table-qualified name."
    else:
        error.hint = _proposal(level, name, alias)
    return error


def _tables(level: Level) -> Iterator[NamespaceItem]:
    """Yield what columns can be of, here and further out; a join has those of what it joins."""
    for outer in level.chain():
        yield from (item for item in outer.entries if not item.is_join)


def _proposal(level: Level, name: str, alias: str | None) -> str | None:
    least = _DISTANCE_MAX + 1
    found: list[str] = []
    for item in _tables(level):
        away = 0 if alias is None else min(_edits(alias, item.name), _DISTANCE_MAX + 2)
        for column in item.columns:
            edits = _edits(column.name, name)
            if away > least or edits > len(name.encode()) // 2 or edits + away > least:
                continue
            proposed = f'the column "{item.name}.{column.name}"'
            if edits + away < least:
                least, found = edits + away, [proposed]
            elif len(found) == 2:
                found = []  # too many as near: only a nearer one is worth saying
            elif found:
                found.append(proposed)
    return f"Perhaps you meant to reference {' or '.join(found)}." if found else None


def _edits(one: str, other: str) -> int:
    """Return the Levenshtein distance of two names."""
    before = list(range(len(other) + 1))
    for n, character in enumerate(one, 1):
        row = [n]
        for m, wanted in enumerate(other, 1):
            row.append(min(before[m] + 1, row[-1] + 1, before[m - 1] + (character != wanted)))
        before = row
    return before[-1]


def _is_seen_if_lateral(level: Level, item: NamespaceItem) -> bool:
    return any(
        outer.in_from and not outer.is_lateral and item.lateral_ok and item in outer.namespace
        for outer in level.chain()
    )
