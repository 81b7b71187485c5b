"""What the run counts: outcomes, and latencies in a histogram of fixed size."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

_STEPS_PER_DOUBLING = 8
_SMALLEST_S = 1e-5
_BUCKETS = 200


@dataclass(slots=True)
class Latencies:
    """Counts by logarithmic buckets, eight a doubling, from 10 µs: percentiles within 9 %."""

    counts: list[int] = field(default_factory=lambda: [0] * _BUCKETS)

    def add(self, seconds: float) -> None:
        bucket = int(math.log2(max(seconds, _SMALLEST_S) / _SMALLEST_S) * _STEPS_PER_DOUBLING)
        self.counts[min(bucket, _BUCKETS - 1)] += 1

    def percentile_s(self, share: float) -> float:
        """Return the latency that this share of all stayed under."""
        wanted = math.ceil(sum(self.counts) * share)
        seen = 0
        for bucket, count in enumerate(self.counts):
            seen += count
            if seen >= wanted and seen:
                return float(_SMALLEST_S * 2 ** ((bucket + 1) / _STEPS_PER_DOUBLING))
        return 0.0


@dataclass(slots=True)
class Counters:
    committed: int = 0
    occ_conflicts: int = 0
    retries: int = 0
    errors: int = 0
    in_flight: int = 0
    elapsed_s: float = 0.0
    latencies: Latencies = field(default_factory=Latencies)

    @property
    def tps(self) -> float:
        return self.committed / self.elapsed_s if self.elapsed_s else 0.0
