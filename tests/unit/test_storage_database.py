"""A cluster's directory: created whole or not at all, owned by one, unlocked by its key, never served damaged."""

import os
import subprocess
import sys

import apsw
import pytest

from borealis.clock import ManualClock
from borealis.errors import DataCorrupted, TooManyConnections
from borealis.storage.database import Database
from borealis.storage.encryption import InstallationKey
from borealis.storage.errors import (
    ClusterExists,
    ClusterMismatch,
    DirectoryInUse,
    EncryptionKeyError,
    NotACluster,
    StorageError,
    UnknownFormat,
    sql_error,
)
from borealis.storage.files import FORMAT_VERSION
from borealis.transaction.committer import Committer
from borealis.transaction.intent import Change, Commit, Intent, Mode
from borealis.transaction.testing import ColumnSpec, TestCluster


def nothing(connection):
    return None


@pytest.fixture
def key():
    return InstallationKey.generate()


@pytest.fixture
def closed(tmp_path, key):
    """The directory of an encrypted cluster that nobody has open."""
    Database.create(tmp_path / "c", "one", installation_key=key).close()
    return tmp_path / "c"


def test_a_new_cluster_has_its_schemas_and_opens_again(closed, key):
    database = Database.open(closed, installation_key=key, cluster="one")
    rows = database.writer.execute("SELECT oid,nspname,nspowner FROM pg_namespace ORDER BY 1").fetchall()
    assert (2200, "public", 15579) in rows
    assert {name for _, name, _ in rows} == {"pg_catalog", "public", "information_schema", "sys"}
    assert database.writer.execute("PRAGMA journal_mode").get == "wal"
    assert database.writer.execute("PRAGMA synchronous").get == 2  # FULL
    assert database.writer.execute("SELECT * FROM meta").fetchall() == [(1, 1, 26384, "one", 0)]
    database.close()
    assert sorted(os.listdir(closed)) == ["cluster.db", "cluster.key", "lock", "signal"]


def test_files_are_the_owners_alone(closed):
    assert [name for name in os.listdir(closed) if (closed / name).stat().st_mode & 0o077] == []


def test_a_second_owner_is_refused_and_told_who_has_it(tmp_path, key):
    database = Database.create(tmp_path / "c", "one", installation_key=key)
    with pytest.raises(DirectoryInUse, match=rf"in use by another Borealis process \(pid {os.getpid()}\)"):
        Database.open(tmp_path / "c", installation_key=key)
    database.close()
    Database.open(tmp_path / "c", installation_key=key).close()


def test_another_process_may_read_and_not_own(tmp_path):
    with TestCluster(tmp_path) as cluster:
        table = cluster.create_table("t", [ColumnSpec("int8")], (1,))
        assert isinstance(cluster.commit(Change(table, (7,), Mode.INSERT, (7,))), Commit)
        program = f"""
from pathlib import Path
from borealis.storage.database import Database
from borealis.storage.errors import DirectoryInUse
from borealis.storage.files import ClusterFiles
from borealis.storage.readers import ReaderPool
from borealis.storage.signal import CommitSignal
directory = Path({str(cluster.database.files.directory)!r})
try:
    Database.open(directory, installation_key=None)
except DirectoryInUse:
    print("in use")
files = ClusterFiles.locate(directory, None)
reader = ReaderPool(files, lambda connection: None).acquire()
print(reader.execute("SELECT c1 FROM t{table}").fetchall(), CommitSignal.shared(files.signal).seq)
"""
        path = os.pathsep.join(sys.path)
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
            check=True,
        )
        assert done.stdout.split("\n")[:2] == ["in use", f"[(7,)] {cluster.snapshots.seq}"]


def test_create_refuses_a_directory_that_holds_a_cluster(closed, key):
    with pytest.raises(ClusterExists):
        Database.create(closed, "two", installation_key=key)


