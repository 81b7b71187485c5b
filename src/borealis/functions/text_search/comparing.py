"""Order of tsvectors and tsqueries: PostgreSQL's, which begins with the size of its own values."""

from __future__ import annotations

from borealis.functions.implementation import Sql, emitter
from borealis.functions.ordering import collation, sort_form
from borealis.functions.text_search.query_order import compare_trees
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.text_search import query, vector
from borealis.types.text_search.vector import Lexeme

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


@collation("pg_tsvector", oids.TSVECTOR)
def compare_vectors(left: str, right: str) -> int:
    """Fewer bytes first, then fewer lexemes, then lexeme by lexeme."""
    if left == right:
        return 0
    a, b = vector.unpack(left), vector.unpack(right)
    first, second = (vector.total_bytes(a), len(a)), (vector.total_bytes(b), len(b))
    if first != second:
        return -1 if first < second else 1
    return next((order for order in map(_compare_lexemes, a, b) if order), 0)


def _compare_lexemes(a: Lexeme, b: Lexeme) -> int:
    """Of positions, more and greater ones are first; a lexeme that has some is before one that has none."""
    if bool(a.positions) == bool(b.positions) and a.word != b.word:
        return -1 if a.word < b.word else 1
    first, second = (len(a.positions), a.positions), (len(b.positions), b.positions)
    return (first < second) - (first > second)


@collation("pg_tsquery", oids.TSQUERY)
def compare_queries(left: str, right: str) -> int:
    """Fewer nodes first, then fewer bytes, then node by node."""
    if left == right:
        return 0
    a, b = query.unpack(left), query.unpack(right)
    first, second = query.size_of(a), query.size_of(b)
    if first != second:
        return -1 if first < second else 1
    return 0 if a is None or b is None else compare_trees(a, b)


def _comparisons(type_name: str, type_: Oid) -> None:
    def comparison(name: str, operator: str) -> None:
        @emitter(f"{type_name}_{name}")
        def emit(args: tuple[Sql, ...]) -> Sql:
            return Sql(f"({sort_form(args[0], type_).text} {operator} {args[1].text})")

    for name, operator in _OPERATORS.items():
        comparison(name, operator)

    @emitter(f"{type_name}_cmp")
    def emit_cmp(args: tuple[Sql, ...]) -> Sql:
        left, right = sort_form(args[0], type_).text, args[1].text
        return Sql(f"(({left} > {right}) - ({left} < {right}))")


_comparisons("tsvector", oids.TSVECTOR)
_comparisons("tsquery", oids.TSQUERY)
