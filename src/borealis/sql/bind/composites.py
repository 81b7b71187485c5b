"""Composite values: whole rows, fields of records, casts to a table's row type.

What a record's columns are is known here where PostgreSQL knows it while parsing: of ROW(…), of whole rows, of a row
type, of a function with OUT parameters, and of a subquery's column that is one of these.
Source: PostgreSQL 16 documentation 4.2.4, 8.16.
"""

from __future__ import annotations

from borealis.errors import CannotCoerce, SqlError, UndefinedColumn, WrongObjectType
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.level import NamespaceItem
from borealis.sql.bind.pathways import CoercionContext, can_coerce
from borealis.sql.bound.expressions import (
    Case,
    CoerceArray,
    CoerceViaIO,
    Const,
    Expr,
    FieldSelect,
    FuncCall,
    Param,
    Relabel,
    Row,
    RowFrom,
    RowSource,
    SqlCall,
    SubLink,
    SubLinkKind,
    Var,
    WholeRow,
)
from borealis.sql.bound.statements import Select
from borealis.types import oids, record
from borealis.types.base import Oid
from borealis.types.registry import format_type, type_of
from borealis.types.row_types import Shape, is_row_type, row_type_of, table_of


def is_composite(oid: Oid) -> bool:
    return oid == oids.RECORD or is_row_type(oid)


def shape_of_row_type(context: BindContext, oid: Oid) -> Shape | None:
    """Return the columns of a table's row type, None where the table is not there."""
    relation = context.catalog.relations_by_oid.get(table_of(oid))
    columns = getattr(relation, "live_columns", None)
    if columns is None:
        return None
    return Shape(
        tuple(column.name for column in columns),
        tuple(column.type for column in columns),
        tuple(column.typmod for column in columns),
    )


def shape_of(context: BindContext, expr: Expr) -> Shape | None:
    """Return the columns of a composite expression, None where they are known at run time only."""
    return shape_of_row_type(context, expr.type) if is_row_type(expr.type) else record_shape(expr)


def record_shape(expr: Expr) -> Shape | None:
    """Return the columns of an anonymous record."""
    match expr:
        case Row() | WholeRow():
            return Shape(
                expr.names, tuple(arg.type for arg in expr.args), tuple(arg.typmod for arg in expr.args)
            )
        case RowFrom():
            return Shape(
                expr.names,
                tuple(each.type for each in expr.fields),
                tuple(each.typmod for each in expr.fields),
            )
        case Var(shape=shape):
            return shape
        case FuncCall(function=function) if len(function.out_types) > 1:
            return Shape(function.out_names, function.out_types, (-1,) * len(function.out_types))
        case Relabel(arg=arg) if expr.type == oids.RECORD:
            return record_shape(arg)
        case SqlCall(body=body):
            return _shape_of_body(body)
    return None


def _shape_of_body(body: Expr) -> Shape | None:
    """Return the columns of the record that a function's body makes, one of its OUT parameters."""
    match body:
        case SubLink(kind=SubLinkKind.SCALAR, query=Select(targets=(target, *_))):
            return _shape_of_body(target.expr)
        case Case(otherwise=otherwise):
            return _shape_of_body(otherwise)
    return record_shape(body)


def field_at(expr: Expr, shape: Shape, ordinal: int) -> Expr:
    """Return a record's column, by its ordinal from 1."""
    if isinstance(expr, Row | WholeRow):
        return expr.args[ordinal - 1]
    return FieldSelect(shape.types[ordinal - 1], shape.typmods[ordinal - 1], expr, ordinal)


def select_field(context: BindContext, expr: Expr, name: str, position: int | None) -> Expr:
    """Bind `(expr).name`.

    Raises:
        UndefinedColumn: 42703.
        WrongObjectType: 42809, not a composite.
    """
    shape = shape_of(context, expr) if is_composite(expr.type) else None
    if shape is not None and name in shape.names:
        return context.remember(field_at(expr, shape, shape.names.index(name) + 1), position)
    raise _no_field(context, expr, name, position)


def _no_field(context: BindContext, expr: Expr, name: str, position: int | None) -> SqlError:
    if isinstance(expr, WholeRow):
        return UndefinedColumn(f"column {expr.alias}.{name} does not exist", position=position)
    if is_row_type(expr.type):
        return UndefinedColumn(
            f'column "{name}" not found in data type {format_type(expr.type)}', position=position
        )
    if isinstance(expr, Var) and expr.type == oids.RECORD and expr.shape is None:
        return WrongObjectType("record type has not been registered")
    if expr.type == oids.RECORD:
        return UndefinedColumn(f'could not identify column "{name}" in record data type', position=position)
    return WrongObjectType(
        f"column notation .{name} applied to type {format_type(expr.type)}, which is not a composite type",
        position=position,
    )


def whole_row(context: BindContext, item: NamespaceItem) -> Expr:
    """Return a FROM item as one value; a function of one plain column stands for that column."""
    exprs = tuple(column.expr for column in item.columns)
    if item.is_scalar:
        return exprs[0]
    relations = {expr.relation for expr in exprs if isinstance(expr, Var)}
    relation = relations.pop() if len(relations) == 1 else 0
    context.whole_rows.add(relation)
    if item.table:
        oid = row_type_of(item.table)
        shape = shape_of_row_type(context, oid)
        if shape is not None and len(shape.names) == len(exprs):
            return WholeRow(oid, -1, relation, item.name, exprs, shape.names)
    names = tuple(column.name for column in item.columns)
    return WholeRow(oids.RECORD, -1, relation, item.name, exprs, names)


