"""Power lost at every sync: what was acknowledged is there, what was not is there whole or not at all.

A VFS between SQLite and the files remembers what each file held at its last sync and what was written since. One workload runs
through it; at every sync it takes images of a disk that lost power just then: of the writes since the last sync some
arrived, some did not, some halfway. Each image is opened and checked.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from borealis.clock import ManualClock
from borealis.errors import DiskFull, IoError
from borealis.storage.database import Database
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Change, Commit, Intent, Mode
from borealis.transaction.testing import ColumnSpec, IndexSpec, TestCluster

SECTOR_BYTES = 512


@dataclass
class Medium:
    """One file's content that is safe, and what the disk may yet lose."""

    safe: bytearray
    written: list = field(default_factory=list)  # (offset, data), or (size, None) for a truncation

    def sync(self):
        for change in self.written:
            apply(self.safe, change)
        self.written.clear()

    def after_power_loss(self, chance):
        content = bytearray(self.safe)
        for offset, data in self.written:
            fate = chance.random()
            if data is not None and fate < 0.3:
                continue  # lost
            if data is not None and fate < 0.5:
                data = data[
                    : chance.randrange(0, len(data) + SECTOR_BYTES, SECTOR_BYTES)
                ]  # torn between sectors
            apply(content, (offset, data))
        return bytes(content)


def apply(content, change):
    offset, data = change
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Disk(apsw.VFS):
    """Passes everything on, and keeps the books."""

    def __init__(self, name):
        self.name = name
        self.media = {}
        self.on_sync = lambda: None
        self.fails = lambda operation: None
        super().__init__(name, "unix")

    def xOpen(self, name, flags):
        return File(self, name, flags)


class File(apsw.VFSFile):
    def __init__(self, disk, name, flags):
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self.disk = disk
        safe = bytearray(path.read_bytes()) if path.exists() else bytearray()
        self.medium = disk.media.setdefault(path.name, Medium(safe))
        super().__init__("unix", name, flags)

    def xWrite(self, data, offset):
        self.disk.fails("write")
        super().xWrite(data, offset)
        self.medium.written.append((offset, bytes(data)))

    def xTruncate(self, size):
        super().xTruncate(size)
        self.medium.written.append((size, None))

    def xSync(self, flags):
        self.disk.on_sync()
        self.disk.fails("sync")
        super().xSync(flags)
        self.medium.sync()


@dataclass
class Image:
    """What a disk holds after the power went, and what had been acknowledged by then."""

    files: dict
    acknowledged: int

    def write_to(self, directory):
        directory.mkdir()
        for name, content in self.files.items():
            (directory / name).write_bytes(content)
        return directory


@pytest.fixture
def disk(request):
    disk = Disk(f"disk-{request.node.name}")
    yield disk
    disk.unregister()


@pytest.fixture
def cluster(tmp_path, disk):
    with TestCluster(tmp_path, vfs=disk.name) as cluster:
        columns = [ColumnSpec("int8"), ColumnSpec("text")]
        cluster.left = cluster.create_table("l", columns, (1,), [IndexSpec((2,))])
        cluster.right = cluster.create_table("r", columns, (1,), [IndexSpec((2,), is_unique=True)])
        yield cluster


def pair(cluster, number):
    """Return the changes of transaction `number`: a row in each of two tables, and an update of one both share."""
    text = f"{number}" * 40
    return (
        Change(cluster.left, (number,), Mode.INSERT, (number, text)),
        Change(cluster.right, (number,), Mode.INSERT, (number, text)),
        Change(cluster.left, (0,), Mode.UPDATE if number else Mode.INSERT, (0, f"last {number}")),
    )[: 3 if number else 2]


def check_image(directory, left, right, acknowledged):
    database = Database.open(directory, installation_key=None)
    try:

        def query(sql):
            return database.writer.execute(sql).fetchall()

        numbers = [number for (number,) in query(f"SELECT c1 FROM t{left} ORDER BY 1")]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) - 1 >= acknowledged, "an acknowledged commit is lost"
        assert len(numbers) - 1 <= acknowledged + 1
        assert query(f"SELECT c1 FROM t{right} ORDER BY 1") == [(number,) for number in numbers]
        if len(numbers) > 1:
            assert query(f"SELECT c2 FROM t{left} WHERE c1=0") == [(f"last {numbers[-1]}",)]
        for table in (left, right):
            entries = query(f"SELECT k1,p1 FROM i{table + 2} ORDER BY p1")
            assert entries == query(f"SELECT c2,c1 FROM t{table} ORDER BY c1")
        assert query("PRAGMA integrity_check") == [("ok",)]
        seq, version = database.signal.seq, database.signal.catalog_version
        change = Change(left, (99_999,), Mode.INSERT, (99_999, "after"))
        (answer,) = Committer(database, ManualClock()).commit_batch(
            [Intent("testcluster", seq, version, (change,))]
        )
        assert isinstance(answer, Commit)
    finally:
        database.close()


