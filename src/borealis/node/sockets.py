"""Sockets: the port that all workers share, bound once by the supervisor.

Each worker has a socket of its own with SO_REUSEPORT, all on one port, and the kernel spreads connections over them. The
supervisor keeps a copy of each: when a worker dies, connections that were not yet accepted wait for its successor.

SO_REUSEPORT would also let a second node of the same user share the port without a word, so the port is tried without it
first.
"""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack

BACKLOG = 4_096


class AddressUnusableError(Exception):
    """An operator's error: this address cannot be listened on, and one line says why."""


def resolve(host: str) -> list[tuple[socket.AddressFamily, str]]:
    """Return every address of a host name, IPv4 first.

    Raises:
        AddressUnusableError: it has none.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise AddressUnusableError(f"cannot listen on {host}: {error.strerror}") from error
    addresses = {(family, str(address[0])) for family, _, _, _, address in found}
    return sorted(addresses, key=lambda found: (found[0] != socket.AF_INET, found[1]))


def bind(host: str, port: int, copies: int, option: str = "--port") -> tuple[int, list[list[socket.socket]]]:
    """Bind all addresses of a host; return the port and, for each process, its sockets. A refusal names the option.

    Raises:
        AddressUnusableError: the port is taken, or may not be used.
    """
    addresses = resolve(host)
    with ExitStack() as undo:
        bound: list[list[socket.socket]] = [[] for _ in range(copies)]
        for family, address in addresses:
            try:
                if port:
                    _open(family, address, port, shared=False).close()
                for sockets in bound:
                    opened = _open(family, address, port, shared=True)
                    undo.callback(opened.close)
                    sockets.append(opened)
                    port = opened.getsockname()[1]
            except OSError as error:
                if (
                    error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
                    and (family, address) != addresses[0]
                ):
                    continue  # `localhost` has an IPv6 address on machines that have no IPv6
                raise AddressUnusableError(_reason(address, port, error, option)) from error
        undo.pop_all()
        return port, bound


def _open(family: socket.AddressFamily, address: str, port: int, *, shared: bool) -> socket.socket:
    # Named, not 0: asyncio switches Nagle's algorithm off only on accepted sockets that say they are TCP.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        opened.setsockopt(
            socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1
        )  # accepted ones inherit it, as PostgreSQL sets it
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((address, port))
    except BaseException:
        opened.close()
        raise
    return opened


def _reason(address: str, port: int, error: OSError, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {address} is taken; choose another with {option}, or {option} 0 for any free one"
        )
    return f"cannot listen on {address} port {port}: {error.strerror}"


def is_loopback(address: str) -> bool:
    import ipaddress

    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
