"""DROP CONSTRAINT: CHECK, FOREIGN KEY, UNIQUE with its index. The primary key is for life (dsql-facts.md §4.4).

Source: PostgreSQL 16, ATExecDropConstraint (tablecmds.c) and dependency.c for what a UNIQUE is needed by, as observed.
"""

from __future__ import annotations

from borealis.catalog.constraints import Check, ForeignKey
from borealis.errors import UndefinedObject
from borealis.sql.dependencies.address import Address
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.alter_table.refusals import refused
from borealis.storage.catalog_tables import PG_CONSTRAINT


def drop_constraint(alteration: Alteration, command: Node) -> None:
    table, name = alteration.table, command["name"]
    index = next((one for one in table.indexes if one.constraint and one.name == name), None)
    if index is not None and index.is_primary:
        raise refused(command)
    constraints: list[Check | ForeignKey] = [*table.checks, *table.foreign_keys]
    found = [one.oid for one in constraints if one.name == name]
    if index is not None:
        found.append(index.constraint)
    if not found:
        text = f'constraint "{name}" of relation "{table.name}" does not exist'
        if not command.get("missing_ok"):
            raise UndefinedObject(text)
        alteration.notice("00000", f"{text}, skipping")
        return
    (oid,) = found
    address = Address(PG_CONSTRAINT, oid)
    alteration.drop(address, is_cascade=command.get("behavior") == "DROP_CASCADE")
