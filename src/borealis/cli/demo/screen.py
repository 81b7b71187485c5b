"""What a person sees while the run goes on: one table, redrawn twice a second."""

from __future__ import annotations

from rich.table import Table

from borealis.cli.demo.counters import Counters


def progress_table(title: str, counters: Counters, transfers: int) -> Table:
    # Narrow enough for a terminal of 80 columns; latencies in milliseconds.
    table = Table(title=title, title_justify="left", box=None, collapse_padding=True, pad_edge=False)
    for name in (
        "committed",
        "tps",
        "in flight",
        "conflicts",
        "retries",
        "errors",
        "p50 ms",
        "p95 ms",
        "p99 ms",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    latencies = counters.latencies
    table.add_row(
        f"{counters.committed:,}/{transfers:,}",
        f"{counters.tps:,.0f}",
        str(counters.in_flight),
        f"{counters.occ_conflicts:,}",
        f"{counters.retries:,}",
        f"{counters.errors:,}",
        *(f"{latencies.percentile_s(share) * 1e3:.1f}" for share in (0.5, 0.95, 0.99)),
    )
    return table
