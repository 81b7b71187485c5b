"""What a DDL statement comes to: objects of the catalog before and after, as changes of its rows; a tag; notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from borealis.catalog.rows import Object, difference
from borealis.sql.parse import Node
from borealis.storage.catalog_tables import PG_CLASS
from borealis.transaction.intent import Change
from borealis.types.base import Oid

SYNC_REFUSED = "unsupported mode. please use CREATE INDEX ASYNC."


@dataclass(frozen=True, slots=True)
class Job:
    """What a DDL statement leaves to be done beside the running load."""

    type: str  # INDEX_BUILD
    object: Oid
    object_name: str | None = None
    catalog: int = PG_CLASS
    is_told: bool = True
    """The client gets its id."""


@dataclass(frozen=True, slots=True)
class Ddl:
    tag: str  # CREATE TABLE
    changes: tuple[Change, ...] = ()
    notices: tuple[tuple[str, ...], ...] = ()  # SQLSTATE, text, detail where it has one
    jobs: tuple[Job, ...] = ()
    empty: Oid = Oid(0)
    """A table that must be empty: its index is there at once."""
    null_casts: tuple[Node, ...] = ()
    """Type names of domains that must take a NULL, or the statement fails."""

    @property
    def told(self) -> tuple[Job, ...]:
        """The jobs whose ids are the statement's rows."""
        return tuple(job for job in self.jobs if job.is_told)

    @classmethod
    def replacing(
        cls,
        tag: str,
        before: Iterable[Object] = (),
        after: Iterable[Object] = (),
        notices: tuple[tuple[str, ...], ...] = (),
    ) -> Ddl:
        """Return the DDL that makes the objects before into the objects after: created, changed or dropped."""
        return cls(tag, difference(before, after), notices)
