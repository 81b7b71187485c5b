"""Where sequences stand: numbers handed out in blocks, durably, and never again.

    nextval ─▶ a number of the session's block ─ used up ─▶ reserve: the next CACHE numbers, noted and synced, then handed out

A sequence's definition is catalog and moves with transactions; where it stands is none of both: a row of sequence_value, written at
once and never rolled back. It is kept by (sequence, generation): RESTART and what else begins anew raises the generation, in a
transaction, and the new one has no row until its first block is taken. Whoever asks for an older generation is told OC001.

Must hold: a number is noted as handed out before it is; so a crash makes a gap and never a repetition.
Source: dsql-facts.md §4.8; PostgreSQL 16, sequence.c (nextval_internal, do_setval) for limits, CYCLE and texts.
"""

from __future__ import annotations

from typing import Any

import apsw
import msgspec

from borealis.errors import NumericValueOutOfRange, SequenceGeneratorLimitExceeded, SerializationFailure
from borealis.types.base import Oid


class Block(msgspec.Struct, array_like=True, frozen=True):
    """Numbers to hand out: first, first + increment, … last."""

    first: int
    last: int
    increment: int


class Position(msgspec.Struct, array_like=True, frozen=True):
    """Where setval puts a sequence: the last number, and whether it has been handed out."""

    value: int
    is_called: bool


class SequenceRequest(msgspec.Struct, array_like=True, frozen=True):
    """nextval's request for a block; setval's, where there is a position."""

    sequence: Oid
    generation: int
    position: Position | None = None


_DEFINITION = (
    "SELECT seqstart,seqincrement,seqmin,seqmax,seqcache,seqcycle,seqgeneration,seqrestart,relname "
    "FROM pg_sequence JOIN pg_class ON oid=seqrelid WHERE seqrelid=?"
)
_VALUE = "SELECT last_value,is_called FROM sequence_value WHERE sequence=? AND generation=?"


def take(connection: apsw.Connection, request: SequenceRequest) -> Block:
    """Reserve the next block, inside a write transaction; with a position, go there, and give that number as a block.

    Raises:
        SequenceGeneratorLimitExceeded: 2200H, no number is left.
        NumericValueOutOfRange: 22003, the position is out of the sequence's bounds.
        SerializationFailure: OC001, the sequence was dropped or begun anew.
    """
    found: Any = connection.execute(_DEFINITION, (request.sequence,)).fetchone()
    if found is None or found[6] != request.generation:
        raise SerializationFailure.schema_conflict()
    start, increment, minimum, maximum, cache, is_cyclic, _, restart, name = found
    position = request.position
    if position is not None:
        if not minimum <= position.value <= maximum:
            raise NumericValueOutOfRange(
                f'setval: value {position.value} is out of bounds for sequence "{name}" ({minimum}..{maximum})'
            )
        _note(connection, request, position.value, position.is_called)
        return Block(position.value, position.value, increment)
    standing: Any = connection.execute(_VALUE, (request.sequence, request.generation)).fetchone()
    value, is_called = standing or (start if restart is None else restart, 0)
    first = value
    if is_called:
        first = value + increment
        if not minimum <= first <= maximum:
            if not is_cyclic:
                bound, limit = ("maximum", maximum) if increment > 0 else ("minimum", minimum)
                raise SequenceGeneratorLimitExceeded(
                    f'nextval: reached {bound} value of sequence "{name}" ({limit})'
                )
            first = minimum if increment > 0 else maximum
    left = (maximum - first) // increment if increment > 0 else (first - minimum) // -increment
    last = first + increment * min(cache - 1, left)
    _note(connection, request, last, is_called=True)
    return Block(first, last, increment)


def _note(connection: apsw.Connection, request: SequenceRequest, value: int, is_called: bool) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO sequence_value(sequence,generation,last_value,is_called) VALUES(?,?,?,?)",
        (request.sequence, request.generation, value, int(is_called)),
    )
    connection.execute(
        "DELETE FROM sequence_value WHERE sequence=? AND generation<?", (request.sequence, request.generation)
    )
