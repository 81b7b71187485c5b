"""Nodes for tests: `borealis start` as a user runs it, on a directory of the test's own and a free port."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src"
START_S = 20


@dataclass
class StartedNode:
    """A node that said it was ready."""

    process: subprocess.Popen
    said: dict
    """Its line of JSON."""
    log: Path

    @property
    def port(self):
        return self.said["port"]

    def conninfo(self, **options):
        parts = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": "admin",
            "dbname": "postgres",
            "connect_timeout": 10,
        }
        return " ".join(f"{name}={value}" for name, value in (parts | options).items())

    def children(self):
        """Return the pids of its processes as they are now."""
        pid = self.process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in listed]

    def events(self, name):
        """Return the log's lines of one event."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def running(self):
        """Return pid by process name, of what is ready now."""
        alive = set(self.children())
        return {event["process"]: event["pid"] for event in self.events("ready") if event["pid"] in alive}

    def stop(self):
        """Stop it as an operator does; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def command(*arguments):
    return [sys.executable, "-m", "borealis", *map(str, arguments)]


def environment():
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(SOURCE)]))
    return {**os.environ, "PYTHONPATH": path, "BOREALIS_CONNECTION_RATE": "0"}


@contextlib.contextmanager
def running_node(data, *flags):
    log = Path(f"{data}.log")
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command(
                "start",
                "--data",
                data,
                "--port",
                0,
                "--json",
                "--log-level",
                "debug",
                "--auth",
                "trust",
                *flags,
            ),
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment(),
        )
    try:
        line = process.stdout.readline()
        assert line, f"the node did not start: {log.read_text()[-3000:]}"
        yield StartedNode(process, json.loads(line), log)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()


@pytest.fixture(scope="session")
def run_node():
    """Run nodes for more than one test: with run_node(data, flags...) as node."""
    return running_node


@pytest.fixture
def start_node(tmp_path):
    """Start nodes: start_node(), start_node(data, '--workers', 1); all are stopped with the test."""
    with contextlib.ExitStack() as stack:

        def start(data=None, *flags):
            return stack.enter_context(running_node(data or tmp_path / "data", *flags))

        yield start


@pytest.fixture(scope="session")
def shared_node(tmp_path_factory):
    """One node for all tests that only use it."""
    with running_node(tmp_path_factory.mktemp("node") / "data", "--tls", "prefer", "--workers", 2) as node:
        yield node


@pytest.fixture(scope="session")
def node_conninfo(shared_node):
    return shared_node.conninfo(sslmode="disable")


@pytest.fixture(scope="session")
def borealis_command():
    """Return a function that runs `borealis …` to its end."""

    def run(*arguments, **options):
        return subprocess.run(
            command(*arguments),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env=environment() | options,
        )

    return run


@pytest.fixture(scope="session")
def run_python():
    """Return a function that runs a script of the repository to its end."""

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=SOURCE.parent,
            env=environment(),
        )

    return run


@pytest.fixture
def start_borealis():
    """Return a function that starts `borealis …` and returns the process, its stdout a text pipe."""
    processes = []

    def start(*arguments):
        process = subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, text=True, env=environment())
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="session")
def eventually():
    """Return a function that waits until a condition holds, and returns its value."""

    def wait(condition, timeout_s=10.0, what="the condition"):
        give_up = time.monotonic() + timeout_s
        while True:
            if value := condition():
                return value
            if time.monotonic() > give_up:
                raise AssertionError(f"{what} did not come about in {timeout_s} s")
            time.sleep(0.005)

    return wait
