"""Admission: how many connections a cluster may have, and how fast new ones may come.

    10,000 connections         53300   Unable to accept connection, too many open connections.
    100 a second, burst 1,000  53400   Unable to accept connection, rate exceeded.

The workers of a node count together in a few bytes of shared memory: for a cluster one number a worker, which only that worker
writes, and a token bucket that all write. Nothing is locked: two workers that take a token in the same instant may take one for two,
which admits one connection more. A worker that died leaves its numbers behind; its successor starts from zero.

Where a cluster counts follows from its identifier, so that workers agree without asking. Two clusters may come to the same
place, and are then counted as one; there are several times as many places as an installation has clusters.

Source: dsql-facts.md §3.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from borealis.clock import Clock
from borealis.errors import ConfigurationLimitExceeded, TooManyConnections
from borealis.limits import CONNECTIONS_MAX

CONNECTIONS_PER_S = 100.0
CONNECTIONS_BURST = 1_000.0

PLACES = 101

_TOKENS, _STAMP, _COUNTS = 0, 1, 2
"""Within a place; the counts are one a worker."""


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    connections_max: int = CONNECTIONS_MAX
    rate_per_s: float | None = CONNECTIONS_PER_S
    """None: no limit on how fast connections come."""
    burst: float = CONNECTIONS_BURST


def shared_bytes(slots: int) -> int:
    """Return how many bytes of shared memory an Admission of so many workers needs."""
    return 8 * PLACES * (_COUNTS + slots)


class Admission:
    """Admits and counts the connections of one worker among those that share the memory."""

    __slots__ = ("_clock", "_limits", "_numbers", "_slot", "_width")

    def __init__(self, limits: AdmissionLimits, clock: Clock, shared: memoryview, slot: int) -> None:
        """Take a slot in memory that was all zero before the first worker started."""
        self._limits = limits
        self._clock = clock
        self._numbers = shared.cast("d")
        self._width = len(self._numbers) // PLACES
        self._slot = _COUNTS + slot
        for start in range(0, len(self._numbers), self._width):
            self._numbers[start + self._slot] = 0

    @classmethod
    def alone(cls, limits: AdmissionLimits, clock: Clock) -> Admission:
        """Return the admission of a process that has its clusters to itself."""
        return cls(limits, clock, memoryview(bytearray(shared_bytes(1))), 0)

    @property
    def connections(self) -> int:
        """The open connections of all workers, to all clusters."""
        return sum(self._count(start) for start in range(0, len(self._numbers), self._width))

    def admit(self, cluster_id: str) -> None:
        """Count one more connection of this worker to a cluster.

        Raises:
            TooManyConnections: 53300.
            ConfigurationLimitExceeded: 53400.
        """
        start = self._start(cluster_id)
        if self._count(start) >= self._limits.connections_max:
            raise TooManyConnections("Unable to accept connection, too many open connections.")
        if self._limits.rate_per_s is not None:
            self._take_token(start, self._limits.rate_per_s)
        self._numbers[start + self._slot] += 1

    def release(self, cluster_id: str) -> None:
        """Count one connection less, of those admitted here."""
        self._numbers[self._start(cluster_id) + self._slot] -= 1

    def _start(self, cluster_id: str) -> int:
        return crc32(cluster_id.encode("utf-8", "surrogateescape")) % PLACES * self._width

    def _count(self, start: int) -> int:
        return int(sum(self._numbers[start + _COUNTS : start + self._width]))

    def _take_token(self, start: int, rate_per_s: float) -> None:
        numbers = self._numbers
        now = self._clock.monotonic_s()
        stamp = numbers[start + _STAMP]
        if stamp == 0:  # the first connection finds the bucket full
            tokens = self._limits.burst
        else:
            tokens = min(self._limits.burst, numbers[start + _TOKENS] + max(0.0, now - stamp) * rate_per_s)
        if tokens < 1:
            raise ConfigurationLimitExceeded("Unable to accept connection, rate exceeded.")
        numbers[start + _TOKENS] = tokens - 1
        numbers[start + _STAMP] = now or 1e-9
