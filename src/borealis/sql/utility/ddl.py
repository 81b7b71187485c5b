"""What a DDL statement comes to: objects of the catalog before and after, as changes of its rows; a tag; notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from borealis.catalog.relations import Table
from borealis.catalog.rows import Object, difference
from borealis.sql.parse import Node
from borealis.storage.catalog_tables import PG_CLASS
from borealis.transaction.intent import Change
from borealis.types.base import Oid

SYNC_REFUSED = "unsupported mode. please use CREATE INDEX ASYNC."


@dataclass(frozen=True, slots=True)
class Job:
    """What a DDL statement leaves to be done beside the running load."""

    type: str  # INDEX_BUILD, VALIDATE_CONSTRAINT, DROP
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

    made: tuple[Object, ...] = ()
    """The objects after: what the statement has made or changed."""

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
        old, made = tuple(before), tuple(after)
        return cls(tag, difference(old, made), notices, _removals(old, made), made=made)


def _removals(before: tuple[Object, ...], after: tuple[Object, ...]) -> tuple[Job, ...]:
    """Return the jobs that tell of the removal of dropped tables and indexes; a table's indexes go with it."""
    left = {one.oid: one for one in after if isinstance(one, Table)}
    dropped: list[Oid] = []
    for table in before:
        if isinstance(table, Table):
            kept = left.get(table.oid)
            if kept is None:
                dropped.append(table.oid)
            else:
                indexes = {index.oid for index in kept.indexes}
                dropped += [index.oid for index in table.indexes if index.oid not in indexes]
    return tuple(Job("DROP", oid, is_told=False) for oid in dropped)
