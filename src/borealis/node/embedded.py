"""Node.embedded: storage, query processor and listener in one process and one event loop, for tests and as a library.

    async with Node.embedded(path) as node:
        rows = await node.connect().query("SELECT 1")                          without a socket, or by a driver:
        connection = await asyncpg.connect(host=node.host, port=node.port, user="admin", database="postgres")

The parts are those of `borealis start`; only the journal is the local one, without a socket in between. The data directory
is laid out and locked alike, so a node may be embedded today and started tomorrow.
"""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from borealis.auth.tokens import Endpoint
from borealis.clock import Clock, SystemClock
from borealis.jobs.runner import JobRunner
from borealis.node import sockets
from borealis.node.chance import BufferedSystemRandom
from borealis.node.config import Authentication, NodeAddress, NodeConfig
from borealis.node.data_directory import DataDirectory
from borealis.node.identity_store import IdentityStore
from borealis.node.in_process import InProcessConnection
from borealis.node.query_processor import QueryProcessor
from borealis.node.storage_process import StorageSetup, open_or_create
from borealis.node.trusting_cluster import NodeCluster
from borealis.server.admission import Admission, AdmissionLimits
from borealis.server.authentication import ADMIN, DATABASE, Authenticator, Login, TrustAuthenticator
from borealis.server.cancellation import CancelRouter
from borealis.server.iam import IamAuthenticator
from borealis.server.listener import Listener
from borealis.server.routing import OneCluster
from borealis.server.services import Services
from borealis.server.startup import TlsMode
from borealis.server.tls import ensure_tls_files, server_context, server_names
from borealis.settings.day import NEWEST, read_day
from borealis.storage.checkpoint import Checkpointer
from borealis.transaction.committer import Committer
from borealis.transaction.local_journal import LocalJournal


class Node:
    """A node inside this process; entered, it serves."""

    address: NodeAddress
    _processor: QueryProcessor

    def __init__(self, config: NodeConfig, clock: Clock, random_: random.Random) -> None:
        self._config = config
        self._clock = clock
        self._random = random_
        self._stack = AsyncExitStack()

    @classmethod
    def embedded(
        cls,
        path: str | os.PathLike[str],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: TlsMode = TlsMode.PREFER,
        authentication: Authentication = Authentication.TRUST,
        clock: Clock | None = None,
        random_: random.Random | None = None,
        compatibility: str = NEWEST,
    ) -> Self:
        """Return a node on this data directory, made if it is not there, to be entered with `async with`.

        compatibility is the day DSQL's features are of: newest, a month (2026-03) or a day.

        Raises:
            ValueError: it is neither.
        """
        config = NodeConfig(
            data=Path(path).absolute(),
            host=host,
            port=port,
            workers=1,
            tls=tls,
            authentication=authentication,
            admission=replace(AdmissionLimits(), rate_per_s=None),
            day=read_day(compatibility),
        )
        return cls(config, clock or SystemClock(), random_ or BufferedSystemRandom())

    @property
    def host(self) -> str:
        return self.address.host

    @property
    def port(self) -> int:
        return self.address.port

    def connect(self, user: str = ADMIN, settings: dict[str, str] | None = None) -> InProcessConnection:
        """Return a connection without a socket, for the tasks of this node's event loop.

        Raises:
            SqlError: a setting is not one that may be set.
        """
        login = Login(
            user,
            DATABASE,
            requested_name=None,
            cluster_id=self.address.cluster,
            peer="in process",
            encryption=None,
        )
        return InProcessConnection(
            lambda output: self._processor.begin_session(login, dict(settings or {}), 0, output)
        )

    async def __aenter__(self) -> Self:
        """Serve.

        Raises:
            DirectoryUnusableError, AddressUnusableError, StorageError: as `borealis start` says in one line.
        """
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _start(self, stack: AsyncExitStack) -> None:
        config, clock = self._config, self._clock
        directory = DataDirectory(config.data)
        directory.open()
        stack.callback(directory.close)
        cluster = directory.first_cluster_id(self._random)
        database = open_or_create(
            StorageSetup(directory.cluster(cluster), cluster, directory.installation_key)
        )
        stack.callback(database.close)
        checkpointer = Checkpointer(database.files, clock)
        stack.callback(checkpointer.close)
        jobs = JobRunner(database, clock)
        stack.callback(jobs.close)
        journal = LocalJournal(Committer(database, clock, checkpointer=checkpointer, jobs=jobs))
        stack.push_async_callback(journal.close)
        self._processor = QueryProcessor(
            database.files, cluster, journal, clock, self._random, config.limits, config.day
        )
        stack.callback(self._processor.close)
        names = server_names(config.region, config.domain)
        files = ensure_tls_files(directory.tls, names, SystemClock())
        seen = NodeCluster(Endpoint(cluster, config.region, config.domain), self._processor.engine)
        authenticator: Authenticator = TrustAuthenticator(lambda _: seen.roles)
        identities = IdentityStore(directory.path)
        if config.authentication is Authentication.IAM:
            identities.ensure(self._random, clock, config.region)
            authenticator = IamAuthenticator(identities.current, lambda _: seen, clock)
        self.services = Services(
            clock=clock,
            clusters=OneCluster(cluster),
            begin_session=self._processor.begin_session,
            authenticator=authenticator,
            admission=Admission.alone(config.admission, clock),
            router=CancelRouter(0, self._random),
            tls_mode=config.tls,
            tls_context=None if config.tls is TlsMode.OFF else server_context(files),
        )
        listener = Listener(self.services)
        port, [bound] = sockets.bind(config.host, config.port, 1)
        for listening in bound:
            await listener.listen(listening)
        stack.push_async_callback(listener.close, 1.0)
        self.address = NodeAddress(
            host=config.host,
            port=port,
            cluster=cluster,
            endpoint=config.endpoint(cluster),
            region=config.region,
            ca_file=files.ca_certificate,
            data_dir=config.data,
            pid=os.getpid(),
            http_host=config.http_host,
            http_port=None,
            credentials_file=identities.credentials_file,
        )
        await asyncio.sleep(0)  # the first connection finds the listener in its loop
