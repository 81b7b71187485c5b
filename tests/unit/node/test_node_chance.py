"""BufferedSystemRandom: every byte of the machine's once."""

from __future__ import annotations

import os

from borealis.node.chance import BufferedSystemRandom


def test_bytes_come_in_order_and_none_twice(monkeypatch) -> None:
    given = []

    def urandom(count: int) -> bytes:
        given.append(bytes([len(given)]) * (count // 2) + bytes(range(256)) * (count // 512))
        return given[-1]

    monkeypatch.setattr(os, "urandom", urandom)
    chance = BufferedSystemRandom()
    taken = b"".join(chance.randbytes(16) for _ in range(256))
    assert taken == given[0]
    assert chance.randbytes(10) == given[1][:10]


def test_any_length() -> None:
    chance = BufferedSystemRandom()
    for count in (0, 1, 16, 4_095, 4_096, 4_097, 100_000):
        assert len(chance.randbytes(count)) == count
