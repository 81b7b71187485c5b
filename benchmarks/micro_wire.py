"""Time the wire part by itself: decode a Bind+Describe+Execute+Sync group, build a row, read and write COPY rows.

    PYTHONPATH=src .venv/bin/python benchmarks/micro_wire.py

Prints the best of several runs, in microseconds each. The budget of a point statement is about 20 µs of Python.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from functools import partial

from borealis.wire import backend
from borealis.wire.copy import row_decoder, row_encoder
from borealis.wire.copy.options import CopyOptions
from borealis.wire.decoder import Decoder
from borealis.wire.state import State

RUNS = 7


def frame(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack(">i", len(body) + 4) + body


GROUP = (
    frame(b"B", b"\0P0_1\0" + struct.pack(">HHi5sH", 0, 1, 5, b"12345", 1) + struct.pack(">H", 0))
    + frame(b"D", b"P\0")
    + frame(b"E", b"\0\0\0\0\0")
    + frame(b"S", b"")
)


def best_us(work: Callable[[], int]) -> float:
    """Return the best time of one unit of work; the work says how many units it did."""
    best = float("inf")
    for _ in range(RUNS):
        started = time.perf_counter()
        units = work()
        best = min(best, (time.perf_counter() - started) / units * 1e6)
    return best


def decode_single() -> int:
    """One group a chunk, as an interactive client sends it."""
    decoder = Decoder(State.READY)
    next_message = decoder.next_message
    for _ in range(20_000):
        decoder.feed(GROUP)
        while next_message() is not None:
            pass
    return 20_000


def decode_pipelined() -> int:
    """Two hundred groups a chunk."""
    decoder = Decoder(State.READY)
    next_message = decoder.next_message
    chunk = GROUP * 200
    for _ in range(100):
        decoder.feed(chunk)
        while next_message() is not None:
            pass
    return 20_000


def build_answer() -> int:
    row = (b"12345", b"-17", None, b"some text of middling length")
    for _ in range(20_000):
        _ = b"".join(
            (
                backend.bind_complete(),
                backend.data_row(row),
                backend.command_complete("SELECT 1"),
                backend.ready_for_query(b"I"),
            )
        )
    return 20_000


COPY_ROWS = {
    "text": b"12345\tsome name\t2024-01-01\t17.50\n",
    "csv": b"12345,some name,2024-01-01,17.50\n",
    "csv, quoted": b'"12345","some name","2024-01-01","17.50"\n',
}


def copy_in(name: str) -> int:
    """Twenty thousand rows in chunks of 64 KB."""
    options = CopyOptions(format=name[:4].rstrip(","), delimiter=b"\t" if name == "text" else b",")
    decoder = row_decoder(options, "t", ("a", "b", "c", "d"))
    data = COPY_ROWS[name] * 20_000
    return sum(1 for at in range(0, len(data), 65_536) for _ in decoder.feed(data[at : at + 65_536]))


def copy_out() -> int:
    encoder = row_encoder(CopyOptions(), ("a", "b", "c", "d"))
    row = (b"12345", b"some name", None, b"17.50")
    for _ in range(20_000):
        encoder.row(row)
    return 20_000


def main() -> None:
    for name, work in (
        ("Bind+Describe+Execute+Sync, a group a chunk", decode_single),
        ("Bind+Describe+Execute+Sync, 200 groups a chunk", decode_pipelined),
        ("BindComplete+DataRow(4)+CommandComplete+ReadyForQuery", build_answer),
        *((f"COPY FROM {name}, a row of 4", partial(copy_in, name)) for name in COPY_ROWS),
        ("COPY TO text, a row of 4", copy_out),
    ):
        print(f"{best_us(work):8.2f} µs  {name}")


if __name__ == "__main__":
    main()
