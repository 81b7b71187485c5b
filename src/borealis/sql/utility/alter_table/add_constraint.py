"""ADD CONSTRAINT: CHECK and FOREIGN KEY … NOT VALID, which hold for what is written from now on, and UNIQUE USING INDEX.

Source: dsql-facts.md §4.5, §4.6; PostgreSQL 16, transformIndexConstraint (parse_utilcmd.c) and ATExecAddConstraint, as
observed. ALTER TABLE shows no positions in expressions.
"""

from __future__ import annotations

import json
from dataclasses import replace

from borealis.catalog.constraints import Check
from borealis.catalog.relations import Index
from borealis.errors import (
    DuplicateObject,
    DuplicateTable,
    FeatureNotSupported,
    ObjectNotInPrerequisiteState,
    SqlError,
    UndefinedObject,
    WrongObjectType,
)
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.alter_table.relation_names import relation_exists
from borealis.sql.utility.foreign_keys import build_foreign_key, read_foreign_key
from borealis.sql.utility.object_names import constraint_names
from borealis.sql.utility.stored_expressions import check_check, columns_of, kept_source


def add_constraint(alteration: Alteration, command: Node) -> None:
    node = command["def"]["Constraint"]
    match node["contype"]:
        case "CONSTR_CHECK":
            _add_check(alteration, node)
        case "CONSTR_FOREIGN":
            _add_foreign_key(alteration, node)
        case _:
            _use_index(alteration, node)


def _add_check(alteration: Alteration, node: Node) -> None:
    if node.get("is_no_inherit"):
        raise FeatureNotSupported("NO INHERIT constraint not supported")
    table, tree = alteration.table, json.dumps(node["raw_expr"])
    try:
        bound = check_check(alteration.context, table, tree)
    except SqlError as error:
        error.position = None
        raise
    chooser = alteration.name_chooser()
    name = node.get("conname")
    if name is not None:
        _refuse_taken(alteration, name)
    else:
        used = columns_of(bound)
        middle = table.columns[next(iter(used)) - 1].name if len(used) == 1 else ""
        name = chooser.choose_constraint(middle, "check")
    check = Check(alteration.new_oid(), name, kept_source(alteration.context, tree), is_validated=False)
    alteration.table = replace(table, checks=(*table.checks, check))


def _add_foreign_key(alteration: Alteration, node: Node) -> None:
    if "conname" in node:
        _refuse_taken(alteration, node["conname"])
    table = alteration.table
    made = build_foreign_key(
        alteration.context,
        table,
        read_foreign_key(node, None),
        alteration.name_chooser(),
        alteration.new_oid(),
    )
    alteration.table = replace(table, foreign_keys=(*table.foreign_keys, made))


def _use_index(alteration: Alteration, node: Node) -> None:
    table = alteration.table
    index = _usable_index(alteration, node["indexname"])
    name = node.get("conname") or index.name
    if name != index.name:
        if relation_exists(alteration.context.catalog, table.schema.name, name):
            raise DuplicateTable(f'relation "{name}" already exists')
        alteration.notice(
            "00000",
            f'ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index "{index.name}" to "{name}"',
        )
    _refuse_taken(alteration, name)
    made = replace(index, name=name, constraint=alteration.new_oid())
    alteration.table = replace(
        table, indexes=tuple(made if one.oid == index.oid else one for one in table.indexes)
    )


def _usable_index(alteration: Alteration, name: str) -> Index:
    """Return an index that can be a constraint.

    Raises: UndefinedObject 42704, ObjectNotInPrerequisiteState 55000, WrongObjectType 42809.
    """
    table = alteration.table
    found = next((index for index in table.indexes if index.name == name), None)
    if found is None:
        if alteration.context.catalog.index(table.schema.name, name) is not None:
            raise ObjectNotInPrerequisiteState(f'index "{name}" does not belong to table "{table.name}"')
        raise UndefinedObject(f'index "{name}" does not exist')
    if found.constraint:
        raise ObjectNotInPrerequisiteState(f'index "{name}" is already associated with a constraint')
    if not found.is_valid:
        raise ObjectNotInPrerequisiteState(f'index "{name}" is not valid')
    unusable = _unusable(found)
    if unusable is not None:
        raise WrongObjectType(
            unusable, detail="Cannot create a primary key or unique constraint using such an index."
        )
    return found


def _unusable(index: Index) -> str | None:
    if not index.is_unique:
        return f'"{index.name}" is not a unique index'
    if index.expressions:
        return f'index "{index.name}" contains expressions'
    if index.predicate is not None:
        return f'"{index.name}" is a partial index'
    if index.nulls_first:
        number = index.nulls_first[0] + 1
        return f'index "{index.name}" column number {number} does not have default sorting behavior'
    return None


def _refuse_taken(alteration: Alteration, name: str) -> None:
    if name in constraint_names(alteration.table):
        raise DuplicateObject(f'constraint "{name}" for relation "{alteration.table.name}" already exists')
