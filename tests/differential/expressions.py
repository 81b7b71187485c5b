"""Typed expressions at random: every function and operator Borealis carries out, over columns and literals.

An expression of a wanted type is a column, a literal, a call of a function or operator whose result has the type, a
cast, CASE or COALESCE. Overloads are PostgreSQL's own (pg_proc, pg_operator), so both sides resolve the same names.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from borealis.functions.lookup import is_supported
from borealis.functions.signatures import functions, operators
from borealis.types import oids

TYPES = {
    "int4": oids.INT4,
    "int8": oids.INT8,
    "int2": oids.INT2,
    "numeric": oids.NUMERIC,
    "float8": oids.FLOAT8,
    "text": oids.TEXT,
    "bool": oids.BOOL,
    "date": oids.DATE,
    "timestamp": oids.TIMESTAMP,
    "interval": oids.INTERVAL,
    "jsonb": oids.JSONB,
    "tsvector": oids.TSVECTOR,
    "tsquery": oids.TSQUERY,
    "regconfig": oids.REGCONFIG,
}
_NAMES = {oid: name for name, oid in TYPES.items()}

LITERALS: Mapping[str, Sequence[str]] = {
    "int4": ("0", "1", "-1", "2", "7", "100", "-40", "NULL::int"),
    "int8": ("0::int8", "3::int8", "-5::int8", "70000", "NULL::int8"),
    "int2": ("1::int2", "-3::int2", "12::int2", "NULL::int2"),
    "numeric": ("0.0", "1.5", "-2.25", "100.001", "3", "NULL::numeric"),
    "float8": ("0::float8", "0.5::float8", "-2::float8", "1024::float8", "NULL::float8"),
    "text": ("''", "'a'", "'Aurora'", "'part 3'", "'é_x%'", "'12'", "' pad '", "NULL::text"),
    "bool": ("true", "false", "NULL::bool"),
    "date": ("date '2024-02-29'", "date '2000-01-01'", "date '1999-12-31'", "NULL::date"),
    "timestamp": ("timestamp '2024-03-01 12:30:00.5'", "timestamp '1970-01-01'", "NULL::timestamp"),
    "interval": ("interval '1 day'", "interval '-2 hours'", "interval '1 mon 3 days'", "NULL::interval"),
    "jsonb": ("'{\"a\": 1}'::jsonb", "'[1, 2, \"x\"]'::jsonb", "'null'::jsonb", "NULL::jsonb"),
    "tsvector": ("''::tsvector", "'fat:1,4 cat:2A rat:3'::tsvector", "'a cat'::tsvector", "NULL::tsvector"),
    "tsquery": ("''::tsquery", "'fat & !rat'::tsquery", "'fat <-> cat | a:*'::tsquery", "NULL::tsquery"),
    "regconfig": ("'simple'::regconfig",),
}
_LEFT_OUT = frozenset(
    # Unbounded work or results for arguments this large, not a difference of meaning.
    "repeat lpad rpad factorial numeric_fac power pow exp dexp ^ generate_series gcd lcm random setseed "
    "pg_sleep numeric_power << >> int2shl int2shr int4shl int4shr int8shl int8shr "
    # Only its sign means something.
    "tsvector_cmp".split()
)
_INEXACT = frozenset(
    # Last digits are the C library's.
    "sin cos tan cot asin acos atan atan2 sinh cosh tanh asinh acosh atanh sind cosd tand cotd asind acosd atand "
    "atan2d ln log log10 sqrt cbrt |/ ||/ dlog1 dlog10 erf erfc radians degrees".split()
)


@cache
def makers() -> Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]:
    """Return, by result type, the templates of calls: `lower({})` with the types of their arguments."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for function in functions().values():
        if not _is_fit(function.name, function.args, function.result) or function.kind != "f":
            continue
        if function.returns_set or function.variadic or function.volatility != "i" or not function.args:
            continue
        if function.name.startswith(("bt", "hash", "pg_")):
            continue  # support functions, whose numbers mean nothing but their sign
        if is_supported(function):
            marks = ", ".join("{}" for _ in function.args)
            found[_NAMES[function.result]].append(
                (f"{function.name}({marks})", tuple(_NAMES[oid] for oid in function.args))
            )
    for operator in operators().values():
        function = functions().get(operator.function)
        if function is None or not is_supported(function) or function.volatility != "i":
            continue
        args = (operator.left, operator.right) if operator.left else (operator.right,)
        if _is_fit(operator.name, args, operator.result):
            text = "({} " + operator.name + " {})" if operator.left else "(" + operator.name + " {})"
            found[_NAMES[operator.result]].append((text, tuple(_NAMES[oid] for oid in args)))
    return found


