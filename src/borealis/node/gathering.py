"""Gathering: how long a batch of intents waits for more of them before it is made durable.

A sync of the disk costs the same for one commit as for fifty. Clients that commit in a loop come back soon after they were
answered; where the sync is slow, starting at once with the few that wait makes the others wait for a whole sync more:

    at once     |── sync: A ──|── sync: B ──|── sync: A ──|      each commits in every second sync
    gathered    |── sync: A+B ──|~~|── sync: A+B ──|             each commits in every sync, and waits for the others

So after a batch the next one waits for about as many intents as were answered, at most a share of what a sync takes, and only
while that has proved to bring them: clients that do not come back are not waited for again for a while.

Invariant: an intent that finds nothing else under way waits for nobody. Source: PostgreSQL's commit_delay, made to set itself.
"""

from __future__ import annotations

SYNC_S_MIN = 0.001
"""Where a sync takes less, gathering costs more than it saves."""

WAIT_SHARE_MAX = 0.6
"""Of a sync: longer than this, the second sync would have been nearly half done."""

SIZE_MIN = 3
"""Fewer than this make no crowd."""

_SMOOTHING = 0.2
_RETURNED_MIN = 0.4
_PAUSE_BATCHES = 64


_AT_ONCE_S = 0.0003
"""Intents seen this soon after a batch came in while it was made durable: their clients are no part of its crowd."""


class Gathering:
    """Decides from the sizes and durations of past batches; the caller owns the clock and the timer."""

    def __init__(self) -> None:
        self._sync_s = 0.0
        self._returned = 1.0  # the share of a crowd that came back within the wait
        self._crowd = 0  # intents of the last batch
        self._finished_s = 0.0
        self._latecomers = 0
        self._pause = 0

    def finished(self, size: int, started_s: float, finished_s: float) -> None:
        """Take note of a batch that was made durable."""
        self._sync_s += (finished_s - started_s - self._sync_s) * _SMOOTHING
        self._crowd, self._finished_s = size, finished_s
        if self._pause:
            self._pause -= 1
            if not self._pause:
                self._returned = 1.0

    def wait_s(self, waiting: int, now_s: float) -> float:
        """Return how long the intents that wait may go on waiting for others; 0 for not at all."""
        since_s = now_s - self._finished_s
        self._latecomers = waiting if since_s < _AT_ONCE_S else 0
        if self._pause or self._crowd < SIZE_MIN or self._sync_s < SYNC_S_MIN or self.is_enough(waiting):
            return 0.0
        return max(0.0, self._sync_s * WAIT_SHARE_MAX - since_s)

    def is_enough(self, waiting: int) -> bool:
        """Return whether all that can be expected are here."""
        return waiting >= self._latecomers + self._crowd

    def waited(self, waiting: int) -> None:
        """Take note of what a wait brought."""
        share = (waiting - self._latecomers) / self._crowd
        self._returned += (min(share, 1.0) - self._returned) * _SMOOTHING
        if self._returned < _RETURNED_MIN:
            self._pause = _PAUSE_BATCHES
