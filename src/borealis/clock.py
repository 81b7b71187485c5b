"""Time, passed in: whoever needs it takes a Clock, so that concurrency can be simulated.

Source: DESIGN §2.
"""

from __future__ import annotations

import time
from typing import Protocol

POSTGRES_EPOCH_US = 946_684_800_000_000
"""2000-01-01 00:00 UTC in microseconds since 1970: where PostgreSQL's timestamps begin."""


class Clock(Protocol):
    def now_us(self) -> int:
        """Return microseconds since 2000-01-01 UTC, as timestamptz is stored; may step backwards."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds that never go back, for ages and timeouts."""
        ...


class SystemClock:
    def now_us(self) -> int:
        return time.time_ns() // 1_000 - POSTGRES_EPOCH_US

    def monotonic_s(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that a test moves."""

    def __init__(self, now_us: int = 0) -> None:
        self.us = now_us

    def now_us(self) -> int:
        return self.us

    def monotonic_s(self) -> float:
        return self.us / 1e6

    def advance(self, seconds: float) -> None:
        self.us += round(seconds * 1e6)