def _is_fit(name: str, args: Sequence[int], result: int) -> bool:
    return (
        name not in _LEFT_OUT
        and name not in _INEXACT
        and result in _NAMES
        and all(oid in _NAMES for oid in args)
    )


class Expressions:
    """Makes expressions over the columns in scope, given by type."""

    def __init__(self, chance: random.Random, columns: Mapping[str, Sequence[str]]) -> None:
        self.chance = chance
        self.columns = columns

    def make(self, type_: str, depth: int) -> str:
        chance = self.chance
        roll = chance.random()
        if depth <= 0 or roll < 0.2:
            return self._leaf(type_)
        if roll < 0.3:
            condition = self.make("bool", depth - 1)
            return f"CASE WHEN {condition} THEN {self.make(type_, depth - 1)} ELSE {self.make(type_, depth - 1)} END"
        if roll < 0.36:
            return f"coalesce({self.make(type_, depth - 1)}, {self.make(type_, depth - 1)})"
        if roll < 0.4:
            return f"nullif({self.make(type_, depth - 1)}, {self._leaf(type_)})"
        if type_ == "bool" and roll < 0.7:
            return self._condition(depth)
        if type_ == "text" and roll < 0.5:
            return f"({self.make(chance.choice(['int4', 'numeric', 'date', 'bool']), depth - 1)})::text"
        templates = makers().get(type_, ())
        if not templates:
            return self._leaf(type_)
        template, arguments = chance.choice(templates)
        return template.format(*(self.make(argument, depth - 1) for argument in arguments))

    def _leaf(self, type_: str) -> str:
        columns = self.columns.get(type_, ())
        if columns and self.chance.random() < 0.7:
            return self.chance.choice(columns)
        return self.chance.choice(LITERALS[type_])

    def _condition(self, depth: int) -> str:
        chance = self.chance
        kind = chance.choice(
            ["compare", "compare", "and", "or", "not", "null", "between", "in", "like", "distinct"]
        )
        type_ = chance.choice(["int4", "int8", "numeric", "float8", "text", "date", "timestamp", "interval"])
        left = self.make(type_, depth - 1)
        match kind:
            case "compare":
                operator = chance.choice(["=", "<>", "<", "<=", ">", ">="])
                return f"({left} {operator} {self.make(type_, depth - 1)})"
            case "and" | "or":
                return f"({self.make('bool', depth - 1)} {kind.upper()} {self.make('bool', depth - 1)})"
            case "not":
                return f"(NOT {self.make('bool', depth - 1)})"
            case "null":
                return f"({left} IS {chance.choice(['', 'NOT '])}NULL)"
            case "between":
                return f"({left} BETWEEN {self._leaf(type_)} AND {self._leaf(type_)})"
            case "in":
                return f"({left} {chance.choice(['', 'NOT '])}IN ({self._leaf(type_)}, {self._leaf(type_)}))"
            case "like":
                pattern = chance.choice(["'A%'", "'%r%'", "'part _'", "'%'", "'é\\_%'"])
                word = chance.choice(["LIKE", "NOT LIKE", "ILIKE"])
                return f"({self.make('text', depth - 1)} {word} {pattern})"
        return f"({left} IS DISTINCT FROM {self.make(type_, depth - 1)})"
