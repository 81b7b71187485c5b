"""The last lines of EXPLAIN (ANALYZE, VERBOSE): what the statement used.

    Statement DPU Estimate:
      Compute: 0.00162 DPU
      Read: 0.00307 DPU (Transaction minimum: 0.00375)
      Write: 0.01875 DPU (Transaction minimum: 0.05000)
      Total: 0.02344 DPU

The minimum is told where the statement used less, and did use some: it is the transaction that pays it, once.
Source: dsql-facts.md §6.
"""

from __future__ import annotations

from borealis.metering.dpu import READ_DPU_MIN, WRITE_DPU_MIN, Dpus

TITLE = "Statement DPU Estimate"


def estimate_lines(dpus: Dpus, *, is_multi_region: bool = False) -> list[str]:
    """Return the block's lines, the title first."""
    lines = [
        f"{TITLE}:",
        f"  Compute: {_amount(dpus.compute)}",
        f"  Read: {_amount(dpus.read, READ_DPU_MIN)}",
        f"  Write: {_amount(dpus.write, WRITE_DPU_MIN)}",
    ]
    if is_multi_region:
        lines.append(f"  Multi-Region Write: {_amount(dpus.multi_region_write, WRITE_DPU_MIN)}")
    return [*lines, f"  Total: {_amount(dpus.total)}"]


def _amount(value: float, minimum: float = 0.0) -> str:
    text = f"{value:.5f} DPU"
    return f"{text} (Transaction minimum: {minimum:.5f})" if 0 < value < minimum else text
