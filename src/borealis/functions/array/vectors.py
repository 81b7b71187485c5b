"""oidvector compared: the shorter first, then element by element. int2vector has array's operators, by a cast."""

from __future__ import annotations

from borealis.functions.implementation import Sql, emitter
from borealis.functions.ordering import collation, sort_form
from borealis.types import oids
from borealis.types.array import unpack


@collation("pg_oidvector", oids.OIDVECTOR)
def compare_vectors(left: str, right: str) -> int:
    a, b = unpack(left), unpack(right)
    first, second = (len(a), a), (len(b), b)
    return (first > second) - (first < second)


def _comparison(name: str, operator: str) -> None:
    @emitter(f"oidvector{name}")
    def emit(args: tuple[Sql, ...]) -> Sql:
        return Sql(f"({sort_form(args[0], oids.OIDVECTOR).text} {operator} {args[1].text})")


for _name, _operator in {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    _comparison(_name, _operator)


@emitter("btoidvectorcmp")
def btoidvectorcmp(args: tuple[Sql, ...]) -> Sql:
    left, right = sort_form(args[0], oids.OIDVECTOR).text, args[1].text
    return Sql(f"(({left} > {right}) - ({left} < {right}))")
