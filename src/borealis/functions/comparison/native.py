"""= <> < <= > >= of types whose representation SQLite compares as PostgreSQL does, and their larger/smaller.

Text compares by bytes: collation C. A float's NaN is text, above every number. bpchar stands without trailing blanks.
timetz and uuid are order-preserving BLOBs. An interval's span is the first half of its BLOB.
"""

from __future__ import annotations

from borealis.functions.implementation import Sql, emitter, template
from borealis.functions.ordering import sort_form
from borealis.types.base import Oid

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}

_FAMILIES = (
    "bool", "char", "name", "oid",
    "int2", "int4", "int8", "int24", "int42", "int28", "int82", "int48", "int84",
    "float4", "float8", "float48", "float84",
    "bytea", "bpchar",
    "date_", "time_", "timetz_", "timestamp_", "uuid_",
    "pg_lsn_", "tid", "bit",
)  # fmt: skip
"""Prefixes of prosrc: int4eq, date_eq. timestamptz has timestamp's functions."""

for _family in _FAMILIES:
    for _name, _operator in _OPERATORS.items():
        template(f"{_family}{_name}", f"({{0}} {_operator} {{1}})")

for _family in ("xid", "cid"):
    template(f"{_family}eq", "({0} = {1})")
template("xidneq", "({0} <> {1})")

for _name, _operator in _OPERATORS.items():
    template(f"text{_name}" if _name in ("eq", "ne") else f"text_{_name}", f"({{0}} {_operator} {{1}})")
    template(f"name{_name}text", f"({{0}} {_operator} {{1}})")
    template(f"text{_name}name", f"({{0}} {_operator} {{1}})")

for _name, _operator in {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    # The operators of text_pattern_ops: ~<~ and the like, which compare bytes; collation C does always.
    template(f"text_pattern_{_name}", f"({{0}} {_operator} {{1}})")
    template(f"bpchar_pattern_{_name}", f"({{0}} {_operator} {{1}})")

_LARGER = ("int2", "int4", "int8", "oid", "float4", "float8", "text_", "bpchar_", "date_", "time_", "timetz_",
           "timestamp_", "interval_", "pg_lsn_", "tid")  # fmt: skip
for _family in _LARGER:
    # Of equals PostgreSQL takes the second, as in 0 and -0; SQLite's max takes the first and its min the last.
    template(f"{_family}larger", "max({1}, {0})")
    template(f"{_family}smaller", "min({0}, {1})")

_CMP = ("btint2", "btint4", "btint8", "btoid", "btchar", "btname", "btfloat4", "btfloat8", "bttext", "bttextname",
        "btnametext", "btbool", "btint24", "btint42", "btint28", "btint82", "btint48", "btint84", "btfloat48",
        "btfloat84", "bpchar", "bytea", "date_", "time_", "timetz_", "timestamp_", "uuid_",
        "pg_lsn_", "bttid", "bit")  # fmt: skip


@emitter(*(f"{family}cmp" for family in _CMP))
def compare(args: tuple[Sql, ...]) -> Sql:
    left, right = (arg.text for arg in args)
    return Sql(f"(({left} > {right}) - ({left} < {right}))")


def _interval(operator: str) -> None:
    name = {v: k for k, v in _OPERATORS.items()}[operator]

    @emitter(f"interval_{name}")
    def emit(args: tuple[Sql, ...]) -> Sql:
        left, right = (sort_form(arg, Oid(1186)).text for arg in args)
        return Sql(f"({left} {operator} {right})")


for _operator in _OPERATORS.values():
    _interval(_operator)


@emitter("interval_cmp")
def compare_intervals(args: tuple[Sql, ...]) -> Sql:
    return compare(tuple(sort_form(arg, Oid(1186)) for arg in args))
