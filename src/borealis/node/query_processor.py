"""The query processor: engine and sessions over one cluster's files; the same in a worker and embedded."""

from __future__ import annotations

import random
from datetime import date

from borealis.clock import Clock
from borealis.executor.engine import Engine
from borealis.functions.install import install
from borealis.functions.misc.client import Client
from borealis.limits import DSQL_LIMITS, TransactionLimits
from borealis.server.authentication import Login
from borealis.server.services import Output, ServerSession
from borealis.session.session import Session
from borealis.storage.files import ClusterFiles
from borealis.storage.readers import ReaderPool
from borealis.storage.signal import CommitSignal
from borealis.transaction.journal import Journal
from borealis.transaction.snapshot import SnapshotSource


class QueryProcessor:
    """Begins sessions; belongs to one event loop."""

    def __init__(
        self,
        files: ClusterFiles,
        cluster: str,
        journal: Journal,
        clock: Clock,
        random_: random.Random,
        limits: TransactionLimits = DSQL_LIMITS,
        day: date | None = None,
    ) -> None:
        """Serve a cluster whose owner runs; with the features of a day (sql.compatibility), None: the newest."""
        self._signal = CommitSignal.shared(files.signal)
        self._readers = ReaderPool(files, install)
        self._clock = clock
        snapshots = SnapshotSource(self._readers, self._signal)
        self.engine = Engine(snapshots, journal, clock, random_, cluster, limits, day)

    def begin_session(
        self, login: Login, settings: dict[str, str], pid: int, output: Output
    ) -> ServerSession:
        """Begin a session. See server.services.SessionFactory."""
        return Session(self.engine, self._clock, login.user, settings, output, Client(pid, login.encryption))

    def close(self) -> None:
        self._readers.close()
        self._signal.close()
