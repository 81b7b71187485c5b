"""Lets an aggregate without an inverse serve a moving window frame: it keeps the frame's rows and starts again.

PostgreSQL does the same where an aggregate has no inverse transition. A frame that only grows costs nothing more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from borealis.types.base import Value


class Moving:
    __slots__ = ("_inner", "_is_stale", "_make", "_rows")

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._inner = make()
        self._rows: deque[tuple[Value, ...]] = deque()
        self._is_stale = False

    def step(self, *values: Value) -> None:
        self._rows.append(values)
        if not self._is_stale:
            self._inner.step(*values)

    def inverse(self, *values: Value) -> None:
        self._rows.popleft()
        self._is_stale = True

    def value(self) -> Value:
        if self._is_stale:
            self._inner = self._make()
            for row in self._rows:
                self._inner.step(*row)
            self._is_stale = False
        return self._inner.final()  # type: ignore[no-any-return]

    final = value
