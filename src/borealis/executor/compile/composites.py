"""Records: ROW(…), whole rows, fields of a record, records read from text or from JSON.

A record is one value (types/record.py) that pg_record makes of its columns' and pg_record_field takes apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from borealis.errors import TooManyColumns
from borealis.executor.compile.compilation import Compilation, compiles
from borealis.executor.compile.trees import stands_alone_in_group
from borealis.functions.implementation import Sql, plain
from borealis.sql.bound import expressions as bound
from borealis.sql.bound.expressions import Expr, RowSource
from borealis.types.row_types import Shape

_COLUMNS_MAX = 990
"""SQLite takes 1,000 arguments."""


@compiles(bound.Row)
def row(compilation: Compilation, node: bound.Row) -> Sql:
    return Sql(_made(compilation, node.names, node.args, [compilation.expr(arg) for arg in node.args]))


@compiles(bound.WholeRow)
def whole_row(compilation: Compilation, node: bound.WholeRow) -> Sql:
    made = _made(compilation, node.names, node.args, [compilation.expr(arg) for arg in node.args])
    presence = compilation.presence(node.relation)
    return Sql(made if presence is None else f"(CASE WHEN {presence} IS NOT NULL THEN {made} END)")


@compiles(bound.FieldSelect)
def field_select(compilation: Compilation, node: bound.FieldSelect) -> Sql:
    arg = compilation.expr(node.arg).text
    if node.width:
        return Sql(f"pg_record_field_as({arg}, {node.ordinal - 1}, {int(node.type)}, {node.width})")
    return Sql(f"pg_record_field({arg}, {node.ordinal - 1}, {int(node.type)})")


@compiles(bound.RowFrom)
def row_from(compilation: Compilation, node: bound.RowFrom) -> Sql:
    """The argument is named once in a subquery, unless it holds an aggregate, which belongs to the query around."""
    arg = compilation.expr(node.arg).text
    if Sql(arg).is_atomic or stands_alone_in_group(node.arg):
        return Sql(f"({_read(compilation, node, arg)})")
    name = compilation.new_name()
    return Sql(f"(SELECT {_read(compilation, node, f'{name}.v')} FROM (SELECT {arg} AS v) AS {name})")


def _read(compilation: Compilation, node: bound.RowFrom, arg: str) -> str:
    fields = [_field(compilation, node, ordinal, arg) for ordinal in range(len(node.fields))]
    made = _made(compilation, node.names, node.fields, fields)
    otherwise = "" if node.otherwise is None else f" ELSE {compilation.expr(node.otherwise).text}"
    check = (
        f"pg_record_checked({arg}, {len(fields)})"
        if node.source is RowSource.TEXT
        else f"pg_json_object_checked({arg})"
    )
    return f"CASE WHEN {arg} IS NOT NULL AND {check} THEN {made}{otherwise} END"


def _field(compilation: Compilation, node: bound.RowFrom, ordinal: int, arg: str) -> Sql:
    """Return the cast of one column's text."""
    cast = node.fields[ordinal]
    if node.source is RowSource.TEXT:
        part = f"pg_record_part({arg}, {ordinal}, {len(node.fields)})"
    else:
        name = compilation.parameters.literal(node.names[ordinal])
        part = f"pg_json_member({arg}, {name}, {int(cast.type)})"
    compilation.elements.append(Sql(part))
    value = plain(compilation.expr(cast))
    compilation.elements.pop()
    if not node.base:
        return value
    name = compilation.parameters.literal(node.names[ordinal])
    base = plain(compilation.expr(node.base[ordinal])).text
    return Sql(f"CASE WHEN pg_json_has_member({arg}, {name}) THEN {value.text} ELSE {base} END")


def _made(compilation: Compilation, names: Sequence[str], args: Sequence[Expr], values: Sequence[Sql]) -> str:
    if len(args) > _COLUMNS_MAX:
        raise TooManyColumns(f"records of more than {_COLUMNS_MAX} columns are not supported")
    shape = Shape(tuple(names), tuple(arg.type for arg in args), tuple(arg.typmod for arg in args))
    listed = [compilation.parameters.literal(shape.text), *(plain(value).text for value in values)]
    return f"pg_record({', '.join(listed)})"
