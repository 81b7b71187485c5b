"""ts_token_type, ts_parse, ts_debug, ts_lexize: what the parser and the dictionary make of a text."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.functions.implementation import scalar, set_returning
from borealis.functions.text_search.configuration import (
    DICTIONARY,
    check_configuration,
    check_dictionary,
    check_parser,
    check_parser_name,
    is_word,
    lexeme_of,
)
from borealis.functions.text_search.word_parser import tokens
from borealis.functions.text_search.word_states import TOKENS
from borealis.types.array import pack
from borealis.types.base import Value

Rows = Iterator[tuple[Value, ...]]


def _token_types() -> Rows:
    return ((number, alias, description) for number, (alias, description) in enumerate(TOKENS, 1))


@set_returning("ts_token_type_byid", columns=3)
def token_types_by_oid(parser: int) -> Rows:
    check_parser(parser)
    return _token_types()


@set_returning("ts_token_type_byname", columns=3)
def token_types_by_name(parser: str) -> Rows:
    check_parser_name(parser)
    return _token_types()


@set_returning("ts_parse_byid", columns=2)
def parse_by_oid(parser: int, text: str) -> Rows:
    check_parser(parser)
    return tokens(text)


@set_returning("ts_parse_byname", columns=2)
def parse_by_name(parser: str, text: str) -> Rows:
    check_parser_name(parser)
    return tokens(text)


@set_returning("ts_debug(regconfig,text)", columns=6)
def debug_with(configuration: int, text: str) -> Rows:
    check_configuration(configuration)
    return map(_debugged, tokens(text))


@set_returning("ts_debug(text)", columns=6)
def debug(text: str) -> Rows:
    return map(_debugged, tokens(text))


def _debugged(found: tuple[int, str]) -> tuple[Value, ...]:
    kind, token = found
    alias, description = TOKENS[kind - 1]
    if not is_word(kind):
        return alias, description, token, pack([]), None, None
    return alias, description, token, pack([DICTIONARY]), DICTIONARY, pack([lexeme_of(token)])


@scalar("ts_lexize")
def lexize(dictionary: int, token: str) -> Value:
    check_dictionary(dictionary)
    return pack([lexeme_of(token)] if token else [])
