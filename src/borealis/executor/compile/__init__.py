"""Compile: bound statements to SQLite SQL. Importing it registers the compiler of every node."""

from borealis.executor.compile import (
    aggregates,
    arrays,
    choices,
    composites,
    conditions,
    domains,
    expressions,
    rows,
    select,
    set_operations,
    sql_calls,
    subqueries,
    windows,
)

__all__ = [
    "aggregates",
    "arrays",
    "choices",
    "composites",
    "conditions",
    "domains",
    "expressions",
    "rows",
    "select",
    "set_operations",
    "sql_calls",
    "subqueries",
    "windows",
]
