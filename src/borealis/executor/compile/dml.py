"""The SELECTs that DML is made of: which rows it touches, and what their columns become.

    UPDATE    SELECT <old row>, <assigned columns as stored>, <FROM's columns RETURNING names> FROM t AS r1 … WHERE …
    DELETE    SELECT <row>, <USING's columns> FROM t AS r1 … WHERE …
    INSERT    SELECT <every column as stored> FROM (<source>) AS s, or VALUES of them

A row is all columns by attnum, dropped ones NULL; in front of it stands the hidden row id of a table that has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from borealis.catalog.relations import Table
from borealis.executor.compile import physical
from borealis.executor.compile.compilation import Compilation, CompiledStatement
from borealis.executor.compile.ctes import with_clause
from borealis.executor.compile.from_items import from_where_clause
from borealis.executor.compile.parameters import VARIABLES_MAX
from borealis.executor.compile.trees import is_volatile, walk
from borealis.functions.implementation import Sql
from borealis.functions.numeric.representation import store
from borealis.planner.units import relations_in
from borealis.sql.bound.expressions import Var, WholeRow
from borealis.sql.bound.relations import FromItem, Join, JoinKind, TableRelation
from borealis.sql.bound.statements import Delete, Insert, Target, Update, Values
from borealis.types.base import Oid, Representation
from borealis.types.registry import stored_representation


def column_representation(table: Table, attnum: int) -> Representation:
    column = table.columns[attnum - 1]
    return stored_representation(column.type, column.typmod)


def row_texts(table: Table, relation: str) -> list[str]:
    """Return what reads a whole row: the hidden id, if there is one, and all columns by attnum."""
    columns = [
        "NULL" if column.is_dropped else f"{relation}.{physical.column_name(table, column.attnum)}"
        for column in table.columns
    ]
    return columns if table.primary_key else [f"{relation}.{physical.HIDDEN_KEY}", *columns]


def other_columns(
    compilation: Compilation, item: FromItem | None, targets: Sequence[Target]
) -> dict[tuple[int, int], Sql]:
    """Return the columns of FROM's relations that RETURNING names, and whether a relation named as a whole has a row."""
    if item is None:
        return {}
    relations = {relation.id for relation in relations_in(item)}
    nodes = [node for target in targets for node in walk(target.expr)]
    found = {
        (node.relation, node.attnum): compilation.column(node.relation, node.attnum)
        for node in nodes
        if isinstance(node, Var) and node.relation in relations
    }
    for node in nodes:
        if isinstance(node, WholeRow) and (presence := compilation.presence(node.relation)) is not None:
            found[node.relation, PRESENCE] = Sql(presence)
    return found


PRESENCE = 0
"""The attnum under which other_columns has what is NULL where an outer join found no row."""


def update_source(
    node: Update, overlaid: frozenset[Oid]
) -> tuple[CompiledStatement, dict[tuple[int, int], Sql]]:
    """Return the statement, and the columns of FROM behind the assigned ones."""
    compilation = Compilation(overlaid)
    compilation.begin(node)
    head = with_clause(compilation, node.ctes)
    tail = _target(compilation, node, node.from_)
    assigned = [
        store(compilation.expr(expr), column_representation(node.table, attnum)).text
        for attnum, expr in node.assignments
    ]
    others = other_columns(compilation, node.from_, node.returning)
    texts = [*row_texts(node.table, f"r{node.relation}"), *assigned, *(sql.text for sql in others.values())]
    return compilation.finish(f"{head}SELECT {', '.join(texts)}{tail}"), others


def delete_source(
    node: Delete, overlaid: frozenset[Oid]
) -> tuple[CompiledStatement, dict[tuple[int, int], Sql]]:
    compilation = Compilation(overlaid)
    compilation.begin(node)
    head = with_clause(compilation, node.ctes)
    tail = _target(compilation, node, node.using)
    others = other_columns(compilation, node.using, node.returning)
    texts = [*row_texts(node.table, f"r{node.relation}"), *(sql.text for sql in others.values())]
    return compilation.finish(f"{head}SELECT {', '.join(texts)}{tail}"), others


def _target(compilation: Compilation, node: Update | Delete, others: FromItem | None) -> str:
    """Return ` FROM … WHERE …` of a statement that changes a table: as planned, if it has been."""
    compilation.read_as_stored.add(node.relation)
    if node.search is not None:
        return from_where_clause(compilation, *node.search)
    item: FromItem = TableRelation(node.relation, node.table.name, node.table)
    if others is not None:
        item = Join(JoinKind.INNER, item, others, None)
    return from_where_clause(compilation, item, node.where)


def insert_source(node: Insert, overlaid: frozenset[Oid]) -> CompiledStatement:
    """Compile the rows to insert: the query's columns and the defaults of the others, each as it is stored."""
    compilation = Compilation(overlaid)
    head = with_clause(compilation, node.ctes)
    source = compilation.query(node.source)
    # A fence, so that what is volatile is computed once a row.
    inner = f"SELECT * FROM ({source.text}) LIMIT -1 OFFSET 0" if is_volatile(node.source) else source.text
    values = {
        attnum: Sql(f"s.c{ordinal}", output.representation)
        for ordinal, (attnum, output) in enumerate(zip(node.attnums, source.outputs, strict=False), 1)
    }
    values |= {attnum: compilation.expr(expr) for attnum, expr in node.defaults}
    return compilation.finish(f"{head}SELECT {_stored_row(node.table, values)} FROM ({inner}) AS s")


def insert_values(node: Insert, overlaid: frozenset[Oid]) -> tuple[CompiledStatement, ...]:
    """Compile rows of VALUES as they are stored, as few statements as SQLite's limit of variables allows."""
    assert isinstance(node.source, Values), node.source
    statements, compilation, rows = [], Compilation(overlaid), list[str]()
    for exprs in node.source.rows:
        values = {
            attnum: compilation.expr(expr)
            for attnum, expr in (*zip(node.attnums, exprs, strict=True), *node.defaults)
        }
        rows.append(f"({_stored_row(node.table, values)})")
        if len(compilation.parameters.sources) > _CHUNK_PARAMETERS:
            statements.append(compilation.finish(f"VALUES {', '.join(rows)}"))
            compilation, rows = Compilation(overlaid), []
    if rows:
        statements.append(compilation.finish(f"VALUES {', '.join(rows)}"))
    return tuple(statements)


_CHUNK_PARAMETERS = VARIABLES_MAX // 2


def _stored_row(table: Table, values: Mapping[int, Sql]) -> str:
    return ", ".join(
        store(values[column.attnum], column_representation(table, column.attnum)).text
        if column.attnum in values
        else "NULL"
        for column in table.columns
    )