def take_images(cluster, disk, commits, variants, seed):
    chance = random.Random(seed)
    images = []
    acknowledged = -1

    def on_sync():
        for _ in range(variants):
            files = {name: medium.after_power_loss(chance) for name, medium in disk.media.items()}
            images.append(Image(files, acknowledged))

    assert isinstance(cluster.commit(*pair(cluster, 0)), Commit)
    acknowledged = 0
    disk.on_sync = on_sync
    for number in range(1, commits):
        if number % 7 == 0:  # the log is folded, and twice begun anew
            mode = apsw.SQLITE_CHECKPOINT_RESTART if number % 14 == 0 else apsw.SQLITE_CHECKPOINT_PASSIVE
            cluster.database.writer.wal_checkpoint(None, mode)
        assert isinstance(cluster.commit(*pair(cluster, number)), Commit)
        acknowledged = number
    disk.on_sync = lambda: None
    return images


def run_power_loss(cluster, disk, tmp_path, commits, variants, seed):
    images = take_images(cluster, disk, commits, variants, seed)
    assert len(images) >= commits * variants
    for number, image in enumerate(images):
        directory = image.write_to(tmp_path / f"image{number}")
        try:
            check_image(directory, cluster.left, cluster.right, image.acknowledged)
        except BaseException as error:
            error.add_note(f"image {number} of seed {seed}, {image.acknowledged} acknowledged")
            raise


def test_power_lost_at_any_sync_loses_nothing_acknowledged(cluster, disk, tmp_path):
    run_power_loss(cluster, disk, tmp_path, commits=16, variants=1, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_power_lost_in_many_ways(cluster, disk, tmp_path, seed):
    run_power_loss(cluster, disk, tmp_path, commits=40, variants=4, seed=seed)


def test_without_syncs_the_images_show_the_loss(cluster, disk, tmp_path):
    """Tests the test: were commits not synced, an image would lack one that was acknowledged."""
    cluster.database.writer.execute("PRAGMA synchronous=OFF")
    chance = random.Random(1)
    for number in range(10):
        assert isinstance(cluster.commit(*pair(cluster, number)), Commit)
    files = {name: medium.after_power_loss(chance) for name, medium in disk.media.items()}
    directory = Image(files, 9).write_to(tmp_path / "image")
    with pytest.raises(AssertionError):
        check_image(directory, cluster.left, cluster.right, 9)


def fail_once(operation, error):
    """Return a fault that strikes at the next such operation and no more."""
    struck = []

    def fails(what):
        if what == operation and not struck:
            struck.append(what)
            raise error

    return fails


def test_a_commit_whose_sync_failed_does_not_come_back(cluster, disk, tmp_path):
    """Its frames are in the log whole; the process dies before it commits anything else."""
    for number in range(3):
        assert isinstance(cluster.commit(*pair(cluster, number)), Commit)
    disk.fails = fail_once("sync", apsw.IOError("injected"))
    answer = cluster.commit(*pair(cluster, 3))
    assert isinstance(answer, IoError)
    assert cluster.rows(f"SELECT max(c1) FROM t{cluster.left}") == [(2,)]
    files = {path.name: path.read_bytes() for path in cluster.database.files.directory.glob("cluster.db*")}
    del files["cluster.db-shm"]
    directory = Image(files, 2).write_to(tmp_path / "killed")
    database = Database.open(directory, installation_key=None)
    assert database.writer.execute(f"SELECT max(c1) FROM t{cluster.left}").get == 2
    database.close()
    assert isinstance(cluster.commit(*pair(cluster, 3)), Commit)


def test_a_disk_that_is_full_for_a_while_fails_commits_and_serves_reads(cluster, disk):
    for number in range(3):
        assert isinstance(cluster.commit(*pair(cluster, number)), Commit)

    def full(operation):
        if operation == "write":
            raise apsw.FullError("injected")

    disk.fails = full
    for _ in range(3):
        answer = cluster.commit(*pair(cluster, 3))
        assert isinstance(answer, DiskFull)
        assert cluster.rows(f"SELECT max(c1) FROM t{cluster.left}") == [(2,)]
    disk.fails = lambda operation: None
    assert isinstance(cluster.commit(*pair(cluster, 3)), Commit)
    assert cluster.rows(f"SELECT max(c1) FROM t{cluster.left}") == [(3,)]
