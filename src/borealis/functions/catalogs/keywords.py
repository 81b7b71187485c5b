"""pg_get_keywords: the words of PostgreSQL's grammar, which drivers ask for (JDBC's getSQLKeywords).

keywords.tsv holds word, category and whether it may be a bare label, as PostgreSQL 16 lists them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources

from borealis.functions.implementation import set_returning
from borealis.types.base import Value

_CATEGORIES = {
    "U": "unreserved",
    "C": "unreserved (cannot be function or type name)",
    "T": "reserved (can be function or type name)",
    "R": "reserved",
}
_LABELS = {"t": "can be bare label", "f": "requires AS"}


@cache
def _keywords() -> tuple[tuple[str, str, str], ...]:
    text = resources.files(__package__).joinpath("keywords.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return tuple((word, category, label) for word, category, label in rows)


@set_returning("pg_get_keywords", columns=5)
def pg_get_keywords() -> Iterator[tuple[Value, ...]]:
    for word, category, label in _keywords():
        yield word, category, int(label == "t"), _CATEGORIES[category], _LABELS[label]
