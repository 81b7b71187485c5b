"""Names of a table and its columns inside the trees kept of it: CHECKs, generated columns, indexes, statistics.

Such a tree has no subqueries, so whatever it names is of the one table: `column`, `table.column`, `schema.table.column`,
the table itself as a row, `(table).column`. A rename writes new names over old ones, binds each tree again and compares:
a tree that a rewrite of names does not carry over refuses the rename rather than change its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from borealis.catalog.catalog import Catalog
from borealis.catalog.named_columns import is_row
from borealis.catalog.objects import Statistics
from borealis.catalog.relations import Index, Table
from borealis.errors import FeatureNotSupported, SqlError
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.walk import walk
from borealis.sql.bound.expressions import Expr, Var
from borealis.sql.utility.alter_table.bound_sources import bind_over

_STAR: dict[str, Any] = {"A_Star": {}}


def renamed_table(context: BindContext, before: Table, after: Table) -> Table:
    """Return the table with the trees kept of it speaking of it by its new names.

    Raises: FeatureNotSupported where one cannot.
    """
    change = _changer(context, before, after)
    columns = tuple(
        replace(column, default=change(column.default)) if column.generated and column.default else column
        for column in after.columns
    )
    return replace(
        after,
        columns=columns,
        checks=tuple(replace(check, expression=change(check.expression)) for check in after.checks),
        indexes=tuple(_renamed_index(index, change) for index in after.indexes),
    )


def with_names_of(before: Table, after: Table, source: str) -> str:
    """Return a tree that speaks of a table by its names before as one that does so by those after."""
    return json.dumps(_Renaming(before, after).rewritten(json.loads(source)))


def renamed_statistics(
    context: BindContext, before: Table, after: Table
) -> Iterator[tuple[Statistics, Statistics]]:
    """Yield the table's extended statistics whose expressions change."""
    change = _changer(context, before, after)
    for statistics in context.catalog.statistics:
        if statistics.table == before.oid and statistics.expressions:
            changed = tuple(change(source) for source in statistics.expressions)
            yield statistics, replace(statistics, expressions=changed)


def _renamed_index(index: Index, change: Callable[[str], str]) -> Index:
    if not index.is_computed:
        return index
    return replace(
        index,
        expressions=tuple(replace(one, source=change(one.source)) for one in index.expressions),
        predicate=None if index.predicate is None else change(index.predicate),
    )


def _changer(context: BindContext, before: Table, after: Table) -> Callable[[str], str]:
    renaming = _Renaming(before, after)

    def change(source: str) -> str:
        tree = json.loads(source)
        changed = json.dumps(renaming.rewritten(tree))
        if changed == json.dumps(tree):
            return source
        try:
            old = bind_over(context, before, source)
        except SqlError:
            return changed  # it means nothing under this search path
        try:
            same = _meaning(old) == _meaning(bind_over(_within(context, before, after), after, changed))
        except SqlError:
            same = False
        if not same:
            raise FeatureNotSupported(
                f'rename in an expression kept for relation "{before.name}" not supported'
            )
        return changed

    return change


def _within(context: BindContext, before: Table, after: Table) -> BindContext:
    """Return the context after the rename."""
    catalog: Catalog = context.catalog
    tables = tuple(after if table.oid == before.oid else table for table in catalog.tables)
    return BindContext(
        context.parsed, replace(catalog, tables=tables), (), context.search_path, context.style
    )


def _meaning(bound: Expr) -> tuple[object, ...]:
    """Return what a rename must leave as it is: which nodes there are, and which columns they read."""
    return tuple(
        (type(node).__name__, getattr(node, "type", None), node.attnum if isinstance(node, Var) else None)
        for node in walk(bound)
    )


class _Renaming:
    def __init__(self, before: Table, after: Table) -> None:
        self._table = before.name, after.name
        self._schema = before.schema.name, after.schema.name
        names = {column.attnum: column.name for column in after.live_columns}
        self._columns = {column.name: names[column.attnum] for column in before.live_columns}

    def rewritten(self, tree: Any) -> Any:
        if isinstance(tree, list):
            return [self.rewritten(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        match tree:
            case {"ColumnRef": {"fields": fields} as body}:
                return {"ColumnRef": {**body, "fields": self._fields(fields)}}
            case {
                "A_Indirection": {"arg": {"ColumnRef": body}, "indirection": [{"String": _} as field, *rest]}
            } if is_row(body["fields"], self._columns):
                # (table).column is table.column
                qualifier = body["fields"][:-1] if "A_Star" in body["fields"][-1] else body["fields"]
                reference = {"ColumnRef": {**body, "fields": self._fields([*qualifier, field])}}
                return {"A_Indirection": {"arg": reference, "indirection": rest}} if rest else reference
        return {key: self.rewritten(value) for key, value in tree.items()}

    def _fields(self, fields: list[Any]) -> list[Any]:
        if is_row(fields, self._columns):
            # With a star it stays a row, whatever column gets the table's name.
            return [*self._qualifier(fields[:-1] or fields), _STAR]
        *qualifier, column = fields
        name = column["String"]["sval"]
        return [*self._qualifier(qualifier), _string(self._columns.get(name, name))]

    def _qualifier(self, fields: list[Any]) -> list[Any]:
        names = [field["String"]["sval"] for field in fields if "String" in field]
        changed = [*names]
        if names and names[-1] == self._table[0]:
            changed[-1] = self._table[1]
        if len(names) > 1 and names[-2] == self._schema[0]:
            changed[-2] = self._schema[1]
        return [_string(name) for name in changed]


def _string(name: str) -> dict[str, Any]:
    return {"String": {"sval": name}}
