"""Sequences as one session sees them: its blocks of numbers, its currval, and lastval.

    nextval ─▶ the session's block ─ used up ─▶ Journal.take: the next CACHE numbers

Blocks outlive transactions, however these end: what was handed out is gone. lastval knows of the current transaction alone, unlike
PostgreSQL's. Source: dsql-facts.md §4.8; PostgreSQL 16, sequence.c for texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from borealis.catalog.privileges import may
from borealis.catalog.relations import Sequence
from borealis.errors import (
    InsufficientPrivilege,
    ObjectNotInPrerequisiteState,
    ReadOnlySqlTransaction,
    UndefinedTable,
    WrongObjectType,
)
from borealis.sql.bind.privileges import role_of_session
from borealis.transaction.sequences import Block, Position, SequenceRequest
from borealis.types import oids
from borealis.types.base import Oid

if TYPE_CHECKING:
    from borealis.executor.transaction import Transaction

_VALUE = "SELECT last_value, is_called FROM sequence_value WHERE sequence = ? AND generation = ?"


@dataclass(slots=True)
class _Held:
    """A block of numbers, and the next of them."""

    generation: int
    next: int
    block: Block


class SessionSequences:
    """What a session keeps of sequences."""

    __slots__ = ("_current", "_held")

    def __init__(self) -> None:
        self._held: dict[Oid, _Held] = {}
        self._current: dict[Oid, int] = {}

    def next(self, sequence: Sequence, take: Callable[[SequenceRequest], Block]) -> int:
        held = self._held.get(sequence.oid)
        if held is None or held.generation != sequence.generation:
            block = take(SequenceRequest(sequence.oid, sequence.generation))
            held = self._held[sequence.oid] = _Held(sequence.generation, block.first, block)
        value = held.next
        if value == held.block.last:
            del self._held[sequence.oid]
        else:
            held.next = value + held.block.increment
        self._current[sequence.oid] = value
        return value

    def current(self, sequence: Sequence) -> int:
        """Return what nextval gave last. Raises 55000 where it has given nothing in this session."""
        value = self._current.get(sequence.oid)
        if value is None:
            raise ObjectNotInPrerequisiteState(
                f'currval of sequence "{sequence.name}" is not yet defined in this session'
            )
        return value

    def set(self, sequence: Sequence, position: Position, take: Callable[[SequenceRequest], Block]) -> None:
        take(SequenceRequest(sequence.oid, sequence.generation, position))
        self._held.pop(sequence.oid, None)
        if position.is_called:
            self._current[sequence.oid] = position.value


class TransactionSequences:
    """What the functions of a transaction's statements ask; the functions' Context has one."""

    __slots__ = ("_last", "_transaction")

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._last: Sequence | None = None

    def nextval(self, oid: Oid) -> int:
        sequence = self._sequence(oid)
        self._allow(sequence, "Uw")
        self._refuse_read_only("nextval")
        value = self._session.next(sequence, self._transaction.take_numbers)
        self._last = sequence
        return value

    def currval(self, oid: Oid) -> int:
        sequence = self._sequence(oid)
        self._allow(sequence, "Ur")
        return self._session.current(sequence)

    def lastval(self) -> int:
        if self._last is None:
            raise ObjectNotInPrerequisiteState("lastval is not yet defined in this session")
        return self._session.current(self._last)

    def setval(self, oid: Oid, value: int, *, is_called: bool) -> int:
        sequence = self._sequence(oid)
        self._allow(sequence, "w")
        self._refuse_read_only("setval")
        self._session.set(sequence, Position(value, is_called), self._transaction.take_numbers)
        return value

    def last_value(self, oid: Oid) -> int | None:
        """Return the last number noted as handed out, as the snapshot has it; None before the first."""
        sequence = self._sequence(oid)
        found: tuple[int, int] | None = self._transaction.connection.execute(
            _VALUE, (sequence.oid, sequence.generation)
        ).fetchone()
        return found[0] if found is not None and found[1] else None

    @property
    def _session(self) -> SessionSequences:
        return self._transaction.scope.state.sequences

    def _sequence(self, oid: Oid) -> Sequence:
        found = self._transaction.catalog.relations_by_oid.get(oid)
        if isinstance(found, Sequence):
            return found
        name = found.name if found is not None else self._name(oid)
        if name is None:
            raise UndefinedTable(f"could not open relation with OID {oid}")
        raise WrongObjectType(f'"{name}" is not a sequence')

    def _allow(self, sequence: Sequence, letters: str) -> None:
        """Raise 42501 for a role without any of the privileges; an identity column's numbers go with its table."""
        user = self._transaction.scope.user
        if sequence.is_identity:
            return
        catalog = self._transaction.catalog
        role = role_of_session(catalog, user)
        if not any(may(catalog, role.oid, sequence, letter) for letter in letters):
            raise InsufficientPrivilege(f"permission denied for sequence {sequence.name}")

    def _name(self, oid: Oid) -> str | None:
        names = self._transaction.style.names
        return None if names is None else names.name_of(oids.REGCLASS, oid)

    def _refuse_read_only(self, function: str) -> None:
        if self._transaction.scope.setting("transaction_read_only") == "on":
            raise ReadOnlySqlTransaction(f"cannot execute {function}() in a read-only transaction")
