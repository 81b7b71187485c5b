"""The identity store: private files, whole files, and no change lost."""

import configparser
import multiprocessing
import os
import random
import stat

import pytest

from borealis.auth import changes
from borealis.clock import ManualClock
from borealis.node.identity_store import FIRST_USER, IdentityStore, IdentityStoreError


@pytest.fixture
def store(tmp_path):
    made = IdentityStore(tmp_path)
    made.ensure(random.Random(1), ManualClock(), "us-east-1")
    return made


def test_the_first_start_makes_an_administrator_and_its_credentials(store):
    identities = store.current()
    assert len(identities.account) == 12
    assert list(identities.users) == [FIRST_USER]
    [key] = identities.access_keys.values()
    parser = configparser.ConfigParser()
    parser.read(store.credentials_file)
    assert dict(parser["default"]) == {
        "aws_access_key_id": key.id,
        "aws_secret_access_key": key.secret,
        "region": "us-east-1",
    }


def test_later_starts_change_nothing(store, tmp_path):
    before = store.current()
    assert IdentityStore(tmp_path).ensure(random.Random(2), ManualClock(), "eu-west-1") == before


def test_files_are_their_owners_alone_whatever_the_umask(tmp_path):
    previous = os.umask(0)
    try:
        store = IdentityStore(tmp_path)
        store.ensure(random.Random(1), ManualClock(), "us-east-1")
        store.change(lambda identities: changes.create_user(identities, "x", random.Random(2), 0))
    finally:
        os.umask(previous)
    files = [store.credentials_file, *(tmp_path / "identity").iterdir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "identity").stat().st_mode) == 0o700


def test_a_change_is_seen_by_others_at_once(store, tmp_path):
    other = IdentityStore(tmp_path)
    before = other.current()
    assert other.current() is before
    changed = store.change(lambda identities: changes.create_user(identities, "x", random.Random(2), 0))
    assert other.current() == changed
    assert "x" in other.current().users


def test_a_change_that_fails_changes_nothing(store):
    before = store.current()
    with pytest.raises(changes.IdentityError):
        store.change(lambda identities: changes.delete_user(identities, "nobody"))
    assert store.current() == before


def test_all_that_is_kept_comes_back(store, tmp_path):
    chance = random.Random(3)

    def changed(identities):
        identities = changes.create_user(identities, "u", chance, 5, path="/p/")
        identities, _ = changes.create_key(identities, "u", chance, 6)
        identities = changes.create_role(identities, "r", None, chance, 7, session_s_max=7200)
        identities = changes.put_policy(
            identities,
            "é".encode().hex(),
            '{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}',
        )
        return changes.attach_to_role(identities, "r", "AdministratorAccess")

    assert store.change(changed) == IdentityStore(tmp_path).current()


def _add_users(data, name, count):
    store = IdentityStore(data)
    for number in range(count):
        store.change(lambda ids: changes.create_user(ids, f"{name}{number}", random.Random(number), 0))


@pytest.mark.slow
def test_no_change_is_lost_to_another_process(store, tmp_path):
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_add_users, args=(tmp_path, name, 15)) for name in "abc"]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert len(store.current().users) == 46


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"format": 99}', b"\xff"])
def test_a_damaged_file_is_one_line(store, tmp_path, content):
    (tmp_path / "identity" / "identities.json").write_bytes(content)
    with pytest.raises(IdentityStoreError, match="is damaged"):
        store.current()


def test_without_a_file_there_is_nobody(tmp_path):
    with pytest.raises(IdentityStoreError, match="cannot read"):
        IdentityStore(tmp_path).current()
