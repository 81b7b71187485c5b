"""Cluster records and the keyring on disk: whole or not at all, seen by other processes, found by whoever opens a cluster."""

import shutil
import stat

import msgspec
import pytest

from borealis.control_plane.record import ACTIVE, CREATING, ClusterRecord
from borealis.node.cluster_host import ClusterHost
from borealis.node.cluster_records import ClusterRecords
from borealis.node.data_directory import DataDirectory
from borealis.node.keyring import Keyring
from borealis.storage.database import Database
from borealis.storage.errors import EncryptionKeyError

A, B = "a" * 26, "b" * 26


@pytest.fixture
def directory(tmp_path):
    clusters = tmp_path / "clusters"
    clusters.mkdir()
    return clusters


def record(identifier=A, **fields):
    return ClusterRecord(**{"identifier": identifier, "status": ACTIVE, "created_s": 1.0} | fields)


def test_a_record_is_seen_as_it_is_now_by_another_process(directory):
    writer, reader = ClusterRecords(directory), ClusterRecords(directory)
    assert reader.find(A) is None
    writer.add(record(status=CREATING))
    assert reader.find(A).status == CREATING
    writer.replace(record(tags={"a": "b"}))
    assert reader.find(A) == record(tags={"a": "b"})
    assert stat.S_IMODE((directory / A / "cluster.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((directory / A).stat().st_mode) == 0o700
    writer.remove(A)
    assert reader.find(A) is None
    assert list(directory.iterdir()) == []


def test_what_a_crash_leaves_is_no_cluster(directory):
    """On its way in without its name, or on its way out: neither is listed, and both are cleaned away."""
    records = ClusterRecords(directory)
    records.add(record())
    shutil.copytree(directory / A, directory / f".new-{B}")
    shutil.copytree(directory / A, directory / f".gone-{B}")
    assert records.identifiers() == [A]
    records.clean()
    assert [path.name for path in directory.iterdir()] == [A]
    (directory / f".new-{B}").mkdir()
    records.add(record(B))  # over what a creation of this name left
    assert records.identifiers() == [A, B]


@pytest.mark.parametrize("name", ["", ".", "..", "a" * 25, "A" * 26, f"../{A}", "a" * 25 + "/"])
def test_names_that_are_no_clusters_are_not_looked_up(directory, name):
    records = ClusterRecords(directory / "inside")
    (directory / "inside").mkdir()
    ClusterRecords(directory).add(record())
    assert records.find(name) is None


def test_a_cluster_without_a_record_is_an_active_one(directory):
    Database.create(directory / A, A, installation_key=None).close()
    (directory / B).mkdir()  # of a first start that stopped half-way
    records = ClusterRecords(directory)
    assert records.identifiers() == [A]
    found = records.find(A)
    assert (found.status, found.is_protected, found.is_served) == (ACTIVE, True, True)
    records.replace(msgspec.structs.replace(found, tags={"a": "b"}))
    assert ClusterRecords(directory).all() == [msgspec.structs.replace(found, tags={"a": "b"})]


def test_the_first_cluster_of_a_start(tmp_path):
    """The oldest that is served; else one that a first start left half-made; else a new one."""
    import random

    directory = DataDirectory(tmp_path)
    directory.clusters.mkdir()
    records = ClusterRecords(directory.clusters)
    chance = random.Random(1)
    new = directory.first_cluster_id(chance)
    assert new != directory.first_cluster_id(chance)
    (directory.clusters / new).mkdir()
    assert directory.first_cluster_id(chance) == new
    records.add(record(A, status=CREATING))
    assert directory.first_cluster_id(chance) == new
    records.add(record(B, created_s=5.0))
    assert directory.first_cluster_id(chance) == B


# Keys.


def test_a_key_is_found_by_every_name_it_has(tmp_path):
    keyring = Keyring(tmp_path)
    assert keyring.names() == []
    keyring.create("payroll")
    arn = "arn:aws:kms:us-east-1:123456789012:"
    for name in ("payroll", "alias/payroll", f"{arn}key/payroll", f"{arn}alias/payroll"):
        assert keyring.find(name) == "payroll"
    for name in (
        "other",
        "../installation",
        "",
        "alias/",
        f"{arn}key/",
        "arn:aws:s3:::payroll",
        "AWS_OWNED_KMS_KEY",
    ):
        assert keyring.find(name) is None
    assert keyring.is_there("payroll")
    with pytest.raises(EncryptionKeyError):
        keyring.create("payroll")
    with pytest.raises(EncryptionKeyError):
        keyring.create("../payroll")
    assert stat.S_IMODE((tmp_path / "customer" / "payroll.key").stat().st_mode) == 0o600


def test_a_rewrapped_cluster_is_opened_with_the_key_it_needs(directory, tmp_path):
    records, keyring = ClusterRecords(directory), Keyring(tmp_path)
    host = ClusterHost(records, keyring, tmp_path / "nowhere")
    keyring.create("mine")
    records.add(record(status=CREATING))
    host.build(A, None)
    host.build(A, None)  # as after a crash

    def opened():
        return keyring.unlocking(
            directory / A, lambda key: Database.open(directory / A, installation_key=key)
        )

    before = (directory / A / "cluster.key").read_bytes()
    opened().close()
    host.rewrap(A, "mine")
    rewrapped = (directory / A / "cluster.key").read_bytes()
    assert rewrapped != before
    opened().close()
    host.rewrap(A, "mine")
    assert (directory / A / "cluster.key").read_bytes() == rewrapped  # done already
    (tmp_path / "customer" / "mine.key").rename(tmp_path / "away")
    assert not keyring.is_there("mine")
    with pytest.raises(EncryptionKeyError, match="needs the encryption key"):
        opened()
    (tmp_path / "away").rename(tmp_path / "customer" / "mine.key")
    host.rewrap(A, None)
    opened().close()
