"""Functions in FROM: one or several side by side, of one column or many, with ordinality and column definition lists.

    generate_series(1, 3) AS g              one column, named after the alias
    json_each(x), unnest(a, b)              several columns; unnest of several arrays is ROWS FROM (unnest(a), unnest(b))
    json_to_record(x) AS r(a int, b text)   a record: one value in SQLite, whose fields a subquery around it gives

Source: PostgreSQL 16 documentation 7.2.1.4, SELECT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from borealis.errors import DuplicateColumn, FeatureNotSupported, SyntaxError_
from borealis.sql.bind.coerce import resolve_unknown
from borealis.sql.bind.composites import field_at, is_composite, shape_of
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.expressions.calls import result_columns
from borealis.sql.bind.expressions.dispatch import bind_expr
from borealis.sql.bind.level import Level
from borealis.sql.bind.record_functions import describes_itself, populated, row_of_element
from borealis.sql.bind.targets import output_name
from borealis.sql.bind.type_names import bind_type_name
from borealis.sql.bind.walk import relations_in
from borealis.sql.bound.expressions import Const, Expr, FieldSelect, FuncCall, Var
from borealis.sql.bound.relations import (
    FromItem,
    FunctionRelation,
    Relation,
    RelationColumn,
    RowsFrom,
    SubqueryRelation,
)
from borealis.sql.bound.statements import Select, Target
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.row_types import Shape, is_row_type, table_of


@dataclass(frozen=True, slots=True)
class Part:
    """One function: what SQLite calls, and the columns FROM shows of it."""

    call: Expr
    columns: tuple[RelationColumn, ...]
    definition: Shape | None

    @property
    def is_record(self) -> bool:
        """Whether its columns are fields of one value."""
        has_columns = isinstance(self.call, FuncCall) and self.call.function.returns_set
        if has_columns and isinstance(self.call, FuncCall) and len(self.call.function.out_types) > 1:
            return False
        return is_composite(self.call.type)

    @property
    def width(self) -> int:
        return 1 if self.is_record else len(self.columns)


@dataclass(frozen=True, slots=True)
class BoundFunctions:
    """A RangeFunction: its relation, its columns before they are renamed, its own name."""

    relation: FromItem
    number: int
    columns: tuple[RelationColumn, ...]
    name: str
    is_scalar: bool
    table: Oid = Oid(0)  # the table whose rows they are


def bind_functions(level: Level, node: Node) -> BoundFunctions:
    """Bind a RangeFunction; its relation is not in the namespace yet."""
    context = level.context
    alias = node.get("alias", {}).get("aliasname")
    entries = _entries(context, node)
    parts = [
        _part(level, call_node, definition, alias if len(entries) == 1 else None)
        for call_node, definition in entries
    ]
    with_ordinality = bool(node.get("ordinality"))
    columns = tuple(column for part in parts for column in part.columns)
    if with_ordinality:
        columns += (RelationColumn("ordinality", oids.INT8, -1),)
    function_name = output_name(entries[0][0])
    number = level.new_relation()
    name = alias or function_name
    relation = _relation(level, number, name, parts, columns, with_ordinality=with_ordinality)
    is_scalar = len(columns) == 1 and not parts[0].is_record
    is_rows = len(parts) == 1 and not with_ordinality and is_row_type(parts[0].call.type)
    table = table_of(parts[0].call.type) if is_rows else Oid(0)
    return BoundFunctions(relation, number, columns, name, is_scalar, table)


def entries_of(node: Node) -> list[tuple[Node, Sequence[Node]]]:
    """Return the calls of a RangeFunction with their column definition lists, unnest of several arrays taken apart."""
    found: list[tuple[Node, Sequence[Node]]] = []
    for item in node["functions"]:
        call, *rest = item["List"]["items"]
        definition = rest[0].get("List", {}).get("items", ()) if rest else ()
        arrays = _arrays_of_unnest(call)
        found += [(call, definition)] if arrays is None else [(one, ()) for one in arrays]
    return found


def _entries(context: BindContext, node: Node) -> list[tuple[Node, Sequence[Node]]]:
    """Return the calls with their column definition lists, that of a lone call wherever it stands."""
    found = entries_of(node)
    own = node.get("coldeflist", ())
    if not own:
        return found
    position = context.position(own[0]["ColumnDef"])
    if len(found) > 1:
        subject = (
            "ROWS FROM() with multiple functions"
            if node.get("is_rowsfrom")
            else "UNNEST() with multiple arguments"
        )
        hint = (
            "Put a separate column definition list for each function inside ROWS FROM()."
            if node.get("is_rowsfrom")
            else "Use separate UNNEST() calls inside ROWS FROM(), and attach a column definition list to each one."
        )
        raise SyntaxError_(f"{subject} cannot have a column definition list", hint=hint, position=position)
    if node.get("ordinality"):
        raise SyntaxError_(
            "WITH ORDINALITY cannot be used with a column definition list",
            hint="Put the column definition list inside ROWS FROM().",
            position=position,
        )
    return [(found[0][0], own)]


def _arrays_of_unnest(node: Node) -> list[Node] | None:
    match node:
        case {"FuncCall": {"funcname": [{"String": {"sval": "unnest"}}], "args": [_, _, *_] as args} as body}:
            return [{"FuncCall": {**body, "args": [arg]}} for arg in args]
    return None


def _part(level: Level, node: Node, definition: Sequence[Node], alias: str | None) -> Part:
    context = level.context
    before = len(level.set_returning)
    call = resolve_unknown(context, bind_expr(level, node))
    nested = [expr for expr in level.set_returning[before:] if expr is not call]
    del level.set_returning[before:]
    if nested:
        raise FeatureNotSupported(
            "set-returning functions must appear at top level of FROM",
            position=context.position_of(nested[0]),
        )
    name = output_name(node)
    shape = _definition(context, definition) if definition else None
    if shape is not None:
        _check_definition(context, call, context.position(definition[0]["ColumnDef"]))
    if isinstance(call, FuncCall) and len(call.function.out_types) > 1:
        known = shape_of(context, call)
        assert known is not None
        return Part(call, _columns_of(known), known)
    if is_composite(call.type):
        known = shape or (shape_of_call(context, call) if is_row_type(call.type) else None)
        if known is None:
            raise SyntaxError_(
                'a column definition list is required for functions returning "record"',
                position=context.position_of(call) or context.leftmost(node),
            )
        return Part(call, _columns_of(known), known)
    if isinstance(call, FuncCall) and call.function.out_types:
        return Part(call, (RelationColumn(call.function.out_names[0], call.type, call.typmod),), None)
    if isinstance(call, FuncCall):
        result_columns(call.function, call.type, name)
    return Part(call, (RelationColumn(alias or name, call.type, call.typmod),), None)


def shape_of_call(context: BindContext, call: Expr) -> Shape | None:
    return shape_of(context, Const(call.type, -1, None))


def _columns_of(shape: Shape) -> tuple[RelationColumn, ...]:
    return tuple(
        RelationColumn(name, type_, typmod)
        for name, type_, typmod in zip(shape.names, shape.types, shape.typmods, strict=True)
    )


def _definition(context: BindContext, nodes: Sequence[Node]) -> Shape:
    names, types, typmods = [], [], []
    for node in nodes:
        column = node["ColumnDef"]
        oid, typmod = bind_type_name(context, column["typeName"])
        if column["colname"] in names:
            raise DuplicateColumn(f'column name "{column["colname"]}" specified more than once')
        names.append(column["colname"])
        types.append(oid)
        typmods.append(typmod)
    return Shape(tuple(names), tuple(types), tuple(typmods))


def _check_definition(context: BindContext, call: Expr, position: int | None) -> None:
    """Raise where the function's columns are known without a column definition list."""
    if isinstance(call, FuncCall) and len(call.function.out_types) > 1:
        raise SyntaxError_(
            "a column definition list is redundant for a function with OUT parameters", position=position
        )
    if is_row_type(call.type):
        raise SyntaxError_(
            "a column definition list is redundant for a function returning a named composite type",
            position=position,
        )
    if call.type != oids.RECORD:
        raise SyntaxError_(
            'a column definition list is only allowed for functions returning "record"', position=position
        )


