"""Chance for a query processor: the machine's random source, asked for many bytes at a time.

gen_random_uuid() takes sixteen bytes a row, and each question to the kernel costs over a microsecond.

Must hold: an instance belongs to one process; one made before a fork would give both sides the same bytes.
"""

from __future__ import annotations

import os
import random

_BUFFER_BYTES = 4_096


class BufferedSystemRandom(random.SystemRandom):
    """random.SystemRandom whose randbytes comes out of a buffer; no byte is given out twice."""

    def __init__(self) -> None:
        super().__init__()
        self._buffer = b""
        self._at = 0

    def randbytes(self, n: int) -> bytes:
        end = self._at + n
        if end > len(self._buffer):
            if n > _BUFFER_BYTES:
                return os.urandom(n)
            self._buffer, self._at, end = os.urandom(_BUFFER_BYTES), 0, n
        data = self._buffer[self._at : end]
        self._at = end
        return data
