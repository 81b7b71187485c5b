"""The control process: serves the control plane over HTTP, and carries out what it decides.

It is forked when the node is ready for SQL, so that neither waits for the other: the supervisor has bound its port before, and
requests that come early wait in the backlog. It alone writes the records of clusters. When it dies, the next one takes up
what it had begun; connections and commits do not notice.

HTTP without TLS: requests are signed, not secret, and it listens on loopback unless asked. uvicorn is told nothing of signals:
a child of the supervisor stops as the others do.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvicorn

from borealis.clock import SystemClock
from borealis.control_plane.app import application
from borealis.control_plane.clusters import Clusters
from borealis.control_plane.names import Names
from borealis.control_plane.service import Service
from borealis.node import children
from borealis.node.children import Ropes, Stop
from borealis.node.cluster_host import ClusterHost
from borealis.node.cluster_records import ClusterRecords
from borealis.node.identity_store import IdentityStore
from borealis.node.keyring import Keyring

_KEEP_ALIVE_S = 60
_CONNECTIONS_MAX = 1_000
_STOP_S = 3


@dataclass(frozen=True, slots=True)
class ControlSetup:
    data: Path
    clusters: Path
    keys: Path
    ipc_path: Path
    listening: list[socket.socket]
    region: str
    domain: str


def run_control(setup: ControlSetup, ropes: Ropes) -> int:
    """Be the control process; return its exit status."""
    structlog.contextvars.bind_contextvars(process="control", pid=os.getpid())

    async def main(stop: Stop) -> int:
        records, keyring = ClusterRecords(setup.clusters), Keyring(setup.keys)
        records.clean()
        clusters = Clusters(records, ClusterHost(records, keyring, setup.ipc_path))
        clusters.resume()
        service = Service(
            clusters=clusters,
            names=Names(setup.region, setup.domain),
            keys=keyring,
            identities=IdentityStore(setup.data).current,
            clock=SystemClock(),
            random=random.SystemRandom(),
        )
        server = _server(service)
        serving = asyncio.get_running_loop().create_task(server.serve(setup.listening))
        ropes.ready()
        stopping = asyncio.get_running_loop().create_task(stop.wait())
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopping.cancel()
        await serving
        await clusters.close()
        return 0

    return children.run(main, ropes)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(service: Service) -> _Server:
    return _Server(
        uvicorn.Config(
            application(service),
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # who a request comes from is what the socket says
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_STOP_S,
            limit_concurrency=_CONNECTIONS_MAX,
        )
    )