def _relation(
    level: Level,
    number: int,
    name: str,
    parts: Sequence[Part],
    columns: tuple[RelationColumn, ...],
    *,
    with_ordinality: bool,
) -> FromItem:
    """Return the item in FROM; where a record's fields are its columns, a subquery over it."""
    if not any(part.is_record for part in parts):
        return _called(level, number, name, parts, columns, with_ordinality=with_ordinality)
    inner = level.context.new_id()
    own = tuple(column for part in parts for column in _own_columns(part))
    if with_ordinality:
        own += (columns[-1],)
    source = _called(level, inner, name, parts, own, with_ordinality=with_ordinality)
    exprs: list[Expr] = []
    at = 1
    for part in parts:
        variables = [Var(own[n - 1].type, own[n - 1].typmod, inner, n) for n in range(at, at + part.width)]
        exprs += _fields(level.context, part, variables[0]) if part.is_record else variables
        at += part.width
    if with_ordinality:
        exprs.append(Var(oids.INT8, -1, inner, at))
    targets = tuple(Target(expr, column.name) for expr, column in zip(exprs, columns, strict=True))
    return SubqueryRelation(number, name, Select(targets, source), columns, lateral=True)


def _own_columns(part: Part) -> tuple[RelationColumn, ...]:
    return (RelationColumn("record", part.call.type, -1),) if part.is_record else part.columns


