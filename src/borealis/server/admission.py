"""Admission: how many connections a cluster may have, and how fast new ones may come.

    10,000 connections         53300   Unable to accept connection, too many open connections.
    100 a second, burst 1,000  53400   Unable to accept connection, rate exceeded.

The workers of a node count together in a few bytes of shared memory: one number a worker, which only that worker writes, and a
token bucket that all write. Nothing is locked: two workers that take a token in the same instant may take one for two,
which admits one connection more. A worker that died leaves its number behind; its successor starts from zero.

Source: dsql-facts.md §3.3.
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.clock import Clock
from borealis.errors import ConfigurationLimitExceeded, TooManyConnections
from borealis.limits import CONNECTIONS_MAX

CONNECTIONS_PER_S = 100.0
CONNECTIONS_BURST = 1_000.0

_TOKENS, _STAMP, _COUNTS = 0, 1, 2


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    connections_max: int = CONNECTIONS_MAX
    rate_per_s: float | None = CONNECTIONS_PER_S
    """None: no limit on how fast connections come."""
    burst: float = CONNECTIONS_BURST


def shared_bytes(slots: int) -> int:
    """Return how many bytes of shared memory an Admission of so many workers needs."""
    return 8 * (_COUNTS + slots)


class Admission:
    """Admits and counts the connections of one worker among those that share the memory."""

    __slots__ = ("_clock", "_limits", "_numbers", "_place")

    def __init__(self, limits: AdmissionLimits, clock: Clock, shared: memoryview, slot: int) -> None:
        """Take a place in memory that was all zero before the first worker started."""
        self._limits = limits
        self._clock = clock
        self._numbers = shared.cast("d")
        self._place = _COUNTS + slot
        self._numbers[self._place] = 0

    @classmethod
    def alone(cls, limits: AdmissionLimits, clock: Clock) -> Admission:
        """Return the admission of a process that has the cluster to itself."""
        return cls(limits, clock, memoryview(bytearray(shared_bytes(1))), 0)

    @property
    def connections(self) -> int:
        """The open connections of all workers."""
        return int(sum(self._numbers[_COUNTS:]))

    def admit(self) -> None:
        """Count one more connection of this worker.

        Raises:
            TooManyConnections: 53300.
            ConfigurationLimitExceeded: 53400.
        """
        if self.connections >= self._limits.connections_max:
            raise TooManyConnections("Unable to accept connection, too many open connections.")
        if self._limits.rate_per_s is not None:
            self._take_token(self._limits.rate_per_s)
        self._numbers[self._place] += 1

    def release(self) -> None:
        """Count one connection less, of those admitted here."""
        self._numbers[self._place] -= 1

    def _take_token(self, rate_per_s: float) -> None:
        numbers = self._numbers
        now = self._clock.monotonic_s()
        stamp = numbers[_STAMP]
        if stamp == 0:  # the first connection finds the bucket full
            tokens = self._limits.burst
        else:
            tokens = min(self._limits.burst, numbers[_TOKENS] + max(0.0, now - stamp) * rate_per_s)
        if tokens < 1:
            raise ConfigurationLimitExceeded("Unable to accept connection, rate exceeded.")
        numbers[_TOKENS] = tokens - 1
        numbers[_STAMP] = now or 1e-9
