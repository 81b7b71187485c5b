"""The queries, with the specification's validation parameters."""

from __future__ import annotations

from functools import cache
from importlib import resources

NUMBERS = range(1, 23)


@cache
def query(number: int) -> str:
    """Return the text of a query, 1 to 22."""
    return resources.files(__package__).joinpath(f"q{number:02}.sql").read_text(encoding="utf-8")
