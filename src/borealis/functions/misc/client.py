"""Who a session talks to: the process id it was told, and how the connection is enciphered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Encryption:
    version: str  # TLSv1.3
    cipher: str  # TLS_AES_256_GCM_SHA384
    bits: int


@dataclass(frozen=True, slots=True)
class Client:
    pid: int = 0
    """Which a CancelRequest names; pg_backend_pid()."""
    encryption: Encryption | None = None
