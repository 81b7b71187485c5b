"""ALTER COLUMN SET DEFAULT, DROP DEFAULT, DROP EXPRESSION: rows that are there keep what they hold.

Source: PostgreSQL 16, ATExecColumnDefault and ATExecDropExpression (tablecmds.c), as observed.
"""

from __future__ import annotations

import json
from dataclasses import replace

from borealis.catalog.relations import Column
from borealis.errors import FeatureNotSupported, ObjectNotInPrerequisiteState, SqlError, SyntaxError_
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.column_types import SYSTEM_COLUMNS
from borealis.sql.utility.stored_expressions import check_default


def set_default(alteration: Alteration, command: Node) -> None:
    """SET DEFAULT, and DROP DEFAULT where the command has no expression."""
    column = alterable_column(alteration, command["name"])
    is_dropped = "def" not in command
    _refuse_computed(alteration, column, is_dropped=is_dropped)
    default = None
    # DEFAULT NULL says nothing, but that a domain's own default does not apply.
    if not is_dropped and not (_is_null(command["def"]) and not column.domain):
        default = json.dumps(command["def"])
    changed = replace(column, default=default)
    if default is not None:
        try:
            changed = check_default(alteration.context, changed)
        except SqlError as error:
            error.position = None
            raise
    alteration.replace_column(changed)


def drop_expression(alteration: Alteration, command: Node) -> None:
    column = alterable_column(alteration, command["name"])
    if not column.generated:
        text = (
            f'column "{column.name}" of relation "{alteration.table.name}" is not a stored generated column'
        )
        if not command.get("missing_ok"):
            raise ObjectNotInPrerequisiteState(text)
        alteration.notice("00000", f"{text}, skipping")
        return
    alteration.replace_column(replace(column, default=None, generated=""))


def alterable_column(alteration: Alteration, name: str) -> Column:
    """Return a column that has definitions to alter.

    Raises: FeatureNotSupported for a system column, UndefinedColumn 42703.
    """
    if name in SYSTEM_COLUMNS:
        raise FeatureNotSupported(f'cannot alter system column "{name}"')
    return alteration.column(name)


def refuse_identity(alteration: Alteration, column: Column, hint: str | None = None) -> None:
    if column.identity:
        raise SyntaxError_(
            f'column "{column.name}" of relation "{alteration.table.name}" is an identity column', hint=hint
        )


def _refuse_computed(alteration: Alteration, column: Column, *, is_dropped: bool) -> None:
    instead = "Use ALTER TABLE ... ALTER COLUMN ... DROP {} instead."
    refuse_identity(alteration, column, None if not is_dropped else instead.format("IDENTITY"))
    if column.generated:
        raise SyntaxError_(
            f'column "{column.name}" of relation "{alteration.table.name}" is a generated column',
            hint=instead.format("EXPRESSION") if is_dropped else None,
        )


def _is_null(tree: Node) -> bool:
    return bool(tree.get("A_Const", {}).get("isnull"))
