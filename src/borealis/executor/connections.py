"""What the executor keeps with each SQLite connection: its inline budget, and which overlay tables exist.

Short statements run in the event loop. A progress handler counts SQLite's steps while one does, and stops it when its
budget is used up; it is then run again in a thread, without one. Nothing is lost but the budget's millisecond, since a
statement that only reads has changed nothing.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import apsw

STEPS_PER_TICK = 4_000
INLINE_TICKS = 8
"""Some 32,000 steps of SQLite's virtual machine: about a millisecond."""


class ConnectionState:
    """One SQLite connection, as long as it lives in the pool."""

    __slots__ = ("is_canceled", "overlays", "ticks_left", "unlimited", "wanted")

    def __init__(self, connection: apsw.Connection) -> None:
        self.ticks_left: int | None = None
        """None: nothing is counted."""
        self.is_canceled = False
        """The client wants no more of the statement; any thread may set it."""
        self.unlimited = False
        """The statement runs in a thread."""
        self.overlays: set[str] = set()
        """Overlay tables that exist outside of any transaction."""
        self.wanted: dict[str, str] = {}
        """Overlay tables made in the current transaction, and the statements that make them."""
        connection.set_progress_handler(self._tick, STEPS_PER_TICK)

    def _tick(self) -> bool:
        if self.ticks_left is None:
            return self.is_canceled
        self.ticks_left -= 1
        return self.ticks_left < 0

    @property
    def is_exhausted(self) -> bool:
        return self.ticks_left is not None and self.ticks_left < 0


_states: WeakKeyDictionary[apsw.Connection, ConnectionState] = WeakKeyDictionary()


def state_of(connection: apsw.Connection) -> ConnectionState:
    state = _states.get(connection)
    if state is None:
        state = _states[connection] = ConnectionState(connection)
    return state
