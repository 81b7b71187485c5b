"""DateStyle: an output style and an order of day, month and year, given in any order, either alone or both."""

from __future__ import annotations

from borealis.errors import InvalidParameterValue
from borealis.settings.identifiers import split_identifiers

DEFAULT = "ISO, MDY"


def check(name: str, text: str, current: str) -> str:
    words = split_identifiers(text)
    if words is None:
        raise _invalid(text, "List syntax is invalid.")
    style: str | None = None
    order: str | None = None
    wants_default = False
    for word in map(str.lower, words):
        word_style, word_order = _meaning(word)
        if word == "default":
            wants_default = True
        elif word_style is not None:
            if style not in (None, word_style):
                raise _invalid(text, 'Conflicting "datestyle" specifications.')
            style = word_style
            if word == "german" and order is None:
                order = "DMY?"  # a proposal, which a stated order replaces
        elif word_order is not None:
            if order not in (None, "DMY?", word_order):
                raise _invalid(text, 'Conflicting "datestyle" specifications.')
            order = word_order
        else:
            raise _invalid(text, f'Unrecognized key word: "{word}".')
    return _complete(style, order, DEFAULT if wants_default else current, wants_default=wants_default)


def _complete(style: str | None, order: str | None, base: str, *, wants_default: bool) -> str:
    base_style, base_order = base.split(", ")
    if order == "DMY?":
        order = None if wants_default else "DMY"
    return f"{style or base_style}, {order or base_order}"


def _meaning(word: str) -> tuple[str | None, str | None]:
    """Return the style or the order a word stands for; PostgreSQL compares some by their beginnings."""
    if word in ("iso", "sql"):
        return word.upper(), None
    if word.startswith("postgres"):
        return "Postgres", None
    if word == "german":
        return "German", None
    if word == "ymd":
        return None, "YMD"
    if word == "dmy" or word.startswith("euro"):
        return None, "DMY"
    if word in ("mdy", "us") or word.startswith("noneuro"):
        return None, "MDY"
    return None, None


def _invalid(text: str, detail: str) -> InvalidParameterValue:
    return InvalidParameterValue(f'invalid value for parameter "DateStyle": "{text}"', detail=detail)
