"""Utility statements that change the catalog: DDL becomes catalog rows, which the same intents carry as data.

Entry: `plan_ddl`. What physical tables there are follows from those rows when the intent is applied (DESIGN §4).
"""

from __future__ import annotations

from borealis.catalog.catalog import Catalog
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Parsed
from borealis.sql.utility.create_table import create_table
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.drop_table import drop_table
from borealis.types.base import Oid, Style

__all__ = ["Ddl", "is_ddl", "plan_ddl"]

_PLANNERS = {"CreateStmt": create_table, "DropStmt": drop_table}


def is_ddl(parsed: Parsed) -> bool:
    return parsed.node_name in _PLANNERS


def plan_ddl(
    parsed: Parsed,
    catalog: Catalog,
    search_path: tuple[str, ...] = ("public",),
    style: Style | None = None,
    owner: Oid = Oid(15579),
) -> Ddl:
    """Turn a DDL statement into the catalog rows it writes.

    Raises:
        SqlError: names taken or missing, definitions PostgreSQL or DSQL refuses, limits.
    """
    context = BindContext(parsed, catalog, (), search_path, style or Style())
    return _PLANNERS[parsed.node_name](context, parsed.node, owner)
