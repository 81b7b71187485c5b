"""ts_headline: a stretch of a document with the words of a query marked; of the strings of a json, each."""

from __future__ import annotations

from collections.abc import Callable

from borealis.functions.implementation import scalar
from borealis.functions.json.scan import as_text, elements, first, load, members, readable, within_stack
from borealis.functions.text_search.configuration import check_configuration
from borealis.functions.text_search.headline_choice import choose
from borealis.functions.text_search.headline_options import HeadlineOptions, read_options
from borealis.functions.text_search.headline_words import HeadlineWord, headline_words
from borealis.types.json import jsonb_text, quoted
from borealis.types.text_search.query import Query, unpack


def _headline(text: str, query: Query | None, options: HeadlineOptions) -> str:
    words = headline_words(text, query)
    choose(words, query, options)
    return _written(words, options)


def _written(words: list[HeadlineWord], options: HeadlineOptions) -> str:
    parts: list[str] = []
    is_inside = False
    for word in words:
        if word.is_repeated:
            continue
        if word.is_shown:
            if parts and not is_inside:
                parts.append(options.fragment_delimiter)
            is_inside = True
            parts.append(_word(word, options))
        else:
            is_inside = False
    return "".join(parts)


def _word(word: HeadlineWord, options: HeadlineOptions) -> str:
    if word.is_blank:
        return " "
    if word.is_skipped:
        return ""
    return f"{options.start_sel}{word.token}{options.stop_sel}" if word.is_marked else word.token


@within_stack
def _of_text(text: str, query: str, options: str) -> str:
    return _headline(text, unpack(query), read_options(options))


@within_stack
def _of_json(text: str, query: str, options: str) -> str:
    """Return the json without blanks, its strings, though not its keys, each replaced by its headline."""
    return _transformed(readable(text), unpack(query), read_options(options))


@within_stack
def _of_jsonb(text: str, query: str, options: str) -> str:
    return jsonb_text(load(_of_json(text, query, options)))


def _transformed(text: str, query: Query | None, options: HeadlineOptions) -> str:
    match first(text):
        case "{":
            pairs = (f"{quoted(key)}:{_transformed(value, query, options)}" for key, value in members(text))
            return "{" + ",".join(pairs) + "}"
        case "[":
            return "[" + ",".join(_transformed(value, query, options) for value in elements(text)) + "]"
        case '"':
            return quoted(_headline(as_text(text) or "", query, options))
    return text.strip()


def _forms(name: str, make: Callable[[str, str, str], str]) -> None:
    """Register a kind of document's four forms: with and without a configuration, with and without options."""

    @scalar(f"ts_headline{name}_byid_opt")
    def with_all(configuration: int, text: str, query: str, options: str) -> str:
        check_configuration(configuration)
        return make(text, query, options)

    @scalar(f"ts_headline{name}_byid")
    def with_configuration(configuration: int, text: str, query: str) -> str:
        return with_all(configuration, text, query, "")

    @scalar(f"ts_headline{name}_opt")
    def with_options(text: str, query: str, options: str) -> str:
        return make(text, query, options)

    @scalar(f"ts_headline{name}")
    def plain(text: str, query: str) -> str:
        return make(text, query, "")


_forms("", _of_text)
_forms("_json", _of_json)
_forms("_jsonb", _of_jsonb)
