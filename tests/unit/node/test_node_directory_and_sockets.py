"""The data directory and the port: one node at a time on each, and a clear line for the second."""

import fcntl
import os
import random
import re
import socket
import stat

import pytest

from borealis.node import data_directory
from borealis.node.data_directory import DataDirectory, DirectoryUnusableError
from borealis.node.sockets import AddressUnusableError, bind, is_loopback, resolve


def test_the_first_open_lays_the_directory_out(tmp_path):
    directory = DataDirectory(tmp_path / "a" / "b")
    directory.open()
    try:
        assert sorted(path.name for path in directory.path.iterdir()) == [
            "clusters",
            "keys",
            "node.lock",
            "tls",
        ]
        assert stat.S_IMODE(directory.path.stat().st_mode) == 0o700
        assert (directory.path / "node.lock").read_text() == str(os.getpid())
    finally:
        directory.close()


def test_a_second_node_is_told_who_runs(tmp_path):
    first, second = DataDirectory(tmp_path), DataDirectory(tmp_path)
    first.open()
    try:
        with pytest.raises(
            DirectoryUnusableError, match=rf"^another node \(pid {os.getpid()}\) is running on {tmp_path}$"
        ):
            second.open()
    finally:
        first.close()
    second.open()
    second.close()


def test_orphans_of_a_killed_node_are_waited_for_then_named(tmp_path, monkeypatch):
    """The supervisor is dead, one of its processes still holds the lock it inherited."""
    monkeypatch.setattr(data_directory, "_ORPHANS_S", 0.03)
    tmp_path.joinpath("node.lock").write_text("99999999")
    with tmp_path.joinpath("node.lock").open() as orphan:
        fcntl.flock(orphan, fcntl.LOCK_EX)
        with pytest.raises(DirectoryUnusableError, match="pid 99999999"):
            DataDirectory(tmp_path).open()


def test_a_path_that_is_a_file_is_unusable(tmp_path):
    (tmp_path / "f").write_text("")
    with pytest.raises(DirectoryUnusableError, match="^cannot use .*/f: "):
        DataDirectory(tmp_path / "f").open()


def test_the_first_cluster_is_found_again(tmp_path):
    directory = DataDirectory(tmp_path)
    directory.open()
    cluster = directory.first_cluster_id(random.Random(1))
    assert re.fullmatch("[a-z2-7]{26}", cluster)
    directory.cluster(cluster).mkdir()
    (directory.clusters / "not a cluster").mkdir()
    assert directory.first_cluster_id(random.Random(2)) == cluster
    directory.close()


def close(bound):
    for sockets in bound:
        for opened in sockets:
            opened.close()


def test_all_workers_share_one_free_port():
    port, bound = bind("127.0.0.1", 0, 3)
    try:
        assert port > 0
        assert [[opened.getsockname()[1] for opened in sockets] for sockets in bound] == [[port]] * 3
    finally:
        close(bound)


def test_a_port_taken_by_another_program_is_refused():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(AddressUnusableError, match=f"^port {port} on 127.0.0.1 is taken"):
            bind("127.0.0.1", port, 2)


def test_a_port_taken_by_another_node_is_refused_though_it_would_share_it():
    port, bound = bind("127.0.0.1", 0, 1)
    try:
        bound[0][0].listen()
        with pytest.raises(AddressUnusableError, match="is taken"):
            bind("127.0.0.1", port, 1)
    finally:
        close(bound)


def test_localhost_is_bound_on_every_address_it_has_with_one_port():
    port, bound = bind("localhost", 0, 1)
    try:
        assert {opened.getsockname()[1] for opened in bound[0]} == {port}
        assert bound[0][0].family == socket.AF_INET
    finally:
        close(bound)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(AddressUnusableError, match="^cannot listen on 192.0.2.1 port 0: "):
        bind("192.0.2.1", 0, 1)


def test_loopback_is_told_from_the_rest():
    assert [
        is_loopback(address) for address in ("127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "192.0.2.1")
    ] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    assert resolve("127.0.0.1") == [(socket.AF_INET, "127.0.0.1")]
