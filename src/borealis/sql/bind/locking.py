"""FOR UPDATE and FOR KEY SHARE: which tables of the query get a footprint."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.errors import FeatureNotSupported, UndefinedTable
from borealis.sql.bind.level import Level
from borealis.sql.bound.relations import FromItem, Join, TableRelation
from borealis.sql.bound.statements import LockMode, RowLock
from borealis.sql.parse import Node

_MODES = {"LCS_FORUPDATE": LockMode.FOR_UPDATE, "LCS_FORKEYSHARE": LockMode.FOR_KEY_SHARE}


def bind_locks(level: Level, node: Node, from_: FromItem | None, obstacle: str | None) -> tuple[RowLock, ...]:
    locks: dict[int, LockMode] = {}
    for item in node.get("lockingClause", ()):
        clause = item["LockingClause"]
        mode = _MODES.get(clause["strength"])
        if mode is None:
            raise FeatureNotSupported("locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported")
        if obstacle is not None:
            raise FeatureNotSupported(f"{mode.value} is not allowed with {obstacle}")
        # NOWAIT and SKIP LOCKED change nothing where nobody ever waits.
        for relation in _named(clause, from_):
            if locks.get(relation.id) is not LockMode.FOR_UPDATE:
                locks[relation.id] = mode
    return tuple(RowLock(relation, mode) for relation, mode in locks.items())


def _named(clause: Node, from_: FromItem | None) -> Iterator[TableRelation]:
    tables = list(_base_tables(from_))
    if "lockedRels" not in clause:
        yield from tables
        return
    for item in clause["lockedRels"]:
        name = item["RangeVar"]["relname"]
        named = [table for table in tables if table.alias == name]
        if not named:
            raise UndefinedTable(f'relation "{name}" in FOR UPDATE clause not found in FROM clause')
        yield from named


def _base_tables(from_: FromItem | None) -> Iterator[TableRelation]:
    if isinstance(from_, Join):
        yield from _base_tables(from_.left)
        yield from _base_tables(from_.right)
    elif isinstance(from_, TableRelation):
        yield from_
