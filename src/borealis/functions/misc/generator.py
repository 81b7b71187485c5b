"""PostgreSQL's generator of random numbers, which setseed starts: xoroshiro128**, seeded by splitmix64.

One seed gives the numbers that PostgreSQL gives. A session without a seed has the node's own source instead, which nobody can foresee.
Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators"; PostgreSQL 16, pg_prng.c for seed and scale.
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_MANTISSA_BITS = 52


class Generator:
    __slots__ = ("_s0", "_s1")

    def __init__(self, seed: float) -> None:
        """seed: from -1 to 1."""
        state = int(((1 << _MANTISSA_BITS) - 1) * seed) & _MASK
        self._s0, state = _splitmix(state)
        self._s1, state = _splitmix(state)

    def random(self) -> float:
        """Return a number from 0 up to, but not, 1."""
        return (self._next() >> (64 - _MANTISSA_BITS)) / (1 << _MANTISSA_BITS)

    def _next(self) -> int:
        s0, sx = self._s0, self._s0 ^ self._s1
        value = _rotated(s0 * 5 & _MASK, 7) * 9 & _MASK
        self._s0 = _rotated(s0, 24) ^ sx ^ (sx << 16 & _MASK)
        self._s1 = _rotated(sx, 37)
        return value


class SessionChance:
    """What a session keeps of chance: the generator that setseed gave it."""

    __slots__ = ("seeded",)

    def __init__(self) -> None:
        self.seeded: Generator | None = None


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> (64 - bits)) & _MASK


def _splitmix(state: int) -> tuple[int, int]:
    """Return the next number and the next state."""
    state = state + 0x9E3779B97F4A7C15 & _MASK
    value = state
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & _MASK
    return value ^ value >> 31, state