def fields_of(context: BindContext, expr: Expr, position: int | None) -> list[tuple[str, Expr]]:
    """Return the columns `(expr).*` stands for."""
    shape = shape_of(context, expr) if is_composite(expr.type) else None
    if shape is None:
        if is_composite(expr.type):
            raise WrongObjectType("record type has not been registered")
        raise WrongObjectType(
            f"type {format_type(expr.type)} is not composite", position=context.position_of(expr) or position
        )
    return [(name, field_at(expr, shape, n)) for n, name in enumerate(shape.names, 1)]


def coerce_to_row_type(
    context: BindContext, expr: Expr, target: Oid, how: CoercionContext, position: int | None
) -> Expr | None:
    """Return an expression as a table's row type, None if it is nothing of the kind."""
    shape = shape_of_row_type(context, target)
    assert shape is not None, target
    if expr.type == oids.UNKNOWN:
        return _from_unknown(context, expr, target, shape, context.position_of(expr) or position)
    if expr.type == oids.RECORD:
        if not isinstance(expr, Row | WholeRow):
            return None
        return _from_row(context, expr, target, shape, how, position)
    return from_text(target, shape, expr)


def coerce_to_rows(context: BindContext, expr: Expr, target: Oid, position: int | None) -> Expr | None:
    """Return text, or a literal, as an array of a table's rows: an array of texts, each read as a row."""
    from borealis.sql.bind.coerce import coerce_type

    row_type = type_of(target).element
    shape = shape_of_row_type(context, row_type)
    if shape is None:
        return None
    if isinstance(expr, Const) and expr.value is None:
        return Const(target, -1, None)
    if isinstance(expr, Param) and expr.type in (oids.UNKNOWN, target):
        param = context.parameters.resolve(expr, target, position) if expr.type == oids.UNKNOWN else expr
        texts: Expr = Relabel(oids.TEXT_ARRAY, -1, param)
    elif expr.type == oids.UNKNOWN or type_of(expr.type).category == "S":
        texts = coerce_type(context, expr, oids.TEXT_ARRAY, CoercionContext.EXPLICIT, position)
    else:
        return None
    return CoerceArray(target, -1, texts, from_text(row_type, shape, Param(oids.TEXT, -1, 0)))


def _from_unknown(context: BindContext, expr: Expr, target: Oid, shape: Shape, position: int | None) -> Expr:
    if isinstance(expr, Param):
        return from_text(target, shape, context.parameters.resolve(expr, target, position))
    if not isinstance(expr, Const):
        return from_text(target, shape, Relabel(oids.TEXT, -1, expr))
    if expr.value is None:
        return Const(target, -1, None)
    return context.remember(_literal(context, str(expr.value), target, shape, position), position)


def _literal(context: BindContext, text: str, target: Oid, shape: Shape, position: int | None) -> Row:
    """Read '(1,a)' as a row of constants."""
    from borealis.sql.bind.coerce import apply_typmod, literal

    try:
        parts = record.read(text, len(shape.names))
    except SqlError as error:
        raise error.at(position) from None
    args = tuple(
        apply_typmod(literal(context, part, type_, typmod, position), type_, typmod, is_explicit=False)
        for part, type_, typmod in zip(parts, shape.types, shape.typmods, strict=True)
    )
    return Row(target, -1, args, shape.names)


def from_text(target: Oid, shape: Shape, arg: Expr) -> RowFrom:
    """Read a record from text that is known at run time only."""
    fields = tuple(
        field_of_text(type_, typmod) for type_, typmod in zip(shape.types, shape.typmods, strict=True)
    )
    return RowFrom(target, -1, RowSource.TEXT, arg, shape.names, fields)


def field_of_text(type_: Oid, typmod: int) -> Expr:
    """Return the cast of one column's text, a Param numbered 0."""
    from borealis.sql.bind.coerce import apply_typmod

    text = Param(oids.TEXT, -1, 0)
    cast: Expr = Relabel(type_, -1, text) if type_ == oids.TEXT else CoerceViaIO(type_, -1, text)
    return apply_typmod(cast, type_, typmod, is_explicit=False)


def _from_row(
    context: BindContext,
    row: Row | WholeRow,
    target: Oid,
    shape: Shape,
    how: CoercionContext,
    position: int | None,
) -> Expr:
    from borealis.sql.bind.coerce import apply_typmod, coerce_type

    if len(row.args) != len(shape.types):
        few = "few" if len(row.args) < len(shape.types) else "many"
        raise _cannot_cast(target, f"Input has too {few} columns.", position)
    args = []
    for ordinal, (arg, type_, typmod) in enumerate(zip(row.args, shape.types, shape.typmods, strict=True), 1):
        if not can_coerce(arg.type, type_, how):
            raise _cannot_cast(
                target,
                f"Cannot cast type {format_type(arg.type)} to {format_type(type_)} in column {ordinal}.",
                position,
            )
        coerced = coerce_type(context, arg, type_, how, position, typmod)
        args.append(apply_typmod(coerced, type_, typmod, is_explicit=how is CoercionContext.EXPLICIT))
    if isinstance(row, WholeRow):
        return WholeRow(target, -1, row.relation, row.alias, tuple(args), shape.names)
    return Row(target, -1, tuple(args), shape.names)


def _cannot_cast(target: Oid, detail: str, position: int | None) -> CannotCoerce:
    return CannotCoerce(f"cannot cast type record to {format_type(target)}", detail=detail, position=position)
