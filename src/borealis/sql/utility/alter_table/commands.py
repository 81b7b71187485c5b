"""The commands of ALTER TABLE that are carried out, each with the pass PostgreSQL carries it out in.

The commands of one statement are done by pass, then in the order written: what is dropped goes first, so that one statement
may drop a column and add another of its name; defaults come when all columns are there.
Source: PostgreSQL 16, AlterTablePass and ATPrepCmd (tablecmds.c). A builder of another command adds its entry here.
"""

from __future__ import annotations

import enum

from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.add_column import add_column
from borealis.sql.utility.alter_table.add_constraint import add_constraint
from borealis.sql.utility.alter_table.alter_constraint import alter_constraint, validate_constraint
from borealis.sql.utility.alter_table.alteration import Alteration, Command
from borealis.sql.utility.alter_table.column_default import drop_expression, set_default
from borealis.sql.utility.alter_table.column_identity import add_identity, drop_identity, set_identity
from borealis.sql.utility.alter_table.column_not_null import drop_not_null
from borealis.sql.utility.alter_table.column_storage import set_storage
from borealis.sql.utility.alter_table.drop_column import drop_column
from borealis.sql.utility.alter_table.drop_constraint import drop_constraint
from borealis.sql.utility.alter_table.owner import change_owner


class Pass(enum.IntEnum):
    DROP = 0
    ADD_COLUMN = 1
    ADD_CONSTRAINT = 2
    COLUMN_ATTRIBUTES = 3
    ADD_INDEX_CONSTRAINT = 4
    ADD_OTHER_CONSTRAINT = 5
    MISCELLANEOUS = 6


def _nothing(alteration: Alteration, command: Node) -> None:
    """ENABLE and DISABLE TRIGGER: there are no triggers (dsql-facts.md §4.2)."""


COMMANDS: dict[str, tuple[Pass, Command]] = {
    "AT_AddColumn": (Pass.ADD_COLUMN, add_column),
    "AT_DropColumn": (Pass.DROP, drop_column),
    "AT_ColumnDefault": (Pass.ADD_OTHER_CONSTRAINT, set_default),
    "AT_DropExpression": (Pass.DROP, drop_expression),
    "AT_DropNotNull": (Pass.DROP, drop_not_null),
    "AT_AddIdentity": (Pass.ADD_OTHER_CONSTRAINT, add_identity),
    "AT_SetIdentity": (Pass.MISCELLANEOUS, set_identity),
    "AT_DropIdentity": (Pass.DROP, drop_identity),
    "AT_SetStorage": (Pass.MISCELLANEOUS, set_storage),
    "AT_AddConstraint": (Pass.ADD_CONSTRAINT, add_constraint),
    "AT_DropConstraint": (Pass.DROP, drop_constraint),
    "AT_AlterConstraint": (Pass.MISCELLANEOUS, alter_constraint),
    "AT_ValidateConstraint": (Pass.MISCELLANEOUS, validate_constraint),
    "AT_ChangeOwner": (Pass.MISCELLANEOUS, change_owner),
    "AT_EnableTrig": (Pass.MISCELLANEOUS, _nothing),
    "AT_EnableAlwaysTrig": (Pass.MISCELLANEOUS, _nothing),
    "AT_EnableReplicaTrig": (Pass.MISCELLANEOUS, _nothing),
    "AT_EnableTrigAll": (Pass.MISCELLANEOUS, _nothing),
    "AT_EnableTrigUser": (Pass.MISCELLANEOUS, _nothing),
    "AT_DisableTrig": (Pass.MISCELLANEOUS, _nothing),
    "AT_DisableTrigAll": (Pass.MISCELLANEOUS, _nothing),
    "AT_DisableTrigUser": (Pass.MISCELLANEOUS, _nothing),
}


def pass_of(command: Node) -> Pass:
    subtype = command["subtype"]
    if subtype == "AT_ColumnDefault" and "def" not in command:
        return Pass.DROP
    if subtype == "AT_AddConstraint" and "indexname" in command["def"]["Constraint"]:
        return Pass.ADD_INDEX_CONSTRAINT
    return COMMANDS[subtype][0]
