"""Children: the processes a supervisor forks, and how a child lives and ends.

A child is a fork, not a new interpreter: what the supervisor has imported is there at once and shared in memory, so a worker is up
again in some hundredths of a second. That asks the supervisor to stay a plain single-threaded process without event loop,
SQLite connection or TLS context.

    supervisor ══ lifeline (a pipe nobody writes to) ══▶ child      end of file: the supervisor is gone, stop
    supervisor ◀═ readiness (a pipe) ═════════════════── child      one byte: ready; end of file: it died before

Must hold: a child never returns into its parent's code; it holds no end of a pipe that is not its own, or an end of file would
not be seen.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum
from typing import Any

import structlog

_log = structlog.get_logger("borealis.node")

READY = b"R"
EXIT_OPERATOR = 2
"""The process could not do its work for a reason an operator has been told."""


class Role(Enum):
    STORAGE = "storage"
    WORKER = "worker"
    CONTROL = "control"


@dataclass(slots=True)
class Child:
    """One process, as its supervisor sees it."""

    role: Role
    slot: int  # 0 for those of which there is one
    pid: int
    readiness: int
    started_s: float
    is_ready: bool = False

    @property
    def name(self) -> str:
        return f"worker {self.slot}" if self.role is Role.WORKER else self.role.value


@dataclass(frozen=True, slots=True)
class Ropes:
    """What ties a child to its supervisor."""

    lifeline: int
    readiness: int

    def ready(self) -> None:
        os.write(self.readiness, READY)
        os.close(self.readiness)


def fork(
    main: Callable[[Ropes], int], lifeline: tuple[int, int], foreign: Callable[[], None]
) -> tuple[int, int]:
    """Fork a child that runs main and exits with what it returns; return its pid and the reading end of its readiness.

    foreign closes, in the child, what belongs to the supervisor and to other children.
    """
    readable, writable = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        os.close(writable)
        os.set_blocking(readable, False)
        return pid, readable
    status = 1
    try:
        os.close(readable)
        os.close(lifeline[1])
        _reset_signals()
        foreign()
        status = main(Ropes(lifeline[0], writable))
    except BaseException as error:  # noqa: BLE001 - the edge of a process
        _log.critical("process failed", exc_info=error)
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the supervisor decides


class Stop:
    """When a child is to stop, and whether its supervisor is still there to wait for it."""

    def __init__(self) -> None:
        self.is_orphaned = False
        self._event = asyncio.Event()

    def set(self, *, is_orphaned: bool = False) -> None:
        self.is_orphaned = is_orphaned
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()


def run(main: Callable[[Stop], Coroutine[Any, Any, int]], ropes: Ropes) -> int:
    """Run a child's coroutine in an event loop of its own."""
    gc.set_threshold(50_000, 20, 50)  # sessions are long-lived, statements make no cycles

    async def run_until_told() -> int:
        loop = asyncio.get_running_loop()
        stop = Stop()
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        loop.add_reader(ropes.lifeline, _orphaned, ropes.lifeline, stop)
        try:
            return await main(stop)
        finally:
            loop.remove_reader(ropes.lifeline)

    with asyncio.Runner(loop_factory=event_loop) as runner:
        return runner.run(run_until_told())


def _orphaned(lifeline: int, stop: Stop) -> None:
    asyncio.get_running_loop().remove_reader(lifeline)
    _log.warning("the supervisor is gone")
    stop.set(is_orphaned=True)


def event_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop: uvloop's where it is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
