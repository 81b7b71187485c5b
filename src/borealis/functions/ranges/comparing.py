"""Order of ranges: the empty one first, then by lower bound, then by upper; multiranges range by range."""

from __future__ import annotations

from borealis.functions.implementation import Sql, TypedEmitter, typed_emitter
from borealis.functions.ordering import collation, sort_form
from borealis.functions.ranges.operands import Ranges
from borealis.types.base import Oid
from borealis.types.ranges import MULTIRANGE_OF, unpack, unpack_all

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def _ordered(left: Ranges, right: Ranges) -> int:
    a, b = [(each.begin, each.end) for each in left], [(each.begin, each.end) for each in right]
    return (a > b) - (a < b)


def _make_collations(range_: Oid, multirange: Oid) -> None:
    @collation(f"pg_range_{int(range_)}", int(range_))
    def compare_ranges(left: str, right: str) -> int:
        a, b = unpack(range_, left), unpack(range_, right)
        return _ordered([] if a is None else [a], [] if b is None else [b])

    @collation(f"pg_multirange_{int(multirange)}", int(multirange))
    def compare_multiranges(left: str, right: str) -> int:
        return _ordered(unpack_all(range_, left), unpack_all(range_, right))


for _range, _multirange in MULTIRANGE_OF.items():
    _make_collations(_range, _multirange)


def _comparison(operator: str) -> TypedEmitter:
    def emit(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
        return Sql(f"({sort_form(args[0], types[0]).text} {operator} {args[1].text})")

    return emit


for _name, _operator in _OPERATORS.items():
    typed_emitter(f"range_{_name}", f"multirange_{_name}")(_comparison(_operator))


@typed_emitter("range_cmp", "multirange_cmp")
def compare(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
    left, right = sort_form(args[0], types[0]).text, args[1].text
    return Sql(f"(({left} > {right}) - ({left} < {right}))")
