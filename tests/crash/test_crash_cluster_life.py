"""The control process stops at every step that creating, changing and deleting a cluster takes on disk, one after another.

The next one must find nothing by half: what was answered is carried out, what was not may be there whole, or not at all.
A step is a call that changes or syncs files; stopping is an exception no handler of ours catches.
"""

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from borealis.control_plane.clusters import Clusters
from borealis.control_plane.record import ACTIVE, CREATING, DELETING, UPDATING, ClusterRecord
from borealis.node.cluster_host import ClusterHost
from borealis.node.cluster_records import ClusterRecords
from borealis.node.keyring import Keyring
from borealis.storage.database import Database

pytestmark = pytest.mark.slow

ID = "a" * 26
STEPS_MAX = 200


class Stopped(BaseException):
    """kill -9."""


class Steps:
    """Counts steps on disk, and stops at one of them, before or after it is taken."""

    def __init__(self, monkeypatch):
        self.left = None
        self.is_after = False
        for owner, name in [
            (os, "fsync"),
            (os, "open"),
            (os, "unlink"),
            (os, "rmdir"),
            (os, "mkdir"),
            (os, "rename"),
        ]:
            monkeypatch.setattr(owner, name, self._counting(getattr(owner, name)))

    def _counting(self, call):
        def counted(*arguments, **named):
            if self.left is None:
                return call(*arguments, **named)
            if self.left < 0:
                raise Stopped  # whoever is stopped does nothing more, not even in a finally
            self.left -= 1
            if self.left >= 0:
                return call(*arguments, **named)
            if self.is_after:
                result = call(*arguments, **named)
                if isinstance(result, int):
                    os.close(result)
            raise Stopped

        return counted

    def stop_at(self, step, *, is_after):
        self.left, self.is_after = step, is_after

    def go_on(self):
        """Tell whether it was stopped, and stop no more."""
        was_stopped = self.left is not None and self.left < 0
        self.left = None
        return was_stopped


class LocalHost(ClusterHost):
    """Has no other processes that would have to let go."""

    async def release(self, identifier):
        pass


class Installation:
    def __init__(self, path):
        self.directory = path / "clusters"
        self.directory.mkdir(parents=True)
        (path / "keys").mkdir()
        self.keyring = Keyring(path / "keys")
        self.keyring.named(None)
        self.keyring.create("mine")

    def start(self):
        records = ClusterRecords(self.directory)
        records.clean()
        return Clusters(records, LocalHost(records, self.keyring, Path("nowhere")))

    def check(self, *statuses):
        """Let the next control process finish, and look at what is left; return the cluster's record, if there is one."""

        async def finish():
            clusters = self.start()
            clusters.resume()
            await asyncio.gather(*clusters._works.values())
            return list(clusters)

        found = asyncio.run(finish())
        assert {path.name for path in self.directory.iterdir()} == {record.identifier for record in found}
        for record in found:
            assert record.status == ACTIVE
            directory = self.directory / record.identifier
            wanted = self.keyring.named(record.key)
            Database.open(directory, installation_key=wanted, cluster=record.identifier).close()
            assert not [path.name for path in directory.iterdir() if path.name.startswith("building")]
        return found[0] if found else None


async def work(clusters, begin):
    """Begin something and do its work, as the control process does; return whether it was answered."""
    steps = 0
    begin(clusters)
    while ID in {record.identifier for record in clusters} and clusters.get(ID).status != ACTIVE:
        await clusters._step(clusters.get(ID))
        steps += 1
        assert steps < 5


def stopped_at_every_step(tmp_path, monkeypatch, prepare, begin):
    """Yield the installation and whether `begin` had returned (it was answered), for each step stopped at."""
    steps = Steps(monkeypatch)
    for number in range(STEPS_MAX):
        for is_after in (False, True):
            place = tmp_path / f"{number}{is_after}"
            installation = Installation(place)
            answered = []

            def begin_and_note(clusters, answered=answered):
                begin(clusters)
                answered.append(True)

            async def play(installation=installation, begin=begin_and_note):
                clusters = installation.start()
                clusters._continue = lambda record: None  # its work is done here, step by step
                if prepare is not None:
                    await work(clusters, prepare)
                steps.stop_at(number, is_after=is_after)
                try:
                    await work(clusters, begin)
                except Stopped:
                    pass

            asyncio.run(play())
            was_stopped = steps.go_on()
            yield installation, bool(answered)
            shutil.rmtree(place)
        if not was_stopped:
            assert number > 5, "the steps are not counted"
            return
    raise AssertionError("it never ends")


def add(clusters):
    clusters.add(ClusterRecord(ID, CREATING, 1.0, tags={"a": "b"}))


def test_creating(tmp_path, monkeypatch):
    for installation, was_answered in stopped_at_every_step(tmp_path, monkeypatch, None, add):
        record = installation.check()
        if was_answered:
            assert record is not None
        assert record is None or record.tags == {"a": "b"}


def test_changing_the_key(tmp_path, monkeypatch):
    def change(clusters):
        clusters.change(ID, lambda record: replace(record, status=UPDATING, key="mine"))

    for installation, was_answered in stopped_at_every_step(tmp_path, monkeypatch, add, change):
        record = installation.check()
        assert record.key in ({"mine"} if was_answered else {"mine", None})


def test_deleting(tmp_path, monkeypatch):
    def delete(clusters):
        clusters.change(ID, lambda record: replace(record, status=DELETING))

    for installation, was_answered in stopped_at_every_step(tmp_path, monkeypatch, add, delete):
        record = installation.check()
        if was_answered:
            assert record is None
