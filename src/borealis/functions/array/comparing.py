"""Comparison of arrays: element by element, NULL above every value; then the shorter first, then by dimensions.

Each array type has a collation of its own, so that ORDER BY, GROUP BY and DISTINCT follow it too.
"""

from __future__ import annotations

from borealis.errors import UndefinedFunction
from borealis.functions.array.elements import dimensions, flat, values
from borealis.functions.implementation import Sql, TypedEmitter, typed_emitter
from borealis.functions.ordering import collation, collation_of, compare, sort_form
from borealis.types import oids
from borealis.types.base import Oid, Value
from borealis.types.registry import format_type, type_of, types

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_WITHOUT_EQUALITY = frozenset((oids.JSON, oids.XML, oids.POINT))
_VECTORS = ("int2vector", "oidvector")
"""Arrays by another name, which have collations of their own (vectors.py)."""


def compare_elements(element: int, left: Value, right: Value) -> int:
    if left is None or right is None:
        return (left is None) - (right is None)
    return compare(element, left, right)


def compare_arrays(element: int, left: str, right: str) -> int:
    if left == right:
        return 0
    left_items, right_items = values(left, element), values(right, element)
    left_flat, right_flat = flat(left_items), flat(right_items)
    for a, b in zip(left_flat, right_flat, strict=False):
        order = compare_elements(element, a, b)
        if order:
            return order
    if len(left_flat) != len(right_flat):
        return -1 if len(left_flat) < len(right_flat) else 1
    left_shape, right_shape = dimensions(left_items), dimensions(right_items)
    if len(left_shape) != len(right_shape):
        return -1 if len(left_shape) < len(right_shape) else 1
    return (left_shape > right_shape) - (left_shape < right_shape)


def _make_collation(array: Oid, element: Oid) -> None:
    @collation(f"pg_array_{int(element)}", int(array))
    def compare_(left: str, right: str) -> int:
        return compare_arrays(element, left, right)


for _type in types().values():
    if _type.category == "A" and _type.element and not _type.name.endswith(_VECTORS):
        _make_collation(_type.oid, _type.element)


def require_equality(array: Oid) -> None:
    """Raise UndefinedFunction 42883 for elements that cannot be compared."""
    element = type_of(array).element
    comparable = type_of(element).array if element else array  # an int2vector is compared as an int2[]
    if element in _WITHOUT_EQUALITY or collation_of(comparable) is None:
        raise UndefinedFunction(
            f"could not identify an equality operator for type {format_type(element) if element else 'anyarray'}"
        )


def _comparison(operator: str) -> TypedEmitter:
    def emit(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
        require_equality(arg_types[0])
        return Sql(f"({sort_form(args[0], arg_types[0]).text} {operator} {args[1].text})")

    return emit


for _name, _operator in _OPERATORS.items():
    typed_emitter(f"array_{_name}")(_comparison(_operator))


@typed_emitter("btarraycmp")
def btarraycmp(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
    left, right = sort_form(args[0], arg_types[0]).text, args[1].text
    return Sql(f"(({left} > {right}) - ({left} < {right}))")


def _larger(name: str, function: str) -> None:
    @typed_emitter(f"array_{name}")
    def emit(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
        require_equality(arg_types[0])
        return Sql(f"{function}({sort_form(args[0], arg_types[0]).text}, {args[1].text})")


_larger("larger", "max")
_larger("smaller", "min")
