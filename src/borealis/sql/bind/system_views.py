"""Views of pg_catalog and information_schema: SQL over the system tables, one file a view.

They are kept as text (catalog/system/views), parsed once, and bound like a subquery. All names in them are qualified.
"""

from __future__ import annotations

from functools import cache

from borealis.catalog.system.tables import FOLDER
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node, parse

_SCHEMAS = ("pg_catalog", "information_schema")


def system_view_query(context: BindContext, range_var: Node) -> Node | None:
    """Return the query, as a parse node, of the system view that a RangeVar names."""
    schema, name = range_var.get("schemaname"), range_var["relname"]
    if "relation" in range_var:
        return None
    if schema is not None:
        return system_views().get((schema, name))
    path = context.search_path
    for searched in path if "pg_catalog" in path else ("pg_catalog", *path):
        if context.catalog.relation(searched, name) is not None:
            return None
        if (searched, name) in system_views():
            return system_views()[searched, name]
    return None


@cache
def system_views() -> dict[tuple[str, str], Node]:
    """Return the views by schema and name."""
    found: dict[tuple[str, str], Node] = {}
    for schema in _SCHEMAS:
        for file in FOLDER.joinpath("views", schema).iterdir():
            if file.name.endswith(".sql"):
                (parsed,) = parse(file.read_text(encoding="utf-8"))
                found[schema, file.name.removesuffix(".sql")] = {parsed.node_name: parsed.node}
    return found