def test_a_creation_that_stopped_half_way_may_be_repeated(tmp_path, key):
    directory = tmp_path / "c"
    directory.mkdir()
    (directory / "cluster.key").write_bytes(b"of a creation that stopped")
    (directory / "building.db").write_bytes(b"half")
    (directory / "building.db-wal").write_bytes(b"half")
    with pytest.raises(NotACluster):
        Database.open(directory, installation_key=key)
    Database.create(directory, "one", installation_key=key).close()
    Database.open(directory, installation_key=key, cluster="one").close()


def test_a_directory_without_a_cluster_is_told_so(tmp_path, key):
    with pytest.raises(NotACluster):
        Database.open(tmp_path, installation_key=key)
    with pytest.raises(NotACluster):
        Database.open(tmp_path / "nowhere", installation_key=key)


def test_a_path_that_cannot_be_a_directory_is_told_so(tmp_path, key):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be created"):
        Database.create(tmp_path / "file" / "c", "one", installation_key=key)


def test_another_cluster_than_the_one_named_is_refused(closed, key):
    with pytest.raises(ClusterMismatch, match="holds cluster one, not two"):
        Database.open(closed, installation_key=key, cluster="two")
    Database.open(closed, installation_key=key).close()  # the lock was given back


def test_a_later_format_is_refused_with_both_numbers(closed, key):
    database = Database.open(closed, installation_key=key)
    database.writer.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(UnknownFormat, match=f"storage format 99, this one knows {FORMAT_VERSION}"):
        Database.open(closed, installation_key=key)


def test_some_other_sqlite_database_is_no_cluster(tmp_path):
    (tmp_path / "c").mkdir()
    connection = apsw.Connection(str(tmp_path / "c" / "cluster.db"))
    connection.execute("CREATE TABLE t(a)")
    connection.close()
    with pytest.raises(NotACluster):
        Database.open(tmp_path / "c", installation_key=None)


# Keys


def test_the_wrong_key_is_told_apart_from_a_damaged_one(closed, key):
    with pytest.raises(EncryptionKeyError, match=f"needs the encryption key {key.fingerprint}"):
        Database.open(closed, installation_key=InstallationKey.generate())
    with pytest.raises(EncryptionKeyError, match="is encrypted"):
        Database.open(closed, installation_key=None)
    wrapped = (closed / "cluster.key").read_bytes()
    for damaged in (b"", wrapped[:-20], wrapped.replace(b'"cluster":"one"', b'"cluster":"two"')):
        (closed / "cluster.key").write_bytes(damaged)
        with pytest.raises(EncryptionKeyError, match="is damaged"):
            Database.open(closed, installation_key=key)


def test_a_missing_cluster_key_is_not_taken_for_no_encryption(closed, key):
    (closed / "cluster.key").unlink()
    with pytest.raises(StorageError, match="damaged, or not encrypted with its key"):
        Database.open(closed, installation_key=key)


@pytest.mark.parametrize("cipher", ["aegis", "chacha20"])
def test_nothing_readable_reaches_the_files(tmp_path, key, cipher):
    database = Database.create(tmp_path / "c", "one", installation_key=key, cipher=cipher)
    database.writer.execute("CREATE TABLE x(a)")
    database.writer.execute("INSERT INTO x VALUES('needle in the haystack')")
    content = b"".join((tmp_path / "c" / name).read_bytes() for name in os.listdir(tmp_path / "c"))
    database.close()
    assert b"needle" not in content
    assert b"needle" not in (tmp_path / "c" / "cluster.db").read_bytes()


def test_an_unknown_cipher_is_refused(tmp_path, key):
    with pytest.raises(EncryptionKeyError, match="aegis or chacha20"):
        Database.create(tmp_path / "c", "one", installation_key=key, cipher="rot13")


