"""STORAGE of a column: kept and shown; how Borealis stores a value does not depend on it."""

from __future__ import annotations

from dataclasses import replace

from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.column_types import storage_of


def set_storage(alteration: Alteration, command: Node) -> None:
    column = alteration.column(command["name"])
    alteration.replace_column(
        replace(column, storage=storage_of(column.type, command["def"]["String"]["sval"]))
    )
