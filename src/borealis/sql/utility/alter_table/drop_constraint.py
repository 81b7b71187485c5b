"""DROP CONSTRAINT: CHECK, FOREIGN KEY, UNIQUE with its index. The primary key is for life (dsql-facts.md §4.4).

Source: PostgreSQL 16, ATExecDropConstraint (tablecmds.c) and dependency.c for what a UNIQUE is needed by, as observed.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.constraints import Check, ForeignKey
from borealis.catalog.relations import Index
from borealis.errors import DependentObjectsStillExist, UndefinedObject
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.alter_table.refusals import refused
from borealis.sql.utility.cascades import CASCADE_HINT


def drop_constraint(alteration: Alteration, command: Node) -> None:
    table, name = alteration.table, command["name"]
    index = next((one for one in table.indexes if one.constraint and one.name == name), None)
    constraints: list[Check | ForeignKey] = [*table.checks, *table.foreign_keys]
    others = [one for one in constraints if one.name == name]
    if index is not None:
        if index.is_primary:
            raise refused(command)
        _drop_unique(alteration, index, cascade=command.get("behavior") == "DROP_CASCADE")
    elif others:
        (found,) = others
        alteration.table = replace(
            table,
            checks=tuple(one for one in table.checks if one is not found),
            foreign_keys=tuple(one for one in table.foreign_keys if one is not found),
        )
        alteration.forget_comments(found.oid)
    else:
        text = f'constraint "{name}" of relation "{table.name}" does not exist'
        if not command.get("missing_ok"):
            raise UndefinedObject(text)
        alteration.notice("00000", f"{text}, skipping")


def _drop_unique(alteration: Alteration, index: Index, *, cascade: bool) -> None:
    users = foreign_keys_on(alteration, index)
    if users and not cascade:
        table = alteration.shown(alteration.table)
        raise DependentObjectsStillExist(
            f"cannot drop constraint {index.name} on table {table} because other objects depend on it",
            detail="\n".join(f"{describe(alteration, one)} depends on index {index.name}" for one in users),
            hint=CASCADE_HINT,
        )
    alteration.notice_cascades([describe(alteration, one) for one in users])
    for one in users:
        drop_foreign_key(alteration, one)
    alteration.drop_index(index)


def foreign_keys_on(alteration: Alteration, index: Index) -> list[ForeignKey]:
    """Return the foreign keys, of any table, that stand on an index and are not dropped yet."""
    found = [*alteration.before.referenced_by, *alteration.table.foreign_keys]
    left = {one.oid: one for one in found if one.index == index.oid}
    return [one for one in left.values() if one in alteration.other_table(one.table).foreign_keys]


def drop_foreign_key(alteration: Alteration, foreign_key: ForeignKey) -> None:
    table = alteration.other_table(foreign_key.table)
    left = tuple(one for one in table.foreign_keys if one.oid != foreign_key.oid)
    alteration.replace_table(replace(table, foreign_keys=left))
    alteration.forget_comments(foreign_key.oid)


def describe(alteration: Alteration, foreign_key: ForeignKey) -> str:
    table = alteration.other_table(foreign_key.table)
    return f"constraint {foreign_key.name} on table {alteration.shown(table)}"
