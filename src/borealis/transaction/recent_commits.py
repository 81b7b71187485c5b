"""The last commits' footprints: who won, when, and what it did, for the text of a refusal.

Kept in memory and bounded, for logs and metrics only: no decision reads it, and after a restart a refusal says less.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from borealis.transaction.intent import Change, Key, Mode

COMMITS_MAX = 2_048
CHANGES_MAX = 64  # of one commit; a bulk load's footprint is not worth its memory


@dataclass(frozen=True, slots=True)
class Winner:
    mode: str
    seq: int  # 0: not known any more
    time_us: int  # 0: not known any more


class RecentCommits:
    def __init__(self) -> None:
        self._commits: deque[tuple[int, int, list[tuple[int, Key, Mode]]]] = deque(maxlen=COMMITS_MAX)

    def add(self, seq: int, time_us: int, changes: Sequence[Change]) -> None:
        footprint = [(c.table, c.key, c.mode) for c in changes] if len(changes) <= CHANGES_MAX else []
        self._commits.append((seq, time_us, footprint))

    def forget_after(self, seq: int) -> None:
        """Drop the commits of a batch that was rolled back."""
        while self._commits and self._commits[-1][0] > seq:
            self._commits.pop()

    def winner(self, table: int, key: Key, seq: int | None) -> Winner:
        """Return what is known of the commit `seq`, or if None of the last one, that changed this row."""
        if seq is None:
            return self._last(table, key)
        at = bisect_left(self._commits, seq, key=lambda commit: commit[0])
        if at == len(self._commits) or self._commits[at][0] != seq:
            return Winner("", seq, 0)
        _, time_us, footprint = self._commits[at]
        return Winner(_mode_of(footprint, table, key), seq, time_us)

    def _last(self, table: int, key: Key) -> Winner:
        for seq, time_us, footprint in reversed(self._commits):
            mode = _mode_of(footprint, table, key)
            if mode:
                return Winner(mode, seq, time_us)
        return Winner("", 0, 0)


def _mode_of(footprint: list[tuple[int, Key, Mode]], table: int, key: Key) -> str:
    return next((mode.name for t, k, mode in footprint if t == table and k == key), "")