def _fields(context: BindContext, part: Part, value: Var) -> list[Expr]:
    assert part.definition is not None
    shape = part.definition
    row: Expr = value
    if isinstance(part.call, FuncCall) and describes_itself(part.call):
        if part.call.function.returns_set:
            row = row_of_element(context, part.call, value, shape) or value
    elif part.call.type == oids.RECORD and not _has_columns(part.call):
        return [
            FieldSelect(type_, typmod, value, n, len(shape.types))
            for n, (type_, typmod) in enumerate(zip(shape.types, shape.typmods, strict=True), 1)
        ]
    return [field_at(row, shape, n) for n in range(1, len(shape.names) + 1)]


def _called(
    level: Level,
    number: int,
    name: str,
    parts: Sequence[Part],
    columns: tuple[RelationColumn, ...],
    *,
    with_ordinality: bool,
) -> Relation:
    calls = tuple(_call(level.context, part) for part in parts)
    if len(parts) > 1:
        widths = tuple(part.width for part in parts)
        return RowsFrom(number, name, calls, widths, columns, with_ordinality)
    (call,) = calls
    if isinstance(call, FuncCall) and call.function.returns_set:
        return FunctionRelation(number, name, call, columns, with_ordinality)
    if not relations_in(call) and not is_composite(call.type):
        return FunctionRelation(number, name, call, columns, with_ordinality)
    return _value_as_rows(number, name, call, columns, with_ordinality=with_ordinality)


def _has_columns(call: Expr) -> bool:
    return isinstance(call, FuncCall) and len(call.function.out_types) > 1


def _value_as_rows(
    number: int, name: str, call: Expr, columns: tuple[RelationColumn, ...], *, with_ordinality: bool
) -> SubqueryRelation:
    """A function that returns one row: a query of it."""
    exprs: list[Expr] = [call]
    if with_ordinality:
        exprs.append(Const(oids.INT8, -1, 1))
    targets = tuple(Target(expr, column.name) for expr, column in zip(exprs, columns, strict=True))
    return SubqueryRelation(number, name, Select(targets), columns, lateral=True)


def _call(context: BindContext, part: Part) -> Expr:
    """Return what SQLite calls: of a function that describes its record, the record itself."""
    call = part.call
    if isinstance(call, FuncCall) and describes_itself(call) and not call.function.returns_set:
        return populated(context, call, part.definition)
    return call
