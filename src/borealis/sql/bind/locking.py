"""FOR UPDATE and FOR KEY SHARE: which tables of the query get a footprint."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.errors import FeatureNotSupported, SyntaxError_, UndefinedTable
from borealis.sql.bind.level import Level
from borealis.sql.bind.pull_up import table_below
from borealis.sql.bound.relations import (
    CteRelation,
    FromItem,
    FunctionRelation,
    Join,
    JoinKind,
    PlannedItem,
    RowsFrom,
    SubqueryRelation,
    TableRelation,
)
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
        nullable = _nullable(from_)
        # NOWAIT and SKIP LOCKED change nothing where nobody ever waits.
        for relation in _named(level, clause, mode, from_):
            if relation.id in nullable:
                raise FeatureNotSupported(
                    f"{mode.value} cannot be applied to the nullable side of an outer join"
                )
            if locks.get(relation.id) is not LockMode.FOR_UPDATE:
                locks[relation.id] = mode
    return tuple(RowLock(relation, mode) for relation, mode in locks.items())


def _named(level: Level, clause: Node, mode: LockMode, from_: FromItem | None) -> Iterator[TableRelation]:
    tables = list(_lockable(from_))
    if "lockedRels" not in clause:
        yield from (_table_of(item) for item in tables)
        return
    for item in clause["lockedRels"]:
        name = item["RangeVar"]["relname"]
        if "schemaname" in item["RangeVar"]:
            raise SyntaxError_(
                f"{mode.value} must specify unqualified relation names",
                position=level.context.position(item["RangeVar"]),
            )
        named = [table for table in tables if table.alias == name]
        if not named:
            kind = next((_KINDS[type(each)] for each in _others(from_) if each.alias == name), None)
            if any(each.is_join and each.name == name for each in level.namespace):
                kind = "a join"
            if kind is not None:
                raise FeatureNotSupported(
                    f"{mode.value} cannot be applied to {kind}",
                    position=level.context.position(item["RangeVar"]),
                )
            raise UndefinedTable(
                f'relation "{name}" in {mode.value} clause not found in FROM clause',
                position=level.context.position(item["RangeVar"]),
            )
        yield from (_table_of(table) for table in named)


def _nullable(from_: FromItem | None, *, is_nullable: bool = False) -> frozenset[int]:
    """Return the relations that an outer join may fill with NULLs."""
    if isinstance(from_, Join):
        left = is_nullable or from_.kind in (JoinKind.RIGHT, JoinKind.FULL)
        right = is_nullable or from_.kind in (JoinKind.LEFT, JoinKind.FULL)
        return _nullable(from_.left, is_nullable=left) | _nullable(from_.right, is_nullable=right)
    assert not isinstance(from_, PlannedItem), "planned after it is bound"
    return frozenset((from_.id,)) if is_nullable and from_ is not None else frozenset()


_KINDS = {CteRelation: "a WITH query", FunctionRelation: "a function", RowsFrom: "a function"}


def _others(from_: FromItem | None) -> Iterator[CteRelation | FunctionRelation | RowsFrom]:
    if isinstance(from_, Join):
        yield from _others(from_.left)
        yield from _others(from_.right)
    elif isinstance(from_, CteRelation | FunctionRelation | RowsFrom):
        yield from_


def _lockable(from_: FromItem | None, *, is_inner: bool = True) -> Iterator[TableRelation | SubqueryRelation]:
    if isinstance(from_, Join):
        is_inner = is_inner and from_.kind is JoinKind.INNER
        yield from _lockable(from_.left, is_inner=is_inner)
        yield from _lockable(from_.right, is_inner=is_inner)
    elif isinstance(from_, SubqueryRelation):
        if not is_inner:
            raise FeatureNotSupported("FOR UPDATE of a subquery or view in an outer join not supported")
        yield from_
    elif isinstance(from_, TableRelation):
        yield from_


def _table_of(item: TableRelation | SubqueryRelation) -> TableRelation:
    """Return the table whose rows are locked: of a subquery or view, the one it reads, once it is pulled up."""
    table = item if isinstance(item, TableRelation) else table_below(item)
    if table is None:
        raise FeatureNotSupported("FOR UPDATE of a subquery or view that is not of one table not supported")
    return table
