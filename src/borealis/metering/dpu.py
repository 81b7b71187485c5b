"""DPUs: bytes and seconds to the unit the bill is in.

    compute     1 for each second, all parallel work added up
    read        0.00375 for each 2 KiB, and no transaction that reads pays less
    write       0.05 for each 1 KiB, and no transaction that writes pays less
    stream      bytes streamed

A row written counts for 128 bytes at least, and so does a request to a storage partition; one partition is all there is
here. The published factors 0.00000183105 and 0.00004883 are these, rounded.
Source: dsql-facts.md §7.3, "How billing works in Aurora DSQL".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

REQUEST_BYTES_MIN = 128
"""What a read request, or a row written, counts for if it is smaller."""

READ_BYTES_MIN = 2_048
WRITE_BYTES_MIN = 1_024

READ_DPU_MIN = 0.00375
WRITE_DPU_MIN = 0.05

_STREAM_DPU_PER_BYTE = 0.0000023283


@dataclass(frozen=True, slots=True)
class Dpus:
    """What a statement or a transaction used."""

    compute: float = 0.0
    read: float = 0.0
    write: float = 0.0
    multi_region_write: float = 0.0

    @property
    def total(self) -> float:
        return self.compute + self.read + self.write + self.multi_region_write

    def __add__(self, other: Dpus) -> Dpus:
        return Dpus(
            self.compute + other.compute,
            self.read + other.read,
            self.write + other.write,
            self.multi_region_write + other.multi_region_write,
        )

    def billed(self) -> Dpus:
        """Return what a transaction that used this pays: what it read or wrote, it pays the minimum for."""
        return Dpus(
            self.compute,
            _at_least(self.read, READ_DPU_MIN),
            _at_least(self.write, WRITE_DPU_MIN),
            _at_least(self.multi_region_write, WRITE_DPU_MIN),
        )


def _at_least(value: float, minimum: float) -> float:
    return max(value, minimum) if value else 0.0


def counted_bytes(sizes: Iterable[int]) -> int:
    """Return what requests, or rows written, of these sizes count for."""
    return sum(max(size, REQUEST_BYTES_MIN) for size in sizes)


def compute_dpu(seconds: float) -> float:
    return seconds


def read_dpu(bytes_: float) -> float:
    """Return the DPUs of bytes read, as they were counted; no minimum."""
    return bytes_ * READ_DPU_MIN / READ_BYTES_MIN


def write_dpu(bytes_: float) -> float:
    """Return the DPUs of bytes written, as they were counted; no minimum."""
    return bytes_ * WRITE_DPU_MIN / WRITE_BYTES_MIN


def stream_dpu(bytes_: float) -> float:
    return bytes_ * _STREAM_DPU_PER_BYTE
