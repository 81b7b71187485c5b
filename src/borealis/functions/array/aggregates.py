"""array_agg: SQLite's json_group_array over the elements; over arrays, which need a check of their shape, Python.

min and max of arrays, by their collation.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.errors import ArraySubscriptError, FeatureNotSupported, NullValueNotAllowed
from borealis.functions.array.comparing import require_equality
from borealis.functions.array.elements import dimensions, element_text
from borealis.functions.implementation import Aggregation, Sql, aggregate, native_aggregate
from borealis.functions.ordering import COLLATION_OF, sort_form
from borealis.types import oids
from borealis.types.array import pack, unpack
from borealis.types.base import Value


@native_aggregate("array_agg(anynonarray)")
def array_agg(call: Aggregation) -> Sql:
    type_ = call.types[0]
    element = element_text(call.args[0], type_)
    if call.distinct:
        if type_ == oids.INTERVAL:
            raise FeatureNotSupported("array_agg(DISTINCT interval) not supported")
        if type_ in COLLATION_OF:
            element = f"({element} COLLATE {COLLATION_OF[type_]})"
        # PostgreSQL sorts to find equal values.
        call = replace(call, order=call.order or f"{element} NULLS LAST")
    # Only a query without GROUP BY has a group of no rows; PostgreSQL answers NULL.
    # BINARY, for a COLLATE of the element would reach nullif too.
    return Sql(f"nullif({call.call('json_group_array', element)} COLLATE BINARY, '[]')")


def _extreme(name: str) -> None:
    @native_aggregate(f"{name}(anyarray)")
    def emit(call: Aggregation) -> Sql:
        require_equality(call.types[0])
        # What is greatest does not depend on how often or in which order it comes.
        once = Aggregation(call.args, call.types, tail=call.tail)
        return Sql(once.call(name, sort_form(call.args[0], call.types[0]).text))


_extreme("min")
_extreme("max")


@aggregate("array_agg(anyarray)")
class ArrayOfArrays:
    __slots__ = ("_items", "_shape")

    def __init__(self) -> None:
        self._items: list[object] = []
        self._shape: list[int] | None = None

    def step(self, value: Value) -> None:
        if value is None:
            raise NullValueNotAllowed("cannot accumulate null arrays")
        items = unpack(value)
        shape = dimensions(items)
        if not shape:
            raise ArraySubscriptError("cannot accumulate empty arrays")
        if self._shape is not None and shape != self._shape:
            raise ArraySubscriptError("cannot accumulate arrays of different dimensionality")
        self._shape = shape
        self._items.append(items)

    def final(self) -> Value:
        return pack(self._items) if self._items else None
