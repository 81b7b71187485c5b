"""Supervisor: starts the storage process and the workers, starts again those that die, and stops them in order.

    bind the ports ─▶ fork storage ─▶ import what workers need, make TLS files ─▶ storage ready ─▶ fork workers ─▶ all ready
    ─▶ fork the control process, which nobody waits for

A child that dies is forked again at once; one that keeps dying within a second of its start waits up to half a second. A worker's
death takes its own connections only. When the storage process dies, workers fail the commits it had been sent (their outcome is
uncertain) and find its successor on the same socket, which the supervisor keeps open.

SIGTERM or SIGINT: workers tell their clients and go, then storage folds its log and goes, then the supervisor exits with 0.

Must hold: the supervisor stays single-threaded and opens no database, since it forks at any time.

Source: DESIGN §6, §7.
"""

from __future__ import annotations

import contextlib
import gc
import mmap
import os
import random
import resource
import selectors
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from borealis.clock import SystemClock
from borealis.node import children, sockets
from borealis.node.children import Child, Role, Ropes
from borealis.node.config import NodeAddress, NodeConfig
from borealis.node.data_directory import DataDirectory
from borealis.node.identity_store import IdentityStore
from borealis.server.admission import shared_bytes
from borealis.server.tls import ensure_tls_files, server_names

_log = structlog.get_logger("borealis.node")

START_S = 30.0
WORKERS_STOP_S = 8.0
STORAGE_STOP_S = 20.0
_STABLE_S = 1.0
_BACKOFF_S = (0.0, 0.0, 0.1, 0.2, 0.5)
_UNIX_PATH_BYTES_MAX = 100  # sun_path has 104 on macOS, 108 on Linux


