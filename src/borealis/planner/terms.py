"""Terms: the conditions of a query, and which of them an index may be searched by.

    a = $1, $1 = a, a IN (…), a = ANY ($1), a IN (SELECT …), a IS NULL         one value, or some
    a < $1, a BETWEEN …, a LIKE 'x%', a IS NOT NULL                            a range

An index key is a column, or the expression an index keeps. Only operators whose order is the index's are taken: the others'
conditions are filters. A term that is taken may still turn out to be no search in SQLite's text; it is a condition all the
same, so the rows are right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from borealis.planner.physical import KeyColumnKind
from borealis.sql.bound.expressions import (
    BoolExpr,
    BoolOp,
    CoerceToDomain,
    Const,
    Expr,
    FuncCall,
    InList,
    NullTest,
    Param,
    Relabel,
    ScalarArray,
    SubLink,
    SubLinkKind,
    Var,
)
from borealis.sql.bound.statements import SetOperation, Values
from borealis.sql.bound.trees import conjuncts, is_constant, is_volatile, relations_named, walk
from borealis.types import oids

_COMPARISON = re.compile(
    r"(?:int(?:2|4|8|24|28|42|48|82|84)|float(?:4|8|48|84)|bool|oid|bpchar|bytea|name|char)(eq|lt|le|gt|ge)"
    r"|(?:uuid|date|time|timetz|timestamp|numeric)_(eq|lt|le|gt|ge)"
    r"|text(?:(eq)|_(lt|le|gt|ge))"
)
"""pg_proc.prosrc of the operators that compare as index tables are ordered."""

_MIXED_COMPARISON = re.compile(r"(date|timestamp|timestamptz)_(eq|lt|le|gt|ge)_(date|timestamp|timestamptz)")
"""Those of two types: an index serves where the key's own type is what the other side is brought to (mixed_comparison)."""

_SYMBOLS = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
COMMUTED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_PREFIXES = frozenset({"textlike", "bpcharlike", "namelike", "starts_with"})


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """A condition on one key that an index may be searched by."""

    key: Expr
    kind: KeyColumnKind
    symbol: str  # =, <, <=, >, >=; empty where it is none of them
    value: Expr | None  # the other side of a comparison
    term: Expr
    needs: frozenset[int]  # the relations the other side names


def key_terms(term: Expr, relation: int) -> tuple[KeyTerm, ...]:
    """Return what a condition says of keys of a relation: for a = b of one relation's columns nothing."""
    match term:
        case FuncCall():
            return tuple(_comparisons(term, relation))
        case InList(negated=False) | ScalarArray(is_any=True):
            return _one_of(term, relation)
        case SubLink(kind=SubLinkKind.ANY):
            return _in_query(term, relation)
        case NullTest() if _is_key(term.arg, relation):
            kind = KeyColumnKind.RANGE if term.negated else KeyColumnKind.IS_NULL
            return (KeyTerm(stripped(term.arg), kind, "", None, term, frozenset()),)
    return ()


def comparison_symbol(term: Expr) -> str | None:
    """Return the operator of a comparison that index tables are ordered by."""
    if not isinstance(term, FuncCall) or len(term.args) != 2:
        return None
    found = _COMPARISON.fullmatch(term.function.source)
    if found is None:
        return None
    return _SYMBOLS[next(name for name in found.groups() if name)]


@dataclass(frozen=True, slots=True)
class MixedComparison:
    """A column beside a constant of another type of date and time."""

    key: Expr
    symbol: str
    value: Expr
    is_rounded: bool
    """A date beside a timestamp, which becomes the day before or after it (functions/comparison/datetimes.py)."""


def mixed_comparison(term: Expr) -> MixedComparison | None:
    """Return what a comparison of two types says of a column, where its other side is one value in a run; None: nothing.

    A date beside a timestamptz is no search: which day a moment is on is the time zone's to say.
    """
    found = _MIXED_COMPARISON.fullmatch(term.function.source) if isinstance(term, FuncCall) else None
    if found is None or not isinstance(term, FuncCall):
        return None
    (left, right), symbol = term.args, _SYMBOLS[found[2]]
    for key, type_, value, other, op in (
        (left, found[1], right, found[3], symbol),
        (right, found[3], left, found[1], COMMUTED[symbol]),
    ):
        if not isinstance(stripped(key), Var) or not is_constant(value):
            continue
        if type_ == "date" and (other != "timestamp" or op == "="):
            return None
        return MixedComparison(stripped(key), op, value, type_ == "date")
    return None


