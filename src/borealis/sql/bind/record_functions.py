"""Functions whose result is a record the call itself describes: json_populate_record, json_to_record and their sets.

json_populate_record(base, json) has its base's type; json_to_record's columns come from a column definition list. Both
become a RowFrom, which casts each member of the object as its column; a set's elements become one each.
"""

from __future__ import annotations

from borealis.errors import DatatypeMismatch, FeatureNotSupported
from borealis.functions.records.build import check_defined
from borealis.sql.bind.composites import field_at, field_of_text, is_composite, shape_of
from borealis.sql.bind.context import BindContext
from borealis.sql.bound.expressions import Const, Expr, FuncCall, Param, RowFrom, RowSource
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import format_type
from borealis.types.row_types import Shape, is_array_of_rows, is_row_type

POPULATE = frozenset(("json_populate_record", "jsonb_populate_record"))
_POPULATE_SETS = frozenset(("json_populate_recordset", "jsonb_populate_recordset"))
TO_RECORD = frozenset(("json_to_record", "jsonb_to_record"))
_TO_RECORD_SETS = frozenset(("json_to_recordset", "jsonb_to_recordset"))


def describes_itself(call: Expr) -> bool:
    return isinstance(call, FuncCall) and call.function.name in (
        POPULATE | _POPULATE_SETS | TO_RECORD | _TO_RECORD_SETS
    )


def check_base(name: str, args: tuple[Expr, ...], position: int | None) -> None:
    """Raise unless the first argument of json_populate_record(set) is a row."""
    if name not in POPULATE | _POPULATE_SETS:
        return
    if args[0].type == oids.UNKNOWN:
        raise DatatypeMismatch("could not determine polymorphic type because input has type unknown")
    if not is_composite(args[0].type):
        raise DatatypeMismatch(f"first argument of {name} must be a row type")


def populated(context: BindContext, call: FuncCall, shape: Shape | None) -> Expr:
    """Bind a call of json_populate_record or json_to_record as the record it makes. shape: a column definition list's."""
    if call.function.name in TO_RECORD:
        return row_of_json(context, oids.RECORD, _known(call, shape), call.args[0], None)
    return row_of_json(context, call.type, _shape_of_base(context, call, shape), call.args[1], call.args[0])


def row_of_element(context: BindContext, call: FuncCall, element: Expr, shape: Shape | None) -> Expr | None:
    """Return the record an element of json_to_recordset's or json_populate_recordset's array is; None for other functions."""
    name = call.function.name
    if name in _TO_RECORD_SETS:
        return row_of_json(context, oids.RECORD, _known(call, shape), element, None)
    if name in _POPULATE_SETS:
        return row_of_json(context, call.type, _shape_of_base(context, call, shape), element, call.args[0])
    return None


def _shape_of_base(context: BindContext, call: FuncCall, defined: Shape | None) -> Shape:
    """Return the columns that are looked for in the object: the base's own where it is known, whatever the call's are named.

    Raises: DatatypeMismatch: 42804, a column definition list describes other columns.
    """
    own = shape_of(context, call.args[0])
    if own is not None and defined is not None:
        check_defined(own.types, defined.types)
    return _known(call, own or defined)


def _known(call: FuncCall, shape: Shape | None) -> Shape:
    if shape is not None:
        return shape
    raise FeatureNotSupported(
        f"could not determine row type for result of {call.function.name}",
        hint="Provide a non-null record argument, or call the function in the FROM clause using a column "
        "definition list.",
    )


def row_of_json(context: BindContext, target: Oid, shape: Shape, arg: Expr, base: Expr | None) -> RowFrom:
    """Read an object as a record; what it lacks is base's."""
    has_base = base is not None and not (isinstance(base, Const) and base.value is None)
    return RowFrom(
        target,
        -1,
        RowSource.JSON,
        arg,
        shape.names,
        tuple(
            _member(context, type_, typmod) for type_, typmod in zip(shape.types, shape.typmods, strict=True)
        ),
        tuple(field_at(base, shape, n) for n in range(1, len(shape.names) + 1))
        if has_base and base is not None
        else (),
        base if has_base else None,
    )


def _member(context: BindContext, type_: Oid, typmod: int) -> Expr:
    if is_row_type(type_):
        shape = shape_of(context, Const(type_, -1, None))
        assert shape is not None
        return row_of_json(context, type_, shape, Param(oids.JSON, -1, 0), None)
    if is_array_of_rows(type_):
        raise FeatureNotSupported(f"datatype {format_type(type_)} in a record of JSON not supported")
    return field_of_text(type_, typmod)
