"""What a DDL statement comes to: objects of the catalog before and after, as changes of its rows; a tag; notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from borealis.catalog.rows import Object, difference
from borealis.transaction.intent import Change


@dataclass(frozen=True, slots=True)
class Ddl:
    tag: str  # CREATE TABLE
    changes: tuple[Change, ...] = ()
    notices: tuple[tuple[str, str], ...] = ()  # SQLSTATE and text

    @classmethod
    def replacing(
        cls,
        tag: str,
        before: Iterable[Object] = (),
        after: Iterable[Object] = (),
        notices: tuple[tuple[str, str], ...] = (),
    ) -> Ddl:
        """Return the DDL that makes the objects before into the objects after: created, changed or dropped."""
        return cls(tag, difference(before, after), notices)
