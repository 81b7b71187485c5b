"""Binding a stored expression over its table."""

from __future__ import annotations

from borealis.catalog.relations import Table
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions import bind_expr
from borealis.sql.bind.indexes import index_level
from borealis.sql.bind.stored import stored, stored_node
from borealis.sql.bound.expressions import Expr
from borealis.sql.parse import Parsed


def bind_over(context: BindContext, table: Table, source: str) -> Expr:
    """Bind a stored expression over a table's columns."""
    own = BindContext(Parsed("", "", {}), context.catalog, (), context.search_path, context.style)
    level = index_level(own, table, own.new_id())
    level.place = "CHECK constraints"
    with stored(own, own.search_path):
        return bind_expr(level, stored_node(source))
