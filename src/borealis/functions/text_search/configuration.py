"""The configuration `simple`: every kind of token that is a word is itself in lower case; there are no stop words.

Others do not exist (dsql-facts.md §4.3), so that regconfig and regdictionary have one value each.
"""

from __future__ import annotations

from collections.abc import Iterator

from borealis.errors import InternalError, UndefinedObject
from borealis.functions.text_search.word_parser import tokens
from borealis.functions.text_search.word_states import KINDS
from borealis.settings.identifiers import split_name
from borealis.types.text_search.limits import LEXEME_BYTES_END

CONFIGURATION = 3748
DICTIONARY = 3765
PARSER = 3722

_NO_WORDS = frozenset(KINDS[alias] for alias in ("blank", "tag", "protocol", "entity"))


def is_word(kind: int) -> bool:
    return kind not in _NO_WORDS


def check_configuration(oid: int) -> None:
    if oid != CONFIGURATION:
        raise InternalError(f"cache lookup failed for text search configuration {oid}")


def check_dictionary(oid: int) -> None:
    if oid != DICTIONARY:
        raise InternalError(f"cache lookup failed for text search dictionary {oid}")


def check_parser(oid: int) -> None:
    if oid != PARSER:
        raise InternalError(f"cache lookup failed for text search parser {oid}")


def check_parser_name(text: str) -> None:
    """Raises UndefinedObject 42704, InvalidName 42602."""
    parts = split_name(text)
    if parts not in (["default"], ["pg_catalog", "default"]):
        raise UndefinedObject(f'text search parser "{".".join(parts)}" does not exist')


def lexeme_of(token: str) -> str:
    """Return a token as the dictionary has it: ASCII letters in lower case, as the C locale knows no others."""
    return token.lower() if token.isascii() else token.encode().lower().decode()


def lexemes(text: str) -> Iterator[str]:
    """Yield a document's words in order; those too long for a lexeme are left out, as if they were not there."""
    for kind, token in tokens(text):
        if is_word(kind) and len(token.encode()) < LEXEME_BYTES_END:
            yield lexeme_of(token)
