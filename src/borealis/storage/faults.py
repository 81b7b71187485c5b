"""Faults as values: what shall go wrong, and at which call. Given to the storage under test; never in production.

Faults(Fault("commit", nth=5, error=disk_full))    the fifth commit fails as on a full disk
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Operation = Literal["begin", "apply", "commit"]


@dataclass(frozen=True, slots=True)
class Fault:
    op: Operation
    nth: int  # from 1
    error: Callable[[], Exception]
    count: int = 1
    """How many calls from the nth fail."""


class Faults:
    def __init__(self, *faults: Fault) -> None:
        self._faults = faults
        self._calls: Counter[str] = Counter()

    def check(self, op: Operation) -> None:
        """Count a call, and raise if a fault is due at it."""
        self._calls[op] += 1
        for fault in self._faults:
            if fault.op == op and fault.nth <= self._calls[op] < fault.nth + fault.count:
                raise fault.error()
