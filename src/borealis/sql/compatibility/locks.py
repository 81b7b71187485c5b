"""Which dated features the locking clauses of a query use: until 24 Aug 2026 FOR UPDATE locked one row of one table by its key.

Source: dsql-facts.md §3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from borealis.catalog.relations import Table
from borealis.sql.parse import Node


def lock_features(node: object, find_table: Callable[[Node], Table | None]) -> Iterator[str]:
    """Yield the features of every locking clause inside a tree."""
    if isinstance(node, Mapping):
        for item in node.get("lockingClause", ()):
            if item["LockingClause"]["strength"] == "LCS_FORKEYSHARE":
                yield "key_share"
            elif item["LockingClause"]["strength"] == "LCS_FORUPDATE":
                yield from _reach(node, find_table)
        for child in node.values():
            yield from lock_features(child, find_table)
    elif isinstance(node, list):
        for child in node:
            yield from lock_features(child, find_table)


def _reach(select: Node, find_table: Callable[[Node], Table | None]) -> Iterator[str]:
    items = select.get("fromClause", ())
    if len(items) > 1 or any("RangeVar" not in item for item in items):
        yield "lock_joins"
        return
    for item in items:
        table = find_table(item["RangeVar"])
        if table is None:
            continue  # what it is not is told elsewhere
        key = next((index.columns for index in table.indexes if index.is_primary), ())
        named = {column.name for column in table.columns if column.attnum in key}
        if not named or not named <= set(_equated(select.get("whereClause"))):
            yield "lock_any_rows"


def _equated(condition: Node | None) -> Iterator[str]:
    """Yield the columns that a condition's ANDed parts compare with something that is no column."""
    if condition is None:
        return
    if "BoolExpr" in condition and condition["BoolExpr"]["boolop"] == "AND_EXPR":
        for part in condition["BoolExpr"]["args"]:
            yield from _equated(part)
    comparison = condition.get("A_Expr", {})
    if comparison.get("kind") != "AEXPR_OP" or comparison["name"] != [{"String": {"sval": "="}}]:
        return
    sides = comparison["lexpr"], comparison["rexpr"]
    for side, other in (sides, sides[::-1]):
        if "ColumnRef" in side and "ColumnRef" not in other:
            last = side["ColumnRef"]["fields"][-1]
            if "String" in last:
                yield last["String"]["sval"]
