"""Gathering: when a batch waits for the crowd that was just answered, and when it does not."""

from __future__ import annotations

from borealis.node.gathering import SIZE_MIN, Gathering

SYNC_S = 0.004


def settled(size: int, sync_s: float = SYNC_S) -> tuple[Gathering, float]:
    """Return a gathering that has seen batches of this size, and the moment the last was finished."""
    gathering, now_s = Gathering(), 100.0
    for _ in range(40):
        gathering.finished(size, now_s, now_s + sync_s)
        now_s += sync_s
    return gathering, now_s


def test_slow_syncs_wait_for_the_crowd() -> None:
    gathering, now_s = settled(16)
    wait_s = gathering.wait_s(16, now_s)
    assert 0 < wait_s < SYNC_S
    assert not gathering.is_enough(31)
    assert gathering.is_enough(32)


def test_those_who_come_back_are_the_crowd_itself() -> None:
    gathering, now_s = settled(16)
    assert gathering.wait_s(2, now_s + 0.001) > 0
    assert gathering.is_enough(16)


def test_fast_syncs_do_not_wait() -> None:
    gathering, now_s = settled(16, sync_s=0.0003)
    assert gathering.wait_s(16, now_s) == 0


def test_a_client_alone_does_not_wait() -> None:
    for size in range(1, SIZE_MIN):
        gathering, now_s = settled(size)
        assert gathering.wait_s(1, now_s) == 0


def test_an_intent_long_after_does_not_wait() -> None:
    gathering, now_s = settled(16)
    assert gathering.wait_s(1, now_s + SYNC_S) == 0


def test_clients_that_do_not_come_back_are_not_waited_for_for_a_while() -> None:
    gathering, now_s = settled(16)
    waits = 0
    for _ in range(50):
        waits += gathering.wait_s(4, now_s) > 0
        gathering.waited(4)
        gathering.finished(16, now_s, now_s + SYNC_S)
        now_s += SYNC_S
    assert 0 < waits < 10
    for _ in range(64):
        gathering.finished(16, now_s, now_s + SYNC_S)
        now_s += SYNC_S
    assert gathering.wait_s(4, now_s) > 0, "it tries again"
