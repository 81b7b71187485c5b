"""CREATE [OR REPLACE] [RECURSIVE] VIEW.

The query is bound once, which gives the view its columns, and kept as a parse tree (sql/bind/stored.py).
Source: dsql-facts.md §3.3, §4.2; texts as PostgreSQL 16's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from borealis import limits
from borealis.catalog.relations import Column, View
from borealis.catalog.schema import Schema
from borealis.errors import (
    DuplicateColumn,
    DuplicateTable,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidTableDefinition,
    SyntaxError_,
    UndefinedParameter,
    WrongObjectType,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.level import Level
from borealis.sql.bind.names import SYSTEM_SCHEMAS, creation_schema
from borealis.sql.bind.query import bind_query, query_columns
from borealis.sql.bind.stored import for_storage
from borealis.sql.bound.relations import RelationColumn
from borealis.sql.parse import Node, stack_depth_exceeded
from borealis.sql.utility.ddl import Ddl
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_of

_TAG = "CREATE VIEW"


def create_view(context: BindContext, node: Node, owner: Oid) -> Ddl:
    _refuse_forms(node)
    query = node["query"]["SelectStmt"]
    try:
        _refuse_parameters(context, query)
        columns = _columns(node, query_columns(bind_query(Level(context), query)))
        tree = json.dumps(for_storage(context, {"SelectStmt": query}), separators=(",", ":"))
    except RecursionError:
        raise stack_depth_exceeded() from None
    if len(tree.encode()) > limits.VIEW_BYTES_MAX:
        raise limits.view_too_large()
    view = node["view"]
    schema = creation_schema(context, {**view, "location": -1})
    if schema.name in SYSTEM_SCHEMAS:
        raise InsufficientPrivilege(f"permission denied for schema {schema.name}")
    before = context.catalog.relation(schema.name, view["relname"])
    if before is not None and not node.get("replace"):
        raise DuplicateTable(f'relation "{before.name}" already exists')
    if before is None:
        return _new(context, schema, view["relname"], owner, columns, tree)
    if not isinstance(before, View):
        raise WrongObjectType(f'"{before.name}" is not a view')
    _check_replaced(before.columns, columns)
    kept = tuple(
        replace(column, default=old.default) for old, column in zip(before.columns, columns, strict=False)
    )
    after = replace(before, columns=kept + columns[len(kept) :], query=tree, search_path=context.search_path)
    return Ddl.replacing(_TAG, (before,), (after,))


def _new(
    context: BindContext, schema: Schema, name: str, owner: Oid, columns: tuple[Column, ...], tree: str
) -> Ddl:
    if len(context.catalog.views) >= limits.VIEWS_MAX:
        raise limits.too_many_views()
    view = View(context.catalog.next_oid, name, schema, owner, columns, tree, context.search_path)
    return Ddl.replacing(_TAG, after=(view,))


def _refuse_parameters(context: BindContext, tree: object) -> None:
    if isinstance(tree, list):
        for item in tree:
            _refuse_parameters(context, item)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if key == "ParamRef":
                number = value.get("number", 0)
                raise UndefinedParameter(f"there is no parameter ${number}", position=context.position(value))
            _refuse_parameters(context, value)


def _refuse_forms(node: Node) -> None:
    persistence = node["view"].get("relpersistence", "p")
    if persistence == "t":
        raise FeatureNotSupported("TEMPORARY or TEMP view not supported for CREATE VIEW")
    if persistence == "u":
        raise SyntaxError_("views cannot be unlogged because they do not have storage")
    if "options" in node:
        raise FeatureNotSupported("WITH clause not supported for CREATE VIEW")
    if node.get("withCheckOption", "NO_CHECK_OPTION") != "NO_CHECK_OPTION":
        raise FeatureNotSupported("WITH CHECK OPTION clause not supported for CREATE VIEW")
    query = node["query"].get("SelectStmt", {})
    if "intoClause" in query:
        raise FeatureNotSupported("views must not contain SELECT INTO")
    if "lockingClause" in query:
        raise FeatureNotSupported("locking clauses in a view not supported")
    for item in query.get("withClause", {}).get("ctes", ()):
        if "SelectStmt" not in item["CommonTableExpr"]["ctequery"]:
            raise FeatureNotSupported("views must not contain data-modifying statements in WITH")


def _columns(node: Node, found: Sequence[RelationColumn]) -> tuple[Column, ...]:
    given = [item["String"]["sval"] for item in node.get("aliases", ())]
    if len(given) > len(found):
        raise SyntaxError_("CREATE VIEW specifies more column names than columns")
    if len(found) > limits.VIEW_COLUMNS_MAX:
        raise limits.too_many_view_columns()
    names = given + [column.name for column in found[len(given) :]]
    for ordinal, name in enumerate(names):
        if name in names[:ordinal]:
            raise DuplicateColumn(f'column "{name}" specified more than once')
    return tuple(
        _column(ordinal, name, column)
        for ordinal, (name, column) in enumerate(zip(names, found, strict=True), 1)
    )


def _column(ordinal: int, name: str, found: RelationColumn) -> Column:
    if type_of(found.type).kind == "p":
        raise InvalidTableDefinition(f'column "{name}" has pseudo-type {format_type(found.type, -1)}')
    return Column(ordinal, name, found.type, found.typmod, False, None)


def _check_replaced(before: Sequence[Column], after: Sequence[Column]) -> None:
    """Raise where the new columns do not begin with the old ones: 42P16."""
    if len(after) < len(before):
        raise InvalidTableDefinition("cannot drop columns from view")
    for old, new in zip(before, after, strict=False):
        if old.name != new.name:
            raise InvalidTableDefinition(
                f'cannot change name of view column "{old.name}" to "{new.name}"',
                hint="Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.",
            )
        if (old.type, old.typmod) != (new.type, new.typmod):
            raise InvalidTableDefinition(
                f'cannot change data type of view column "{old.name}" '
                f"from {format_type(old.type, old.typmod)} to {format_type(new.type, new.typmod)}"
            )
