"""ALTER COLUMN DROP NOT NULL. An index over the column is built anew, with a flag for NULL (storage/physical.py)."""

from __future__ import annotations

from dataclasses import replace

from borealis.errors import InvalidTableDefinition
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.alter_table.column_default import alterable_column, refuse_identity


def drop_not_null(alteration: Alteration, command: Node) -> None:
    column = alterable_column(alteration, command["name"])
    refuse_identity(alteration, column)
    key = alteration.table.primary_key
    if key is not None and column.attnum in key.columns:
        raise InvalidTableDefinition(f'column "{column.name}" is in a primary key')
    alteration.replace_column(replace(column, not_null=False))
