"""A worker: one query processor, a process that serves thousands of connections from one event loop. Stateless: what it knows
is in the cluster's files, what it holds are its clients' sessions.

    clients ─▶ Listener ─▶ Session ─▶ Engine ─┬─ reads: snapshots of the files, in this process
                                              └─ commits: RemoteJournal ─▶ the storage process

An engine is one cluster's (worker_clusters); the listener serves those of all.

Source: DESIGN §6.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import structlog

from borealis.auth.tokens import Endpoint
from borealis.clock import Clock, SystemClock
from borealis.errors import ConnectionFailure
from borealis.limits import TransactionLimits
from borealis.node import children
from borealis.node.chance import BufferedSystemRandom
from borealis.node.children import Ropes, Stop
from borealis.node.cluster_records import ClusterRecords
from borealis.node.config import Authentication
from borealis.node.identity_store import IdentityStore
from borealis.node.keyring import Keyring
from borealis.node.query_processor import QueryProcessor
from borealis.node.worker_clusters import WorkerClusters
from borealis.server.admission import Admission, AdmissionLimits
from borealis.server.authentication import Authenticator, TrustAuthenticator
from borealis.server.cancellation import CancelRouter
from borealis.server.iam import IamAuthenticator
from borealis.server.listener import Listener
from borealis.server.services import Services
from borealis.server.startup import TlsMode
from borealis.server.tls import TlsFiles, server_context
from borealis.storage.files import ClusterFiles
from borealis.transaction.journal import Journal

STOP_S = 5.0
"""For statements that run when the worker is told to stop."""

ORPHAN_STOP_S = 0.5
"""Likewise when the supervisor is gone: so is the storage process, and the directory's next node waits."""


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    slot: int
    clusters: Path
    """The directory of all clusters."""
    keys: Path
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
    day: date | None
    authentication: Authentication
    data: Path
    region: str
    domain: str


def run_worker(setup: WorkerSetup, ropes: Ropes) -> int:
    """Be a worker; return its exit status."""
    structlog.contextvars.bind_contextvars(process=f"worker {setup.slot}", pid=os.getpid())

    async def main(stop: Stop) -> int:
        clusters = _clusters(setup)
        only = clusters.only()
        if only is not None:
            with contextlib.suppress(ConnectionFailure):  # deleted at this very moment
                await clusters.open(only)  # its first client does not wait
        router = CancelRouter(setup.slot, random.SystemRandom(), setup.cancels_out)
        listener = Listener(_services(setup, clusters, router))
        clusters.end_sessions = listener.end_cluster
        loop = asyncio.get_running_loop()
        loop.add_reader(setup.cancels_in, _take_cancel, setup.cancels_in, router)
        for listening in setup.listening:
            await listener.listen(listening)
        ropes.ready()
        await stop.wait()
        await listener.close(ORPHAN_STOP_S if stop.is_orphaned else STOP_S)
        await clusters.close()
        return 0

    return children.run(main, ropes)


def _clusters(setup: WorkerSetup) -> WorkerClusters:
    clock, chance = SystemClock(), BufferedSystemRandom()

    def make_processor(files: ClusterFiles, cluster: str, journal: Journal) -> QueryProcessor:
        return QueryProcessor(files, cluster, journal, clock, chance, setup.limits)

    return WorkerClusters(
        ClusterRecords(setup.clusters),
        Keyring(setup.keys),
        setup.ipc_path,
        make_processor,
        lambda cluster: Endpoint(cluster, setup.region, setup.domain),
        setup.day,
    )


def _services(setup: WorkerSetup, clusters: WorkerClusters, router: CancelRouter) -> Services:
    clock = SystemClock()
    return Services(
        clock=clock,
        clusters=clusters,
        begin_session=clusters.begin_session,
        authenticator=_authenticator(setup, clusters, clock),
        admission=Admission(setup.admission, clock, setup.shared, setup.slot),
        router=router,
        tls_mode=setup.tls,
        tls_context=None if setup.tls is TlsMode.OFF else server_context(TlsFiles(setup.tls_directory)),
    )


def _authenticator(setup: WorkerSetup, clusters: WorkerClusters, clock: Clock) -> Authenticator:
    if setup.authentication is Authentication.TRUST:
        return TrustAuthenticator(lambda login: clusters.trusting(login).roles)
    return IamAuthenticator(IdentityStore(setup.data).current, clusters.trusting, clock)


def _take_cancel(datagrams: socket.socket, router: CancelRouter) -> None:
    try:
        router.receive(datagrams.recv(64))
    except BlockingIOError:
        pass
