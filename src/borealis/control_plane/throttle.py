"""Throttle: how many requests the endpoint takes, before it asks clients to come later (429).

A token bucket for all callers: it protects the node from a client in a loop, and is far above what tools do. AWS's own rates
are not published.
"""

from __future__ import annotations

import math

from borealis.clock import Clock

REQUESTS_PER_S = 300.0
BURST = 1_000.0


class Throttle:
    def __init__(self, clock: Clock, rate_per_s: float = REQUESTS_PER_S, burst: float = BURST) -> None:
        self._clock = clock
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._tokens = burst
        self._stamp_s = clock.monotonic_s()

    def take(self) -> int:
        """Take a request in; else return the seconds to wait."""
        now_s = self._clock.monotonic_s()
        refill = max(0.0, now_s - self._stamp_s) * self._rate_per_s
        self._tokens = min(self._burst, self._tokens + refill)
        self._stamp_s = now_s
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return math.ceil((1 - self._tokens) / self._rate_per_s)
