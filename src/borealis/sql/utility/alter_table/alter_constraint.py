"""ALTER CONSTRAINT … [NOT] DEFERRABLE, and ALTER TABLE ASYNC … VALIDATE CONSTRAINT, which leaves a job.

Source: dsql-facts.md §4.5, §5.3; PostgreSQL 16, ATExecAlterConstraint and ATExecValidateConstraint, as observed.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.constraints import Check, ForeignKey
from borealis.errors import UndefinedObject, WrongObjectType
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.ddl import Job
from borealis.sql.utility.object_names import constraint_names
from borealis.storage.catalog_tables import PG_CONSTRAINT


def alter_constraint(alteration: Alteration, command: Node) -> None:
    node, table = command["def"]["Constraint"], alteration.table
    name = node["conname"]
    found = next((one for one in table.foreign_keys if one.name == name), None)
    if found is None:
        _refuse_other(alteration, name, "a foreign key constraint")
        return
    changed = replace(
        found,
        is_deferrable=bool(node.get("deferrable")),
        is_initially_deferred=bool(node.get("initdeferred")),
    )
    alteration.table = replace(
        table, foreign_keys=tuple(changed if one is found else one for one in table.foreign_keys)
    )


def validate_constraint(alteration: Alteration, command: Node) -> None:
    """Leave it to a job to look at the rows that were there before the constraint."""
    name, table = command["name"], alteration.table
    constraints: list[Check | ForeignKey] = [*table.checks, *table.foreign_keys]
    found = next((one for one in constraints if one.name == name), None)
    if found is None:
        _refuse_other(alteration, name, "a foreign key or check constraint")
        return
    alteration.jobs.append(
        Job("VALIDATE_CONSTRAINT", found.oid, f"{table.schema.name}.{name}", PG_CONSTRAINT)
    )


def _refuse_other(alteration: Alteration, name: str, wanted: str) -> None:
    subject = f'constraint "{name}" of relation "{alteration.table.name}"'
    if name in constraint_names(alteration.table):
        raise WrongObjectType(f"{subject} is not {wanted}")
    raise UndefinedObject(f"{subject} does not exist")
