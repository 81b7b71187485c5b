"""num_nulls and num_nonnulls, over any arguments as they stand, or over an array's elements."""

from __future__ import annotations

from borealis.functions.array.elements import flat
from borealis.functions.implementation import Sql, TypedEmitter, emitter, scalar, typed_emitter
from borealis.types.array import unpack
from borealis.types.base import Oid


@emitter("pg_num_nulls")
def num_nulls(args: tuple[Sql, ...]) -> Sql:
    return Sql(f"({' + '.join(f'({arg.text} IS NULL)' for arg in args) or '0'})")


@emitter("pg_num_nonnulls")
def num_nonnulls(args: tuple[Sql, ...]) -> Sql:
    return Sql(f"({' + '.join(f'({arg.text} IS NOT NULL)' for arg in args) or '0'})")


def _of_array(name: str) -> TypedEmitter:
    def emit(args: tuple[Sql, ...], types: tuple[Oid, ...], result: Oid) -> Sql:
        return Sql(f"pg_{name}_array({args[0].text})")

    return emit


for _name in ("num_nulls", "num_nonnulls"):
    typed_emitter(f"{_name}(anyarray)")(_of_array(_name))


@scalar("num_nulls_array")
def num_nulls_array(array: str) -> int:
    return flat(unpack(array)).count(None)


@scalar("num_nonnulls_array")
def num_nonnulls_array(array: str) -> int:
    items = flat(unpack(array))
    return len(items) - items.count(None)
