"""The signatures of the built-in functions, operators, casts, as PostgreSQL 16 has them: what overloads resolve against.

Source: pg_proc, pg_operator and pg_cast of PostgreSQL 16, written by tools/dump_signatures.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import groupby
from operator import attrgetter

from borealis.types import oids
from borealis.types.base import Oid


@dataclass(frozen=True, slots=True)
class Function:
    oid: Oid
    name: str
    source: str  # pg_proc.prosrc
    kind: str  # f function, a aggregate, w window
    strict: bool
    volatility: str  # i immutable, s stable, v volatile
    returns_set: bool
    variadic: Oid  # element type of the VARIADIC array, 0 for none
    result: Oid
    args: tuple[Oid, ...]
    default_count: int
    out_types: tuple[Oid, ...]  # columns of a record result, by OUT parameters
    out_names: tuple[str, ...]
    defaults: str  # the defaults' SQL text, as pg_get_expr prints them
    arg_names: tuple[str, ...]  # of the arguments in args; empty where they have none
    aggregate_kind: str  # n normal, o ordered-set, h hypothetical-set; empty for none
    direct_args: int

    def given_array(self) -> Function:
        """Return the form of a function of VARIADIC "any" that takes an array in place of the arguments: f(VARIADIC array)."""
        return replace(self, args=(*self.args[:-1], oids.ANYARRAY))


@dataclass(frozen=True, slots=True)
class Operator:
    oid: Oid
    name: str
    left: Oid  # 0 for a prefix operator
    right: Oid
    result: Oid
    function: Oid
    commutator: Oid
    negator: Oid


@dataclass(frozen=True, slots=True)
class Cast:
    source: Oid
    target: Oid
    function: Oid  # 0 unless method is f
    context: str  # i implicit, a assignment, e explicit only
    method: str  # f function, i by text in and out, b binary-coercible


def _lines(name: str) -> list[list[str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


def _oids(text: str) -> tuple[Oid, ...]:
    return tuple(Oid(int(oid)) for oid in text.split())


def _function(fields: list[str]) -> Function:
    all_types, modes, names = _oids(fields[11]), fields[12], fields[13].split(" ")
    outs = [n for n, mode in enumerate(modes) if mode in "obt"]
    ins = [n for n, mode in enumerate(modes) if mode in "ibv"] if modes else range(len(names))
    return Function(
        oid=Oid(int(fields[0])),
        name=fields[1],
        source=fields[2],
        kind=fields[3],
        strict=fields[4] == "1",
        volatility=fields[5],
        returns_set=fields[6] == "1",
        variadic=Oid(int(fields[7])),
        result=Oid(int(fields[8])),
        args=_oids(fields[9]),
        default_count=int(fields[10]),
        out_types=tuple(all_types[n] for n in outs),
        out_names=tuple(names[n] for n in outs),
        defaults=fields[14],
        arg_names=tuple(names[n] for n in ins) if fields[13] else (),
        aggregate_kind=fields[15],
        direct_args=int(fields[16]),
    )


@cache
def functions() -> dict[Oid, Function]:
    return {function.oid: function for function in map(_function, _lines("pg_proc.tsv"))}


@cache
def functions_by_name() -> dict[str, tuple[Function, ...]]:
    named = sorted(functions().values(), key=attrgetter("name"))
    return {name: tuple(group) for name, group in groupby(named, key=attrgetter("name"))}


@cache
def operators() -> dict[Oid, Operator]:
    return {
        Oid(int(fields[0])): Operator(
            Oid(int(fields[0])),
            fields[1],
            *(Oid(int(oid)) for oid in fields[2:8]),
        )
        for fields in _lines("pg_operator.tsv")
    }


@cache
def operators_by_name() -> dict[str, tuple[Operator, ...]]:
    named = sorted(operators().values(), key=attrgetter("name"))
    return {name: tuple(group) for name, group in groupby(named, key=attrgetter("name"))}


@cache
def casts() -> dict[tuple[Oid, Oid], Cast]:
    return {
        (Oid(int(fields[0])), Oid(int(fields[1]))): Cast(
            Oid(int(fields[0])), Oid(int(fields[1])), Oid(int(fields[2])), fields[3], fields[4]
        )
        for fields in _lines("pg_cast.tsv")
    }
