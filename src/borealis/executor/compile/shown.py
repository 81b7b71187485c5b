"""Outputs whose text depends on the catalog: a reg* value leaves a statement with its name beside it (types/registered.py)."""

from __future__ import annotations

from dataclasses import replace

from borealis.executor.compile.compilation import CompiledQuery
from borealis.functions.implementation import Sql
from borealis.types.base import Oid
from borealis.types.registered import SHOWN, needs_names


def shown(sql: Sql, type_: Oid) -> Sql:
    return Sql(f"pg_shown({sql.text}, {int(type_)})", SHOWN) if needs_names(type_) else sql


def with_names(query: CompiledQuery) -> CompiledQuery:
    """Return a statement's own query with names beside its reg* outputs; their order is the query's."""
    if not any(needs_names(output.type) for output in query.outputs):
        return query
    columns = [
        f"pg_shown(c{n}, {int(output.type)}) AS c{n}" if needs_names(output.type) else f"c{n}"
        for n, output in enumerate(query.outputs, 1)
    ]
    outputs = tuple(
        replace(output, representation=SHOWN) if needs_names(output.type) else output
        for output in query.outputs
    )
    return CompiledQuery(f"SELECT {', '.join(columns)} FROM ({query.text})", outputs)
