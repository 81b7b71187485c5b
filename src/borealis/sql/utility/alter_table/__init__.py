"""ALTER TABLE and ALTER INDEX.

    refusals      what DSQL refuses of the commands, before it looks at any table
    commands      the rest, by pass; each works on an Alteration: the table as it has become so far
    rename, set_schema      statements of their own in PostgreSQL's grammar

Nothing here touches a row: an added column reads as NULL, a dropped one keeps its place, constraints hold from now on.
Source: dsql-facts.md §4.5; PostgreSQL 16's tablecmds.c for what the two share, as observed.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.relations import Sequence, Table, View
from borealis.errors import FeatureNotSupported, WrongObjectType
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import TAG, Alteration
from borealis.sql.utility.alter_table.commands import COMMANDS, pass_of
from borealis.sql.utility.alter_table.refusals import (
    WORDS,
    refuse_added_column,
    refuse_added_constraint,
    refused,
)
from borealis.sql.utility.alter_table.relation_names import Altered, find_altered, refuse_async, skipped
from borealis.sql.utility.alter_table.rename import rename_column, rename_constraint, rename_relation
from borealis.sql.utility.alter_table.set_schema import set_schema
from borealis.sql.utility.alter_view import alter_view
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.roles import role_named
from borealis.types.base import Oid

__all__ = [
    "alter_index",
    "alter_table",
    "rename_column",
    "rename_constraint",
    "rename_relation",
    "set_schema",
]

_OF_VIEWS = frozenset(("AT_ColumnDefault", "AT_ChangeOwner"))


def alter_table(context: BindContext, node: Node, owner: Oid) -> Ddl:
    commands = [item["AlterTableCmd"] for item in node["cmds"]]
    for command in commands:
        _refuse(context, command, is_async=bool(node.get("async")))
    if node.get("async") and len(commands) > 1:
        raise FeatureNotSupported("several VALIDATE CONSTRAINT in one ALTER TABLE ASYNC not supported")
    found = find_altered(context, node)
    if found is None:
        return skipped(node)
    if not isinstance(found, Table):
        return _alter_other(context, node, owner, found)
    alteration = Alteration(context, found, owner)
    for command in sorted(commands, key=pass_of):
        COMMANDS[command["subtype"]][1](alteration, command)
    return alteration.ddl()


def _refuse(context: BindContext, command: Node, *, is_async: bool) -> None:
    kind = command["subtype"]
    if kind not in COMMANDS:
        raise refused(command)
    if kind == "AT_ValidateConstraint":
        if not is_async:
            raise refused(command)
        return
    refuse_async({"async": is_async})
    if kind == "AT_AddColumn":
        refuse_added_column(context, command["def"]["ColumnDef"])
    elif kind == "AT_AddConstraint":
        refuse_added_constraint(command)


def _alter_other(context: BindContext, node: Node, owner: Oid, found: Altered) -> Ddl:
    """Alter a view or a sequence by ALTER TABLE: what the kind has of it."""
    for item in node["cmds"]:
        command = item["AlterTableCmd"]
        kind = command["subtype"]
        if isinstance(found, View) and kind in _OF_VIEWS:
            continue
        if isinstance(found, Sequence) and kind == "AT_ChangeOwner" and len(node["cmds"]) == 1:
            changed = replace(found, owner=role_named(context, command["newowner"], owner))
            return Ddl.replacing(TAG, (found,), (changed,))
        raise _not_for(found, kind)
    return replace(alter_view(context, node, owner), tag=TAG)


def _not_for(found: Altered, kind: str) -> WrongObjectType:
    name = found[1].name if isinstance(found, tuple) else found.name
    what = "views" if isinstance(found, View) else "sequences" if isinstance(found, Sequence) else "indexes"
    return WrongObjectType(
        f'ALTER action {WORDS[kind]} cannot be performed on relation "{name}"',
        detail=f"This operation is not supported for {what}.",
    )


def alter_index(context: BindContext, node: Node, owner: Oid) -> Ddl:
    """ALTER INDEX but for RENAME: DSQL has none of it (dsql-facts.md §4.2)."""
    raise refused(node["cmds"][0]["AlterTableCmd"], "INDEX")
