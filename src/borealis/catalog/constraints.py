"""Constraints that are no index: CHECK and FOREIGN KEY. PRIMARY KEY and UNIQUE are their Index."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from borealis.types.base import Oid


@dataclass(frozen=True, slots=True)
class Check:
    oid: Oid
    name: str
    expression: str  # its parse tree as JSON, over the table's columns, or over VALUE of a domain
    is_validated: bool = True


class ReferentialAction(enum.StrEnum):
    """What happens to rows that refer to one that goes; letters as in pg_constraint."""

    NO_ACTION = "a"
    RESTRICT = "r"
    CASCADE = "c"
    SET_NULL = "n"
    SET_DEFAULT = "d"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    oid: Oid
    name: str
    table: Oid
    columns: tuple[int, ...]
    referenced_table: Oid
    referenced_columns: tuple[int, ...]
    index: Oid  # the unique index of the referenced table that it stands on
    on_update: ReferentialAction = ReferentialAction.NO_ACTION
    on_delete: ReferentialAction = ReferentialAction.NO_ACTION
    match_full: bool = False
    is_deferrable: bool = False
    is_initially_deferred: bool = False
    is_validated: bool = True
    delete_set_columns: tuple[int, ...] = ()  # of ON DELETE SET NULL (…) and SET DEFAULT (…); empty: all
