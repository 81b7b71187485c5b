"""TLS of one connection as bytes in, bytes out: ciphertext ↔ plaintext over OpenSSL's memory buffers, no socket.

    socket ── receive(ciphertext) ──▶ plaintext          encrypt(plaintext) ──▶ ciphertext ── socket

asyncio's and uvloop's own TLS transports keep a 256 KB buffer for each connection; this keeps OpenSSL's state alone,
17 KB a connection measured (benchmarks/idle_connections.py). Large writes go through in slices, since a memory buffer
keeps the largest size it ever had.

Source: ssl.MemoryBIO; RFC 8446.
"""

from __future__ import annotations

import ssl
from typing import cast

from borealis.functions.misc.client import Encryption
from borealis.server.tls import ServerTlsObject

_SLICE_BYTES = 16 * 1024  # one TLS record
_READ_BYTES = 64 * 1024


class TlsError(Exception):
    """The peer does not speak TLS with us: nothing more can be read from or told to it but what is in `farewell`."""

    def __init__(self, reason: str, farewell: bytes) -> None:
        super().__init__(reason)
        self.farewell = farewell


class TlsStream:
    """The server's side of one TLS connection."""

    __slots__ = ("_incoming", "_is_open", "_outgoing", "_tls")

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = cast(ServerTlsObject, context.wrap_bio(self._incoming, self._outgoing, server_side=True))
        self._is_open = False

    @property
    def is_open(self) -> bool:
        """The handshake is done: from here on plaintext flows."""
        return self._is_open

    @property
    def encryption(self) -> Encryption | None:
        """What was agreed on; None until the handshake is done."""
        cipher = self._tls.cipher() if self._is_open else None
        return None if cipher is None else Encryption(self._tls.version() or "", cipher[0], cipher[2])

    @property
    def requested_name(self) -> str | None:
        """The host name in the client's SNI."""
        return self._tls.requested_name

    @property
    def alpn(self) -> str | None:
        return self._tls.selected_alpn_protocol()

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Take ciphertext; return the plaintext in it, and the ciphertext that TLS itself wants sent back.

        Raises:
            TlsError: not TLS, no common version or cipher, a damaged record.
        """
        plain: list[bytes] = []
        view = memoryview(data)
        for start in range(0, len(view), _READ_BYTES):
            self._incoming.write(view[start : start + _READ_BYTES])
            try:
                self._advance(plain)
            except ssl.SSLError as error:
                raise TlsError(error.reason or str(error), self._outgoing.read()) from error
        return b"".join(plain), self._outgoing.read() if self._outgoing.pending else b""

    def _advance(self, plain: list[bytes]) -> None:
        """Read all that the incoming buffer holds."""
        try:
            if not self._is_open:
                self._tls.do_handshake()
                self._is_open = True
            while self._incoming.pending or self._tls.pending():
                data = self._tls.read(_READ_BYTES)
                if not data:  # close_notify: the end of the stream follows
                    return
                plain.append(data)
        except ssl.SSLWantReadError:
            pass  # the rest of a record is still to come
        except ssl.SSLZeroReturnError:
            pass  # close_notify

    def encrypt(self, data: bytes) -> bytes:
        """Return data as TLS records."""
        if len(data) <= _SLICE_BYTES:
            self._tls.write(data)
            return self._outgoing.read()
        records: list[bytes] = []
        view = memoryview(data)
        for start in range(0, len(view), _SLICE_BYTES):
            self._tls.write(view[start : start + _SLICE_BYTES])
            records.append(self._outgoing.read())
        return b"".join(records)

    def close(self) -> bytes:
        """Return the close_notify to send; the client can tell an end from a cut by it."""
        if not self._is_open:
            return b""
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            pass  # we do not wait for the client's own
        return self._outgoing.read()
