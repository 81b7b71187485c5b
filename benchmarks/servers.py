"""The two servers measured, each in a directory of its own."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_START_TIMEOUT_S = 30


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    user: str
    pid: int

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGDATABASE": "postgres",
            "PGPASSWORD": "bench",
            "PGSSLMODE": "disable",
        }

    def psql(self, sql: str) -> str:
        done = subprocess.run(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{self.name}: {sql}: {done.stderr.strip()}")
        return done.stdout.strip()

    def processes(self) -> list[int]:
        """Return the server's process and all below it."""
        found, queue = [], [self.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    queue.extend(int(child) for child in (task / "children").read_text().split())
        return found

    def memory_bytes(self) -> int:
        """Return the proportional memory of all its processes, shared pages counted once."""
        total = 0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) * 1024
        return total


def postgresql_bin() -> Path | None:
    """Return the directory of Debian's newest PostgreSQL, None where none is installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda path: int(path.split("/")[4]))
    return Path(found[-1]).parent if found else None


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def postgresql(directory: Path) -> Iterator[Server]:
    """Start Debian's PostgreSQL with its own defaults, fsync and full-page writes on."""
    binaries = postgresql_bin()
    assert binaries is not None
    data = directory / "postgresql"
    data.mkdir()
    user = "postgres" if os.getuid() == 0 else None
    if user:
        os.chown(data, pwd.getpwnam(user).pw_uid, -1)
        directory.chmod(0o755)
    port = free_port()
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8"],
        check=True,
        user=user,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )
    process = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-p", str(port), "-k", "", "-c", "max_connections=1200"],
        user=user,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    server = Server("PostgreSQL", port, "postgres", process.pid)
    try:
        _await(server)
        yield server
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def borealis(directory: Path, *flags: str) -> Iterator[Server]:
    data = directory / "borealis"
    command = [
        sys.executable,
        "-m",
        "borealis",
        "start",
        "--data",
        str(data),
        "--port",
        "0",
        "--json",
        "--tls",
        "prefer",
    ]
    process = subprocess.Popen(
        [*command, "--auth", "trust", "--connection-rate", "0", *flags],
        stdout=subprocess.PIPE,
        stderr=(directory / "borealis.log").open("ab"),
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError((directory / "borealis.log").read_text()[-2_000:])
    server = Server("Borealis", json.loads(line)["port"], "admin", process.pid)
    try:
        yield server
    finally:
        process.terminate()
        process.wait()


def _await(server: Server) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while True:
        try:
            server.psql("SELECT 1")
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def pgbench_binary() -> str:
    binaries = postgresql_bin()
    beside = str(binaries / "pgbench") if binaries else ""
    return beside if os.path.exists(beside) else (shutil.which("pgbench") or "pgbench")
