"""What a DDL statement comes to: objects of the catalog before and after, as changes of its rows; a tag; notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from borealis.catalog.rows import Object, difference
from borealis.transaction.intent import Change
from borealis.types.base import Oid


@dataclass(frozen=True, slots=True)
class Job:
    """What a DDL statement leaves to be done beside the running load; the client is told its id."""

    type: str  # INDEX_BUILD
    object: Oid
    object_name: str


@dataclass(frozen=True, slots=True)
class Ddl:
    tag: str  # CREATE TABLE
    changes: tuple[Change, ...] = ()
    notices: tuple[tuple[str, str], ...] = ()  # SQLSTATE and text
    job: Job | None = None

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
