"""Intent: everything the adjudicator needs to decide and apply one transaction, and nothing else.

Its application is total: no SQL is evaluated, nothing can fail but disk. Source: DESIGN §3.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

import msgspec

from borealis.types.base import Value

if TYPE_CHECKING:
    Values = tuple[Value, ...]
else:  # msgspec decodes no union of str and bytes, though msgpack itself tells them apart
    Values = tuple[Any, ...]

Key = Values
"""The primary key of a row as stored, or its hidden row id, in key order."""

Row = Values
"""The columns of a row as stored, in the order of the table's attributes; dropped ones are None."""


class Mode(enum.IntEnum):
    """What a transaction did to a row, weakest first. The conflict rule is in adjudicator.py."""

    KEY_SHARE = 1
    UPDATE = 2  # of columns outside every unique key
    FOR_UPDATE = 3
    UPDATE_KEY = (
        4  # of a column in a unique, non-partial, non-expression index; also delete + insert of one key
    )
    DELETE = 5
    INSERT = 6


class Change(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One row's footprint and, where the transaction writes it, its post-image."""

    table: int
    key: Key
    mode: Mode
    row: Row | None  # None for KEY_SHARE, FOR_UPDATE and DELETE
    entries: tuple[Values | None, ...] = ()
    """Of each index with expressions or a predicate, by oid: the key values computed for the row, None where it has no entry."""


class Intent(msgspec.Struct, array_like=True, frozen=True):
    cluster: str
    snapshot_seq: int
    catalog_version: int
    """The catalog version the transaction was bound against."""
    changes: tuple[Change, ...]
    is_ddl: bool = False
    """The changes are rows of the catalog tables: moves the catalog version, physical DDL follows from them."""


class Conflict(msgspec.Struct, frozen=True):
    """Why an intent was refused, for logs and metrics: the client sees DSQL's text only."""

    table: int
    key: Key
    mode: str
    winner_mode: str
    winner_seq: int
    winner_time_us: int


class Commit(msgspec.Struct, frozen=True):
    """A durable, visible commit."""

    seq: int
    catalog_version: int
