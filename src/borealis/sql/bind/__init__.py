"""Bind: names, types and overloads by PostgreSQL's rules; a parse tree becomes a typed, frozen one.

    text ── parse ──► dict tree ── bind(catalog, search path, parameter types) ──► Bound

Entry: `bind`. One file a clause; expressions/ has one a kind of expression. A Level is one query's names.
"""

from __future__ import annotations

import borealis.sql.bind.expressions  # noqa: F401 - registers the binders
from borealis.catalog.catalog import Catalog
from borealis.errors import FeatureNotSupported
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.insert import bind_insert
from borealis.sql.bind.level import Level
from borealis.sql.bind.privileges import check_privileges, role_of_session, usable_path
from borealis.sql.bind.pull_up import pull_up
from borealis.sql.bind.query import bind_query, query_columns
from borealis.sql.bind.update import bind_delete, bind_update
from borealis.sql.bound.relations import RelationColumn
from borealis.sql.bound.statements import Bound, Delete, Insert, Select, Statement, Update
from borealis.sql.parse import Parsed, stack_depth_exceeded
from borealis.types import row_types
from borealis.types.base import Oid, Style

__all__ = ["bind", "is_bindable"]

_BINDABLE = frozenset(("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt"))


def is_bindable(parsed: Parsed) -> bool:
    """Return whether the statement is a query or DML, which `bind` takes; others are utility statements."""
    return parsed.node_name in _BINDABLE


def bind(
    parsed: Parsed,
    catalog: Catalog,
    parameter_types: tuple[Oid, ...] = (),
    search_path: tuple[str, ...] = ("public",),
    style: Style | None = None,
    user: str = "admin",
) -> Bound:
    """Bind a query or DML statement.

    parameter_types are those the client declared, 0 where it left one open. style is what unknown literals of date
    and time types are read by.

    Raises:
        SqlError: names, types, overloads, with PostgreSQL's texts and positions.
        FeatureNotSupported: 0A000 for what is not supported, naming it.
    """
    role = role_of_session(catalog, user)
    path = usable_path(catalog, role, search_path)
    context = BindContext(parsed, catalog, parameter_types, path, style or Style())
    context.role = role.oid
    try:
        with row_types.naming(context.row_type_name):
            statement = _bind_statement(context, parsed)
        check_privileges(context, statement, role)
        if isinstance(statement, Select):
            statement = pull_up(statement)
    except RecursionError:
        raise stack_depth_exceeded() from None
    return Bound(
        statement,
        context.parameters.final(),
        _columns(statement),
        frozenset(context.tables),
        context.is_cacheable,
    )


def _bind_statement(context: BindContext, parsed: Parsed) -> Statement:
    match parsed.node_name:
        case "SelectStmt":
            return bind_query(Level(context), parsed.node)
        case "InsertStmt":
            return bind_insert(context, parsed.node)
        case "UpdateStmt":
            return bind_update(context, parsed.node)
        case "DeleteStmt":
            return bind_delete(context, parsed.node)
    raise FeatureNotSupported(f"unsupported statement: {parsed.node_name.removesuffix('Stmt')}")


def _columns(statement: Statement) -> tuple[RelationColumn, ...] | None:
    if isinstance(statement, Insert | Update | Delete):
        if not statement.returning:
            return None
        return tuple(
            RelationColumn(target.name, target.expr.type, target.expr.typmod)
            for target in statement.returning
        )
    return query_columns(statement)
