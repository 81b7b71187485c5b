"""A worker: one query processor, a process that serves thousands of connections from one event loop. Stateless: what it knows
is in the cluster's files, what it holds are its clients' sessions.

    clients ─▶ Listener ─▶ Session ─▶ Engine ─┬─ reads: snapshots of the files, in this process
                                              └─ commits: RemoteJournal ─▶ the storage process

Source: DESIGN §6.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
from dataclasses import dataclass
from pathlib import Path

import structlog

from borealis.auth.tokens import Endpoint
from borealis.clock import Clock, SystemClock
from borealis.limits import TransactionLimits
from borealis.node import children
from borealis.node.chance import BufferedSystemRandom
from borealis.node.children import Ropes, Stop
from borealis.node.config import Authentication
from borealis.node.identity_store import IdentityStore
from borealis.node.query_processor import QueryProcessor
from borealis.node.remote_journal import RemoteJournal
from borealis.node.trusting_cluster import NodeCluster, only_cluster
from borealis.server.admission import Admission, AdmissionLimits
from borealis.server.authentication import Authenticator, TrustAuthenticator
from borealis.server.cancellation import CancelRouter
from borealis.server.iam import IamAuthenticator
from borealis.server.listener import Listener
from borealis.server.services import Services
from borealis.server.startup import TlsMode
from borealis.server.tls import TlsFiles, server_context
from borealis.storage.encryption import InstallationKey
from borealis.storage.files import ClusterFiles

STOP_S = 5.0
"""For statements that run when the worker is told to stop."""

ORPHAN_STOP_S = 0.5
"""Likewise when the supervisor is gone: so is the storage process, and the directory's next node waits."""


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    slot: int
    directory: Path
    cluster: str
    key_file: Path
    ipc_path: Path
    listening: list[socket.socket]
    cancels_in: socket.socket
    cancels_out: list[socket.socket]
    """One for each slot."""
    admission: AdmissionLimits
    shared: memoryview
    tls: TlsMode
    tls_directory: Path
    limits: TransactionLimits
    authentication: Authentication
    data: Path
    endpoint: Endpoint


def run_worker(setup: WorkerSetup, ropes: Ropes) -> int:
    """Be a worker; return its exit status."""
    structlog.contextvars.bind_contextvars(process=f"worker {setup.slot}", pid=os.getpid())

    async def main(stop: Stop) -> int:
        files = ClusterFiles.locate(setup.directory, InstallationKey.load(setup.key_file))
        journal = RemoteJournal(setup.ipc_path)
        await journal.connect()
        processor = QueryProcessor(
            files, setup.cluster, journal, SystemClock(), BufferedSystemRandom(), setup.limits
        )
        router = CancelRouter(setup.slot, random.SystemRandom(), setup.cancels_out)
        listener = Listener(_services(setup, processor, router))
        loop = asyncio.get_running_loop()
        loop.add_reader(setup.cancels_in, _take_cancel, setup.cancels_in, router)
        for listening in setup.listening:
            await listener.listen(listening)
        ropes.ready()
        await stop.wait()
        await listener.close(ORPHAN_STOP_S if stop.is_orphaned else STOP_S)
        await journal.close()
        processor.close()
        return 0

    return children.run(main, ropes)


def _services(setup: WorkerSetup, processor: QueryProcessor, router: CancelRouter) -> Services:
    clock = SystemClock()
    return Services(
        clock=clock,
        begin_session=processor.begin_session,
        authenticator=_authenticator(setup, processor, clock),
        admission=Admission(setup.admission, clock, setup.shared, setup.slot),
        router=router,
        tls_mode=setup.tls,
        tls_context=None if setup.tls is TlsMode.OFF else server_context(TlsFiles(setup.tls_directory)),
    )


def _authenticator(setup: WorkerSetup, processor: QueryProcessor, clock: Clock) -> Authenticator:
    if setup.authentication is Authentication.TRUST:
        return TrustAuthenticator()
    cluster = NodeCluster(setup.endpoint, processor.engine)
    return IamAuthenticator(IdentityStore(setup.data).current, only_cluster(cluster), clock)


def _take_cancel(datagrams: socket.socket, router: CancelRouter) -> None:
    try:
        router.receive(datagrams.recv(64))
    except BlockingIOError:
        pass
