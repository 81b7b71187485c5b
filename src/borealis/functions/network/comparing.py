"""Order of addresses: by family, by the bits both prefixes cover, by prefix length, by the whole address; containment."""

from __future__ import annotations

from collections.abc import Callable

from borealis.functions.implementation import Sql, emitter, scalar, template
from borealis.functions.ordering import collation, sort_form
from borealis.types import oids
from borealis.types.network import Address

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


@collation("pg_network", oids.INET, oids.CIDR)
def compare_addresses(left: str, right: str) -> int:
    if left == right:
        return 0
    a, b = Address.unpack(left), Address.unpack(right)
    if a.family != b.family:
        return -1 if a.family < b.family else 1
    shift = a.bits - min(a.prefix, b.prefix)
    first, second = (a.number >> shift, a.prefix, a.number), (b.number >> shift, b.prefix, b.number)
    return (first > second) - (first < second)


def _comparison(name: str, operator: str) -> None:
    @emitter(f"network_{name}")
    def emit(args: tuple[Sql, ...]) -> Sql:
        return Sql(f"({sort_form(args[0], oids.INET).text} {operator} {args[1].text})")


for _name, _operator in _OPERATORS.items():
    _comparison(_name, _operator)
    for _family in ("macaddr_", "macaddr8_"):
        template(f"{_family}{_name}", f"({{0}} {_operator} {{1}})")


@emitter("network_cmp")
def network_cmp(args: tuple[Sql, ...]) -> Sql:
    left, right = sort_form(args[0], oids.INET).text, args[1].text
    return Sql(f"(({left} > {right}) - ({left} < {right}))")


@emitter("macaddr_cmp", "macaddr8_cmp")
def macaddr_cmp(args: tuple[Sql, ...]) -> Sql:
    left, right = args[0].text, args[1].text
    return Sql(f"(({left} > {right}) - ({left} < {right}))")


def _larger(name: str, function: str) -> None:
    @emitter(f"network_{name}")
    def emit(args: tuple[Sql, ...]) -> Sql:
        return Sql(f"{function}({sort_form(args[0], oids.INET).text}, {args[1].text})")


_larger("larger", "max")
_larger("smaller", "min")


def _covers(outer: Address, inner: Address) -> bool:
    """Whether the network of one holds the other's."""
    if outer.family != inner.family or outer.prefix > inner.prefix:
        return False
    shift = outer.bits - outer.prefix
    return outer.number >> shift == inner.number >> shift


def _test(key: str, test: Callable[[Address, Address], bool]) -> None:
    @scalar(key)
    def call(left: str, right: str) -> int:
        return int(test(Address.unpack(left), Address.unpack(right)))


_test("network_sub", lambda a, b: a.prefix > b.prefix and _covers(b, a))
_test("network_subeq", lambda a, b: _covers(b, a))
_test("network_sup", lambda a, b: b.prefix > a.prefix and _covers(a, b))
_test("network_supeq", _covers)
_test("network_overlap", lambda a, b: _covers(a, b) or _covers(b, a))
_test("inet_same_family", lambda a, b: a.family == b.family)
