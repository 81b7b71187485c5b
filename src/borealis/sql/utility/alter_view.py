"""ALTER VIEW: RENAME TO, RENAME COLUMN, SET SCHEMA, OWNER TO, ALTER COLUMN SET and DROP DEFAULT.

What is over the view keeps it by oid, and its columns by number, so a rename changes nothing else (sql/bind/stored.py).
"""

from __future__ import annotations

import json
from dataclasses import replace

from borealis.catalog.relations import Column, View
from borealis.catalog.schema import Schema
from borealis.errors import (
    DuplicateColumn,
    DuplicateTable,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidSchemaName,
    SqlError,
    UndefinedColumn,
    UndefinedTable,
    WrongObjectType,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS, lookup_relation, qualified
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.roles import role_named
from borealis.sql.utility.stored_expressions import check_default
from borealis.types.base import Oid

_TAG = "ALTER VIEW"


def rename_view(context: BindContext, node: Node, owner: Oid) -> Ddl:
    view = _find(context, node)
    if view is None:
        return _skipped(node)
    name = node["newname"]
    if context.catalog.relation(view.schema.name, name) is not None:
        raise DuplicateTable(f'relation "{name}" already exists')
    return Ddl.replacing(_TAG, (view,), (replace(view, name=name),))


def rename_view_column(context: BindContext, node: Node, owner: Oid) -> Ddl:
    view = _find(context, node)
    if view is None:
        return _skipped(node)
    column = _column(view, node["subname"], relation_in_text=False)
    name = node["newname"]
    if any(other.name == name for other in view.columns):
        raise DuplicateColumn(f'column "{name}" of relation "{view.name}" already exists')
    return Ddl.replacing(_TAG, (view,), (_with_column(view, replace(column, name=name)),))


def set_view_schema(context: BindContext, node: Node, owner: Oid) -> Ddl:
    view = _find(context, node)
    if view is None:
        return _skipped(node)
    schema = target_schema(context, node["newschema"])
    if schema != view.schema and context.catalog.relation(schema.name, view.name) is not None:
        raise DuplicateTable(f'relation "{view.name}" already exists in schema "{schema.name}"')
    return Ddl.replacing(_TAG, (view,), (replace(view, schema=schema),))


def alter_view(context: BindContext, node: Node, owner: Oid) -> Ddl:
    view = _find(context, node)
    if view is None:
        return _skipped(node)
    after = view
    for item in node["cmds"]:
        command = item["AlterTableCmd"]
        match command["subtype"]:
            case "AT_ChangeOwner":
                after = replace(after, owner=role_named(context, command["newowner"], owner))
            case "AT_ColumnDefault":
                after = _with_default(context, after, command)
            case _:
                raise FeatureNotSupported("unsupported ALTER VIEW statement")
    return Ddl.replacing(_TAG, (view,), (after,))


def _with_default(context: BindContext, view: View, command: Node) -> View:
    column = _column(view, command["name"], relation_in_text=True)
    if "def" not in command:
        return _with_column(view, replace(column, default=None))
    changed = replace(column, default=json.dumps(command["def"]))
    try:
        changed = check_default(context, changed)
    except SqlError as error:
        error.position = None
        raise
    return _with_column(view, changed)


def target_schema(context: BindContext, name: str) -> Schema:
    """Return the schema an object moves into."""
    if name in SYSTEM_SCHEMAS:
        raise InsufficientPrivilege(f"permission denied for schema {name}")
    schema = context.catalog.schemas_by_name.get(name)
    if schema is None:
        raise InvalidSchemaName(f'schema "{name}" does not exist')
    return schema


def _find(context: BindContext, node: Node) -> View | None:
    """Return the view the statement names, None where it may be missing and is.

    Raises: UndefinedTable 42P01, WrongObjectType 42809.
    """
    found = lookup_relation(context, node["relation"])
    if found is None:
        if node.get("missing_ok"):
            return None
        raise UndefinedTable(f'relation "{qualified(node["relation"])}" does not exist')
    if not isinstance(found, View):
        raise WrongObjectType(f'"{found.name}" is not a view')
    return found


def _skipped(node: Node) -> Ddl:
    text = f'relation "{node["relation"]["relname"]}" does not exist, skipping'
    return Ddl(_TAG, (), (("00000", text),))


def _column(view: View, name: str, *, relation_in_text: bool) -> Column:
    for column in view.columns:
        if column.name == name:
            return column
    of = f' of relation "{view.name}"' if relation_in_text else ""
    raise UndefinedColumn(f'column "{name}"{of} does not exist')


def _with_column(view: View, column: Column) -> View:
    return replace(
        view, columns=tuple(column if other.attnum == column.attnum else other for other in view.columns)
    )