def test_the_key_file_is_made_once_private_and_checked(tmp_path):
    path = tmp_path / "installation.key"
    with pytest.raises(EncryptionKeyError, match="does not exist"):
        InstallationKey.load(path)
    key = InstallationKey.load_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert InstallationKey.load_or_create(path) == InstallationKey.load(path) == key
    assert key.secret.hex() not in repr(key)
    path.chmod(0o640)
    with pytest.raises(EncryptionKeyError, match="0600"):
        InstallationKey.load(path)
    path.chmod(0o600)
    path.write_text("not a key")
    with pytest.raises(EncryptionKeyError, match="damaged"):
        InstallationKey.load(path)


# Damage


def filled(directory):
    with TestCluster(directory, encrypted=True) as cluster:
        table = cluster.create_table("t", [ColumnSpec("int8"), ColumnSpec("text")], (1,))
        cluster.commit(*[Change(table, (k,), Mode.INSERT, (k, "x" * 500)) for k in range(400)])
    return directory / "cluster", cluster.installation_key, table


def test_a_flipped_bit_is_reported_and_never_served(tmp_path):
    directory, key, table = filled(tmp_path)
    path = directory / "cluster.db"
    content = bytearray(path.read_bytes())
    content[-3_000] ^= 1  # in the last page, a leaf of the table
    path.write_bytes(content)
    database = Database.open(directory, installation_key=key)
    reader = database.reader_pool(nothing).acquire()
    with pytest.raises(apsw.CorruptError) as caught:
        reader.execute(f"SELECT sum(length(c2)) FROM t{table}").fetchall()
    failure = sql_error(caught.value, reader.connection)
    assert isinstance(failure, DataCorrupted)
    assert failure.sqlstate == "XX001"
    database.close()


def test_a_damaged_first_page_is_reported_at_open(tmp_path):
    directory, key, _ = filled(tmp_path)
    path = directory / "cluster.db"
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        Database.open(directory, installation_key=key)


def test_commits_over_damage_fail_as_damage(tmp_path):
    directory, key, table = filled(tmp_path)
    path = directory / "cluster.db"
    content = bytearray(path.read_bytes())
    for page in range(len(content) // 4096 // 2, len(content) // 4096):  # the table's, not the schema's
        content[page * 4096 + 100] ^= 1
    path.write_bytes(content)
    database = Database.open(directory, installation_key=key)
    committer = Committer(database, ManualClock())
    seq, version = database.signal.seq, database.signal.catalog_version
    change = Change(table, (399,), Mode.UPDATE, (399, "y"))
    (answer,) = committer.commit_batch([Intent("testcluster", seq, version, (change,))])
    assert isinstance(answer, DataCorrupted)
    assert database.signal.seq == seq
    database.close()


# Readers


def test_readers_are_bounded_reused_and_cannot_write(tmp_path):
    with TestCluster(tmp_path) as cluster:
        installed = []
        pool = cluster.database.reader_pool(lambda connection: installed.append(connection) or "context", 2)
        first, second = pool.acquire(), pool.acquire()
        assert first.context == "context"
        with pytest.raises(TooManyConnections):
            pool.acquire()
        pool.release(first)
        assert pool.acquire() is first
        assert len(installed) == 2
        with pytest.raises(apsw.ReadOnlyError):
            first.execute("INSERT INTO meta VALUES(1,1,1,1,1)")
        first.execute("CREATE TEMP TABLE overlay(a)")  # what an overlay needs
        first.execute("INSERT INTO temp.overlay VALUES(1)")
        pool.release(first)
        pool.release(second)
        pool.close()
        assert pool.open_count == 0


def test_a_cluster_of_the_format_before_is_brought_up_to_date(closed, key):
    database = Database.open(closed, installation_key=key)
    database.writer.execute("DROP TABLE extended_statistics")
    database.writer.execute("PRAGMA user_version=5")
    database.close()
    database = Database.open(closed, installation_key=key)
    assert database.writer.execute("SELECT count(*) FROM extended_statistics").get == 0
    assert database.writer.execute("PRAGMA user_version").get == FORMAT_VERSION
    database.close()
