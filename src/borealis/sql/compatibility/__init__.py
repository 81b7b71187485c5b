"""Aurora DSQL as it was on a day: what came later is refused, with the text it was refused with then.

    features.tsv   a row a feature: since and until when DSQL has it (until is empty: still), and the refusal outside of that
    uses           which features a statement uses, by its parse tree
    refusal_on     the one question: what is a statement refused with, on that day

The day is a setting of a node or of one cluster; None, the default, is the newest and asks nothing of anything. Of a
statement only the definition is dated: its results are today's.

Source: dsql-facts.md §4.11, and the dates in §3.2 and §4.2-§4.9.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from borealis.catalog.relations import Table
from borealis.errors import SqlError, error_class
from borealis.sql.compatibility.uses import uses
from borealis.sql.parse import Node, Parsed


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    since: date
    until: date | None
    sqlstate: str
    text: str
    """Of the refusal before and after; {…} is filled in from the statement."""
    what: str
    """The feature in words."""
    source: str

    def is_there(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@cache
def features() -> dict[str, Feature]:
    """Return the table, by name, the oldest feature first."""
    lines = resources.files(__package__).joinpath("features.tsv").read_text().splitlines()[1:]
    found = [_feature(*line.split("\t")) for line in lines]
    return {feature.name: feature for feature in found}


def _feature(name: str, since: str, until: str, sqlstate: str, text: str, what: str, source: str) -> Feature:
    end = date.fromisoformat(until) if until else None
    return Feature(name, date.fromisoformat(since), end, sqlstate, text, what, source)


def refusal_on(day: date, parsed: Parsed, find_table: Callable[[Node], Table | None]) -> SqlError | None:
    """Return what a statement was refused with on a day, or None if it is of that day.

    find_table gives the table a RangeVar names, or None.
    """
    for use in uses(parsed, find_table):
        feature = features()[use.feature]
        if not feature.is_there(day):
            return error_class(feature.sqlstate)(feature.text.format(**use.details))
    return None
