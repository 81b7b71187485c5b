"""to_tsvector: of a text, of the strings of a json, and of those parts of a json that flags name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from borealis.errors import InternalError, InvalidParameterValue
from borealis.functions.implementation import scalar
from borealis.functions.json.scan import as_text, elements, first, load, members, readable, within_stack
from borealis.functions.text_search.configuration import check_configuration, lexemes
from borealis.types.json import Number
from borealis.types.text_search.limits import POSITION_END, POSITIONS_MAX, limited
from borealis.types.text_search.vector import Lexeme, Vector, checked, pack

_STRINGS = frozenset(("string",))
_FLAGS = frozenset(("string", "numeric", "boolean", "key"))
_HINT = 'Possible values are: "string", "numeric", "boolean", "key", and "all".'


def vector_of(words: Iterable[tuple[str, int]]) -> Vector:
    """Return the vector of words with their places, which rise. Raises ProgramLimitExceeded 54000."""
    places: dict[str, list[int]] = {}
    for word, place in words:
        found = places.setdefault(word, [])
        at = limited(place)
        if not found or (
            len(found) < POSITIONS_MAX - 1 and found[-1] != POSITION_END - 1 and found[-1] != at
        ):
            found.append(at)
    return checked(Lexeme(word, tuple([(place, 0) for place in places[word]])) for word in sorted(places))


def document(text: str) -> Vector:
    return vector_of((word, place) for place, word in enumerate(lexemes(text), 1))


@scalar("to_tsvector_byid")
def to_tsvector_with(configuration: int, text: str) -> str:
    check_configuration(configuration)
    return to_tsvector(text)


@scalar("to_tsvector")
def to_tsvector(text: str) -> str:
    return pack(document(text))


def _parts(text: str, flags: frozenset[str]) -> Iterator[str]:
    """Yield what the flags name in the order it is written, keys before their values."""
    kind = first(text)
    if kind == "{":
        for key, value in members(text):
            if "key" in flags:
                yield key
            yield from _parts(value, flags)
    elif kind == "[":
        for value in elements(text):
            yield from _parts(value, flags)
    elif _scalar_kind(kind) in flags:
        yield as_text(text) or ""


def _scalar_kind(first_character: str) -> str:
    return {'"': "string", "t": "boolean", "f": "boolean", "n": "null"}.get(first_character, "numeric")


@within_stack
def _of_json(text: str, flags: frozenset[str]) -> str:
    words = []
    place = 0
    for part in _parts(readable(text), flags):
        before = place
        for word in lexemes(part):
            place += 1
            words.append((word, place))
        if place > before:
            place += 1  # so that no phrase reaches from one part into the next
    return pack(vector_of(words))


def _flags(text: str) -> frozenset[str]:
    """Read the flags of json_to_tsvector. Raises InvalidParameterValue 22023."""
    wanted = load(text)
    if isinstance(wanted, dict):
        raise InvalidParameterValue("wrong flag type, only arrays and scalars are allowed")
    found: set[str] = set()
    for flag in wanted if isinstance(wanted, list) else [wanted]:
        if isinstance(flag, (list, dict)):
            raise InternalError("unexpected end of flag array")
        if not isinstance(flag, str) or isinstance(flag, Number):
            raise InvalidParameterValue("flag array element is not a string", hint=_HINT)
        name = flag.lower()
        if name == "all":
            found |= _FLAGS
        elif name in _FLAGS:
            found.add(name)
        else:
            raise InvalidParameterValue(f'wrong flag in flag array: "{flag}"', hint=_HINT)
    return frozenset(found)


@scalar("json_string_to_tsvector", "jsonb_string_to_tsvector")
def json_strings(text: str) -> str:
    return _of_json(text, _STRINGS)


@scalar("json_string_to_tsvector_byid", "jsonb_string_to_tsvector_byid")
def json_strings_with(configuration: int, text: str) -> str:
    check_configuration(configuration)
    return _of_json(text, _STRINGS)


@scalar("json_to_tsvector", "jsonb_to_tsvector")
def json_parts(text: str, flags: str) -> str:
    return _of_json(text, _flags(flags))


@scalar("json_to_tsvector_byid", "jsonb_to_tsvector_byid")
def json_parts_with(configuration: int, text: str, flags: str) -> str:
    check_configuration(configuration)
    return _of_json(text, _flags(flags))
