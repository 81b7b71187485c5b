"""Cancellation: CancelRequest from a second connection reaches the session it names, in whichever worker that lives.

A backend pid carries the worker's slot above a serial number, so any worker can tell whose it is:

     30       24 23                     0
    │  slot     │  serial number, from 1 │

A request for another worker's session goes to it as one datagram; every worker holds a sending socket for each slot. The secret
is compared by the worker that owns the session alone. As PostgreSQL does, a request that fits nothing is ignored.

Source: PostgreSQL 16 protocol, "Canceling Requests in Progress".
"""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Sequence
from typing import Protocol

_SERIAL_BITS = 24
_SERIAL_MASK = (1 << _SERIAL_BITS) - 1
SLOTS_MAX = 64

_datagram = struct.Struct("!II")


class Cancellable(Protocol):
    def cancel(self) -> None:
        """Stop the statement that runs, if one does."""
        ...


class CancelRouter:
    """The sessions of one worker by backend pid, and the way to the other workers' sessions."""

    def __init__(self, slot: int, random_: random.Random, others: Sequence[socket.socket] = ()) -> None:
        """Route for the worker in this slot; others has a sending datagram socket for every slot."""
        if not 0 <= slot < SLOTS_MAX:
            raise ValueError(f"slot {slot} is not below {SLOTS_MAX}")
        self._slot = slot
        self._random = random_
        self._others = others
        self._serial = 0
        self._sessions: dict[int, tuple[int, Cancellable]] = {}

    def register(self, session: Cancellable) -> tuple[int, int]:
        """Return the backend pid and secret under which the session can be cancelled."""
        pid = self._free_pid()
        secret = self._random.getrandbits(32)
        self._sessions[pid] = (secret, session)
        return pid, secret

    def unregister(self, pid: int) -> None:
        self._sessions.pop(pid, None)

    def cancel(self, pid: int, secret: int) -> None:
        """Cancel the session if it is ours and the secret fits; hand the request on if it is another worker's."""
        slot = pid >> _SERIAL_BITS
        if slot == self._slot:
            self._cancel_here(pid, secret)
        elif 0 <= slot < len(self._others):
            try:
                self._others[slot].send(_datagram.pack(pid, secret & 0xFFFFFFFF))
            except OSError:
                pass  # that worker is down or its queue is full: a cancel is best effort

    def receive(self, datagram: bytes) -> None:
        """Take a request that another worker handed on."""
        if len(datagram) == _datagram.size:
            self._cancel_here(*_datagram.unpack(datagram))

    def _cancel_here(self, pid: int, secret: int) -> None:
        entry = self._sessions.get(pid)
        if entry is not None and entry[0] == secret & 0xFFFFFFFF:
            entry[1].cancel()

    def _free_pid(self) -> int:
        while True:
            self._serial = self._serial % _SERIAL_MASK + 1
            pid = self._slot << _SERIAL_BITS | self._serial
            if pid not in self._sessions:
                return pid