def _comparisons(term: FuncCall, relation: int) -> Iterable[KeyTerm]:
    symbol = comparison_symbol(term)
    if symbol is None:
        mixed = mixed_comparison(term)
        if mixed is not None and _is_key(mixed.key, relation):
            kind = KeyColumnKind.EQUAL if mixed.symbol == "=" else KeyColumnKind.RANGE
            yield KeyTerm(mixed.key, kind, mixed.symbol, mixed.value, term, frozenset())
        if term.function.source in _PREFIXES and _is_prefix(term) and _is_key(term.args[0], relation):
            yield KeyTerm(stripped(term.args[0]), KeyColumnKind.RANGE, "", term.args[1], term, frozenset())
        return
    left, right = term.args
    for key, other, op in ((left, right, symbol), (right, left, COMMUTED[symbol])):
        if not _is_key(key, relation):
            continue
        needs = relations_named(other)
        if relation in needs or is_volatile(other):
            continue
        kind = KeyColumnKind.EQUAL if op == "=" else KeyColumnKind.RANGE
        yield KeyTerm(stripped(key), kind, op, other, term, needs)


def _is_prefix(term: FuncCall) -> bool:
    """Whether a LIKE pattern is a constant that begins with other characters than wildcards."""
    pattern = stripped(term.args[1])
    if term.function.source == "starts_with":
        return isinstance(pattern, Const | Param)
    return isinstance(pattern, Const) and isinstance(pattern.value, str) and pattern.value[:1] not in "%_"


def _one_of(term: InList | ScalarArray, relation: int) -> tuple[KeyTerm, ...]:
    if isinstance(term, ScalarArray):
        others: tuple[Expr, ...] = (term.array,)
        if comparison_symbol(term.comparison) != "=" or not _is_element_comparison(term):
            return ()
    else:
        others = term.items
    needs = relations_named(others)
    if not _is_key(term.left, relation) or relation in needs or is_volatile(others):
        return ()
    return (KeyTerm(stripped(term.left), KeyColumnKind.ONE_OF, "", None, term, needs),)


def _is_element_comparison(term: ScalarArray) -> bool:
    """Whether the array's element is compared as it stands, by an = that is SQLite's own."""
    comparison = term.comparison
    assert isinstance(comparison, FuncCall)
    element = stripped(comparison.args[1])
    is_element = isinstance(element, Param) and element.number == 0
    return is_element and not comparison.function.source.startswith("numeric")


def _in_query(term: SubLink, relation: int) -> tuple[KeyTerm, ...]:
    """x IN (SELECT y …): each comparison with the query's columns, in their order."""
    found = []
    for ordinal, each in enumerate(conjuncts(term.comparison), 1):
        if comparison_symbol(each) != "=" or not isinstance(each, FuncCall):
            return ()
        left, right = each.args
        right = stripped(right)
        is_column = isinstance(right, Var) and right.relation == term.relation and right.attnum == ordinal
        if not is_column or each.function.source.startswith("numeric"):
            return ()
        found.append(left)
    needs = relations_named(term.query) - _own(term.query)
    if relation in needs or is_volatile(term.query):
        return ()
    return tuple(
        KeyTerm(stripped(left), KeyColumnKind.ONE_OF, "", None, term, needs)
        for left in found
        if len(found) == 1 and _is_key(left, relation)
    )


def _own(query: object) -> frozenset[int]:
    """Return the ids of the relations a tree brings with it, at any depth."""
    found = set()
    for each in walk(query):
        if isinstance(each, SubLink | SetOperation | Values | CoerceToDomain):
            found.add(each.relation)
        else:
            number = getattr(each, "id", None)
            if isinstance(number, int):
                found.add(number)
    return frozenset(found)


def outer_relations(node: object) -> frozenset[int]:
    """Return the ids of the relations that a tree names and does not bring with it."""
    return relations_named(node) - _own(node)


def _is_key(expr: Expr, relation: int) -> bool:
    """Whether an expression may be an index's key: it names the relation, and no other."""
    key = stripped(expr)
    if isinstance(key, Var):
        return key.relation == relation
    return isinstance(key, FuncCall) and relations_named(key) == {relation}


def stripped(expr: Expr) -> Expr:
    """Return what a binary-coercible cast is of, where the value stands the same before and after."""
    while isinstance(expr, Relabel) and expr.type not in _CHANGED_BY_RELABEL:
        expr = expr.arg
    return expr


_CHANGED_BY_RELABEL = frozenset({oids.BPCHAR, oids.OID})
"""A char(n) stands without trailing blanks, an oid without a sign (functions.text_form.emit_relabel)."""


def disjuncts(term: Expr) -> tuple[Expr, ...]:
    if isinstance(term, BoolExpr) and term.op is BoolOp.OR:
        return tuple(each for arg in term.args for each in disjuncts(arg))
    return (term,)


def joined(terms: Iterable[Expr]) -> Expr | None:
    """Return the conjunction of terms; None of none."""
    found = tuple(terms)
    if len(found) < 2:
        return found[0] if found else None
    return BoolExpr(oids.BOOL, -1, BoolOp.AND, found)
