"""Which columns an expression kept of a table names: its parse tree has no subqueries, so every name is the table's.

column, table.column, schema.table.column, (table).column      that column
table, table.*                                                 the row, and none of its columns
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from typing import Any

from borealis.catalog.relations import Table

WHOLE_ROW = 0
"""What stands for the row among attnums."""


def named_columns(table: Table, source: str) -> tuple[int, ...]:
    """Return the attnums an expression names, WHOLE_ROW for the row, each once, in the order of their naming."""
    attnums = {column.name: column.attnum for column in table.live_columns}
    found = (WHOLE_ROW if name is None else attnums.get(name) for name in _names(json.loads(source), attnums))
    return tuple(dict.fromkeys(attnum for attnum in found if attnum is not None))


def is_row(fields: list[Any], columns: Container[str]) -> bool:
    """Whether a ColumnRef inside an expression over one table is to the table as a row."""
    return "A_Star" in fields[-1] or (len(fields) == 1 and fields[0]["String"]["sval"] not in columns)


def _names(tree: Any, known: Container[str]) -> Iterator[str | None]:
    """Yield the columns a tree names, None for the row."""
    if isinstance(tree, list):
        for item in tree:
            yield from _names(item, known)
        return
    if not isinstance(tree, dict):
        return
    match tree:
        case {"ColumnRef": {"fields": fields}}:
            yield None if is_row(fields, known) else fields[-1]["String"]["sval"]
        case {
            "A_Indirection": {
                "arg": {"ColumnRef": {"fields": fields}},
                "indirection": [{"String": {"sval": name}}, *rest],
            }
        } if is_row(fields, known):
            yield name
            yield from _names(rest, known)
        case _:
            for value in tree.values():
                yield from _names(value, known)
