"""Keys of rows: from a row's values, and from the arguments of a statement that fixes the whole primary key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from borealis.catalog.relations import Table
from borealis.executor.compile.cardinality import fixed_columns
from borealis.executor.compile.fold import folded
from borealis.executor.compile.parameters import Argument, Literal, Source, bindings_of
from borealis.executor.generate import compile_function
from borealis.planner.terms import stripped
from borealis.sql.bound.expressions import Const, Expr, Param
from borealis.sql.bound.relations import TableRelation
from borealis.transaction.intent import Key, Row
from borealis.types.base import Value

KeyOfRow = Callable[[Row], Key]
KeyOfArguments = Callable[[tuple[Value, ...]], Key]


def tuple_getter(ordinals: Sequence[int]) -> Callable[[Row], tuple[Value, ...]]:
    """Return a generated function from a row to these of its values."""
    items = "".join(f"row[{ordinal}], " for ordinal in ordinals)
    getter: Callable[[Row], tuple[Value, ...]] = compile_function("pick", ("row",), [f"return ({items})"], {})
    return getter


def key_of_row(table: Table) -> KeyOfRow | None:
    """Return the function from a row to its primary key; None for a table that has a hidden one."""
    if table.primary_key is None:
        return None
    return tuple_getter([attnum - 1 for attnum in table.primary_key.columns])


def key_sources(relation: TableRelation, where: Expr | None) -> tuple[Source, ...] | None:
    """Return where the values of the primary key come from, if WHERE fixes it by constants and parameters."""
    key = relation.table.primary_key
    if key is None or where is None:
        return None
    fixed = fixed_columns(relation, where)
    sources: list[Source] = []
    for attnum in key.columns:
        value = folded(stripped(fixed[attnum][0])) if attnum in fixed else None
        if isinstance(value, Param) and value.number > 0:
            sources.append(Argument(value.number))
        elif isinstance(value, Const):
            sources.append(Literal(value.value))
        else:
            return None
    return tuple(sources)


def key_of_arguments(sources: tuple[Source, ...]) -> KeyOfArguments:
    bindings: Any = bindings_of(sources)
    return lambda arguments: bindings(arguments, (), None)
