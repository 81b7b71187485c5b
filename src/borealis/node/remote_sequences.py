"""RemoteSequences: numbers of sequences for a worker, over a socket of its own to the cluster's lane.

nextval runs inside a SQLite statement and cannot wait on the event loop, so this asks and waits: as long as one write to disk,
once a block. Asking again after the storage process died is harmless: the numbers of an answer that was lost are a gap.

Source: dsql-facts.md §4.8.
"""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

from borealis.node.ipc import (
    FrameError,
    FrameReader,
    Hello,
    SequenceAnswer,
    decode_answers,
    decode_sequence_answer,
    encode_hello,
    encode_sequence_request,
    error_of,
    server_unavailable,
)
from borealis.transaction.sequences import Block, SequenceRequest

WAIT_S = 2.0
"""For a storage process that is being started again; the worker does nothing else meanwhile."""

_RECONNECT_S = 0.01
_RECEIVE_BYTES = 4_096


class RemoteSequences:
    """One a cluster a worker; callable from any thread."""

    def __init__(self, path: Path, cluster: str) -> None:
        self._path = path
        self._cluster = cluster
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._frames = FrameReader()

    def take(self, request: SequenceRequest) -> Block:
        """Reserve numbers. See transaction.Journal.take; raises XX000 where there is no storage process."""
        with self._lock:
            answer = self._answer(request)
        if answer.refusal is not None:
            raise error_of(answer.refusal)
        if answer.block is None:
            raise server_unavailable()
        return answer.block

    def close(self) -> None:
        with self._lock:
            self._hang_up()

    def _answer(self, request: SequenceRequest) -> SequenceAnswer:
        give_up_s = time.monotonic() + WAIT_S
        while True:
            try:
                connected = self._connected()
                connected.sendall(encode_sequence_request(request))
                return decode_sequence_answer(self._receive(connected))
            except (OSError, FrameError):
                self._hang_up()
                if time.monotonic() > give_up_s:
                    raise server_unavailable() from None
                time.sleep(_RECONNECT_S)

    def _connected(self) -> socket.socket:
        if self._socket is None:
            connecting = socket.socket(socket.AF_UNIX)
            self._socket = connecting
            connecting.settimeout(WAIT_S)
            connecting.connect(str(self._path))
            connecting.sendall(encode_hello(Hello(self._cluster, asks_sequences=True)))
            (welcome,) = decode_answers(self._receive(connecting))
            if welcome.refusal is not None:
                self._hang_up()
                raise error_of(welcome.refusal)
        return self._socket

    def _receive(self, connected: socket.socket) -> bytes:
        while True:
            data = connected.recv(_RECEIVE_BYTES)
            if not data:
                raise ConnectionResetError("the storage process hung up")
            payloads = list(self._frames.feed(data))  # to its end, or the reader would give them again
            if payloads:
                return payloads[0]

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._frames = FrameReader()