class StartFailedError(Exception):
    """The node did not start; its processes have said why."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Supervisor:
    def __init__(self, config: NodeConfig, directory: DataDirectory, random_: random.Random) -> None:
        """Supervise a node on a directory that is locked."""
        self._config = config
        self._directory = directory
        self._cluster = directory.first_cluster_id(random_)
        self._random = random_
        self._identities = IdentityStore(directory.path)
        self._children: dict[int, Child] = {}
        self._failures: dict[tuple[Role, int], int] = {}
        self._due: list[tuple[float, Role, int]] = []
        self._is_started = False
        self._is_stopping = False
        self._selector = selectors.DefaultSelector()
        self._port, self._listening = sockets.bind(config.host, config.port, config.workers)
        self._http_port, [self._http] = sockets.bind(config.http_host, config.http_port, 1, "--http-port")
        for listening in self._http:
            listening.listen(
                sockets.BACKLOG
            )  # requests wait for the control process, however often it is forked
        self._lifeline = os.pipe()
        self._ipc_directory, self._ipc_path = self._ipc_place()
        self._ipc = _listen_unix(self._ipc_path)
        self._cancels = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(config.workers)]
        for pair in self._cancels:
            for end in pair:
                end.setblocking(False)
        self._shared = mmap.mmap(-1, shared_bytes(config.workers))

    def run(self, on_ready: Callable[[NodeAddress], None]) -> int:
        """Run the node until it is told to stop; return the process's exit status.

        Raises:
            StartFailedError: a process could not start.
        """
        wakeup, previous = self._catch_signals()
        _raise_descriptor_limit()
        try:
            self._start()
            if not self._is_stopping:
                on_ready(self.address)
            while not self._is_stopping:
                self._turn(self._until_due())
            _log.info("stopping")
            return 0
        finally:
            self._stop()
            self._release_signals(wakeup, previous)

    @property
    def address(self) -> NodeAddress:
        config = self._config
        return NodeAddress(
            host=config.host,
            port=self._port,
            cluster=self._cluster,
            endpoint=config.endpoint(self._cluster),
            region=config.region,
            ca_file=self._directory.tls / "ca.crt",
            data_dir=self._directory.path,
            pid=os.getpid(),
            http_host=config.http_host,
            http_port=self._http_port,
            credentials_file=self._identities.credentials_file,
        )

    # Starting.

    def _start(self) -> None:
        self._fork(Role.STORAGE, 0)
        from borealis.node import worker  # noqa: F401 - imported once here, while storage starts, for all workers

        names = server_names(self._config.region, self._config.domain)
        ensure_tls_files(self._directory.tls, names, SystemClock())
        self._identities.ensure(self._random, SystemClock(), self._config.region)
        self._wait_ready("storage did not start")
        gc.collect()
        gc.freeze()  # what is shared with the children stays shared: no collection touches it
        for slot in range(self._config.workers):
            self._fork(Role.WORKER, slot)
        self._wait_ready("the workers did not start")
        self._is_started = True
        if not self._is_stopping:
            self._fork(Role.CONTROL, 0)

    def _wait_ready(self, failure: str) -> None:
        give_up = time.monotonic() + START_S
        while not all(child.is_ready for child in self._children.values()) and not self._is_stopping:
            if time.monotonic() > give_up:
                raise StartFailedError(f"{failure} within {START_S:.0f} s", 1)
            self._turn(0.1)

    def _fork(self, role: Role, slot: int) -> None:
        main = {Role.STORAGE: self._storage_main, Role.CONTROL: self._control_main}.get(
            role
        ) or self._worker_main(slot)
        pid, readiness = children.fork(main, self._lifeline, lambda: self._close_foreign(role, slot))
        self._children[pid] = Child(role, slot, pid, readiness, time.monotonic())
        self._selector.register(readiness, selectors.EVENT_READ, pid)

    def _storage_main(self, ropes: Ropes) -> int:
        from borealis.node.storage_process import StorageSetup, run_storage

        setup = StorageSetup(
            directory=self._directory.cluster(self._cluster),
            cluster=self._cluster,
            key_file=self._directory.installation_key,
        )
        return run_storage(setup, self._ipc, ropes)

    def _control_main(self, ropes: Ropes) -> int:
        from borealis.node.control_process import ControlSetup, run_control

        setup = ControlSetup(
            data=self._directory.path,
            clusters=self._directory.clusters,
            keys=self._directory.keys,
            ipc_path=self._ipc_path,
            listening=self._http,
            region=self._config.region,
            domain=self._config.domain,
        )
        return run_control(setup, ropes)

    def _worker_main(self, slot: int) -> Callable[[Ropes], int]:
        def main(ropes: Ropes) -> int:
            from borealis.node.worker import WorkerSetup, run_worker

            setup = WorkerSetup(
                slot=slot,
                clusters=self._directory.clusters,
                keys=self._directory.keys,
                ipc_path=self._ipc_path,
                listening=self._listening[slot],
                cancels_in=self._cancels[slot][0],
                cancels_out=[pair[1] for pair in self._cancels],
                admission=self._config.admission,
                limits=self._config.limits,
                day=self._config.day,
                shared=memoryview(self._shared),
                tls=self._config.tls,
                tls_directory=self._directory.tls,
                authentication=self._config.authentication,
                data=self._directory.path,
                region=self._config.region,
                domain=self._config.domain,
            )
            return run_worker(setup, ropes)

        return main

    def _close_foreign(self, role: Role, slot: int) -> None:
        """Close, in a child, what is the supervisor's own and what is other children's."""
        self._selector.close()
        for child in self._children.values():
            with contextlib.suppress(OSError):
                os.close(child.readiness)
        for other, opened in enumerate(self._listening):
            if role is not Role.WORKER or other != slot:
                for listening in opened:
                    listening.close()
        if role is not Role.CONTROL:
            for listening in self._http:
                listening.close()
        if role is not Role.STORAGE:
            self._ipc.close()

    def _ipc_place(self) -> tuple[Path | None, Path]:
        """Return where the storage process listens, and the directory made for it where the data directory's path is too long."""
        path = self._directory.path / "node.sock"
        if len(os.fsencode(path)) <= _UNIX_PATH_BYTES_MAX:
            return None, path
        made = Path(tempfile.mkdtemp(prefix="borealis-"))
        return made, made / "node.sock"

    # Running.

    def _turn(self, timeout_s: float | None) -> None:
        """Wait for news, and act on it."""
        for key, _ in self._selector.select(timeout_s):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(key.fd, 4_096)
            else:
                self._take_readiness(key.fd, key.data)
        self._reap()
        if not self._is_stopping:
            self._fork_due()

    def _take_readiness(self, descriptor: int, pid: int) -> None:
        said = os.read(descriptor, 1)
        self._selector.unregister(descriptor)
        os.close(descriptor)
        child = self._children.get(pid)
        if child is None:
            return
        child.readiness = -1
        if said == children.READY:
            child.is_ready = True
            _log.debug(
                "ready", process=child.name, pid=pid, took_s=round(time.monotonic() - child.started_s, 3)
            )

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self._children.pop(pid, None)
            if child is None:
                continue
            if child.readiness >= 0:
                self._selector.unregister(child.readiness)
                os.close(child.readiness)
            if not self._is_stopping:
                self._died(child, os.waitstatus_to_exitcode(status))

    def _died(self, child: Child, code: int) -> None:
        if not self._is_started:
            operator = code == children.EXIT_OPERATOR
            raise StartFailedError(f"{child.name} did not start", children.EXIT_OPERATOR if operator else 1)
        lived_s = time.monotonic() - child.started_s
        place = (child.role, child.slot)
        failures = 0 if lived_s > _STABLE_S else self._failures.get(place, 0) + 1
        self._failures[place] = failures
        delay_s = _BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)]
        _log.error(
            "process died", process=child.name, pid=child.pid, reason=_reason(code), restart_in_s=delay_s
        )
        self._due.append((time.monotonic() + delay_s, *place))

    def _until_due(self) -> float | None:
        if not self._due:
            return None
        return max(0.0, min(due for due, _, _ in self._due) - time.monotonic())

    def _fork_due(self) -> None:
        now = time.monotonic()
        due, self._due = (
            [entry for entry in self._due if entry[0] <= now],
            [entry for entry in self._due if entry[0] > now],
        )
        for _, role, slot in due:
            self._fork(role, slot)

    # Stopping.

    def _stop(self) -> None:
        self._is_stopping = True
        self._signal(Role.CONTROL, signal.SIGTERM)
        self._end(Role.WORKER, WORKERS_STOP_S)
        self._end(Role.CONTROL, WORKERS_STOP_S)
        self._end(Role.STORAGE, STORAGE_STOP_S)
        self._ipc.close()
        self._ipc_path.unlink(missing_ok=True)
        if self._ipc_directory is not None:
            self._ipc_directory.rmdir()
        for opened in (*self._listening, self._http):
            for listening in opened:
                listening.close()
        for pair in self._cancels:
            for end in pair:
                end.close()
        os.close(self._lifeline[0])
        os.close(self._lifeline[1])

    def _end(self, role: Role, patience_s: float) -> None:
        """Stop the processes of a role: politely, then for good."""
        self._signal(role, signal.SIGTERM)
        give_up = time.monotonic() + patience_s
        while self._of(role):
            if time.monotonic() > give_up:
                _log.error("killing what does not stop", role=role.value)
                self._signal(role, signal.SIGKILL)
                give_up = time.monotonic() + patience_s
            self._turn(0.05)

    def _of(self, role: Role) -> list[Child]:
        return [child for child in self._children.values() if child.role is role]

    def _signal(self, role: Role, number: signal.Signals) -> None:
        for child in self._of(role):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, number)

    # Signals: a handler does nothing but set a flag; the pipe wakes the selector.

    def _catch_signals(self) -> tuple[tuple[socket.socket, socket.socket], dict[int, object]]:
        readable, writable = socket.socketpair()
        readable.setblocking(False)
        writable.setblocking(False)
        previous: dict[int, object] = {
            number: signal.signal(number, self._on_stop) for number in (signal.SIGTERM, signal.SIGINT)
        }
        previous[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(writable.fileno(), warn_on_full_buffer=False)
        self._selector.register(readable, selectors.EVENT_READ, None)
        return (readable, writable), previous

    def _on_stop(self, *_: object) -> None:
        self._is_stopping = True

    def _release_signals(
        self, wakeup: tuple[socket.socket, socket.socket], previous: dict[int, object]
    ) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._selector.close()
        for end in wakeup:
            end.close()


def _raise_descriptor_limit() -> None:
    """Let every process have as many descriptors as it may: a connection takes one, an open transaction three."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):  # macOS names no limit where the kernel has one
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _listen_unix(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # of a node that was killed: the directory's lock is ours
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    path.chmod(0o600)
    listening.listen(128)
    return listening


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
