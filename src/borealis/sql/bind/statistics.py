"""The expressions of a statistics object, bound over a relation."""

from __future__ import annotations

from borealis.catalog.objects import Statistics
from borealis.catalog.relations import Table
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.indexes import bind_key, index_level
from borealis.sql.bind.stored import stored, stored_node
from borealis.sql.bound.expressions import Expr


def bind_statistics(
    context: BindContext, table: Table, relation: int, statistics: Statistics
) -> tuple[Expr, ...]:
    level = index_level(context, table, relation)
    with stored(context, context.search_path):
        return tuple(bind_key(level, stored_node(source)) for source in statistics.expressions)
