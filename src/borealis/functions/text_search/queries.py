"""to_tsquery, plainto_tsquery, phraseto_tsquery, websearch_to_tsquery; &&, ||, <->, !!; what a query consists of."""

from __future__ import annotations

from collections.abc import Callable

from borealis.functions.implementation import scalar
from borealis.functions.json.scan import within_stack
from borealis.functions.text_search.configuration import CONFIGURATION, check_configuration, lexemes
from borealis.types.text_search.limits import POSITION_END
from borealis.types.text_search.query import (
    Operand,
    Operator,
    Query,
    checked,
    negation,
    nodes,
    operands,
    pack,
    text,
    unpack,
)
from borealis.types.text_search.query_reader import read, read_plain, read_web, wrong_distance


def _words(document: str) -> list[str]:
    return list(lexemes(document))


def plain_query(document: str) -> Query | None:
    return read_plain(document, _words, "&")


def _pair(name: str, make: Callable[[str], Query | None]) -> None:
    """Register a function with and without a configuration."""

    @scalar(name)
    def of_default(document: str) -> str:
        return pack(make(document))

    @scalar(f"{name}_byid")
    def with_configuration(configuration: int, document: str) -> str:
        check_configuration(configuration)
        return pack(make(document))


_pair("to_tsquery", lambda document: read(document, _words))
_pair("plainto_tsquery", plain_query)
_pair("phraseto_tsquery", lambda document: read_plain(document, _words, "<->"))
_pair("websearch_to_tsquery", lambda document: read_web(document, _words))


@scalar("get_current_ts_config")
def get_current_ts_config() -> int:
    return CONFIGURATION


def _joined(kind: str, left: str, right: str, distance: int = 0) -> str:
    """Join two queries; of an empty one and another the other is left."""
    a, b = unpack(left), unpack(right)
    if a is None or b is None:
        return left if b is None else right
    return pack(checked(Operator(kind, a, b, distance)))


@scalar("tsquery_and")
def tsquery_and(left: str, right: str) -> str:
    return _joined("&", left, right)


@scalar("tsquery_or")
def tsquery_or(left: str, right: str) -> str:
    return _joined("|", left, right)


@scalar("tsquery_phrase")
def tsquery_phrase(left: str, right: str) -> str:
    return _joined("<->", left, right, 1)


@scalar("tsquery_phrase_distance")
def tsquery_phrase_distance(left: str, right: str, distance: int) -> str:
    if not 0 <= distance <= POSITION_END:
        raise wrong_distance()
    return _joined("<->", left, right, distance)


@scalar("tsquery_not")
def tsquery_not(query: str) -> str:
    operand = unpack(query)
    return query if operand is None else pack(checked(negation(operand)))


@scalar("tsquery_numnode")
def numnode(query: str) -> int:
    return sum(1 for _ in nodes(unpack(query)))


@scalar("tsquerytree")
@within_stack
def querytree(query: str) -> str:
    """Return the part that an index could search for, T where it is all."""
    whole = unpack(query)
    if whole is None:
        return ""
    part = _without_negations(whole)
    return "T" if part is None else text(part)


def _without_negations(query: Query) -> Query | None:
    if isinstance(query, Operand):
        return query
    if query.left is None:
        return None
    left, right = _without_negations(query.left), _without_negations(query.right)
    if left is not None and right is not None:
        return Operator(query.kind, left, right, query.distance)
    return None if query.kind == "|" else left or right


def _words_of(query: str) -> set[str]:
    return {operand.word for operand in operands(unpack(query))}


@scalar("tsq_mcontains")
def contains(query: str, part: str) -> int:
    return int(_words_of(part) <= _words_of(query))


@scalar("tsq_mcontained")
def contained(part: str, query: str) -> int:
    return contains(query, part)
