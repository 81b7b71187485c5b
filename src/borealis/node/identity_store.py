"""The identity store: an installation's account, users, roles, keys and policies, in one file that every process reads.

    <data>/identity/identities.json   0600; replaced as a whole, after it is on disk
                    lock              held (flock) while a change is read, made and written
    <data>/credentials                0600; the first access key, as AWS's tools read it

A reader looks at the file's state (a microsecond) and reads it again when it is another: a change is seen at the next
connection or request, by all processes, without a restart. Changes come from `borealis iam` and the APIs, node or no node:
the data directory's lock is not needed.

Must hold: neither file is readable by others, not even for a moment; a reader sees a whole file; no change is lost to another.
"""

from __future__ import annotations

import fcntl
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from borealis.auth.policies.managed import ADMINISTRATOR_ACCESS
from borealis.auth.principals import AccessKey, Identities, NamedPolicy, Role, User
from borealis.auth.sessions import access_key_id, secret_access_key
from borealis.clock import POSTGRES_EPOCH_US, Clock
from borealis.node.files import replace_private

FIRST_USER = "administrator"
FORMAT = 1

_SESSION_SECRET_BYTES = 32


class IdentityStoreError(Exception):
    """An operator's error: the store cannot be read or written, and one line says why."""


class _Document(msgspec.Struct, frozen=True):
    format: int
    account: str
    session_secret: bytes
    users: list[User]
    roles: list[Role]
    access_keys: list[AccessKey]
    policies: list[NamedPolicy]


class IdentityStore:
    """One process's view of the store."""

    def __init__(self, data: Path) -> None:
        self._directory = data / "identity"
        self._file = self._directory / "identities.json"
        self.credentials_file = data / "credentials"
        self._seen: tuple[int, int, int] | None = None
        self._current: Identities | None = None

    @property
    def exists(self) -> bool:
        return self._file.exists()

    def ensure(self, random_: random.Random, clock: Clock, region: str) -> Identities:
        """Return what is stored; at the first start, an account with one user, who may do everything, and its access key.

        Raises:
            IdentityStoreError: the store cannot be read or made.
        """
        with self._locked():
            if self.exists:
                return self.current()
            now_s = (clock.now_us() + POSTGRES_EPOCH_US) // 1_000_000
            account = "".join(random_.choices("0123456789", k=12))
            user = User(FIRST_USER, access_key_id("AIDA", random_), now_s, attached=(ADMINISTRATOR_ACCESS,))
            key = AccessKey(access_key_id("AKIA", random_), user.name, secret_access_key(random_), now_s)
            identities = Identities(
                account=account,
                session_secret=random_.randbytes(_SESSION_SECRET_BYTES),
                users={user.name: user},
                access_keys={key.id: key},
            )
            replace_private(self.credentials_file, _credentials(key, region))
            self._write(identities)
            return identities

    def current(self) -> Identities:
        """Return the newest identities.

        Raises:
            IdentityStoreError: there are none, or they cannot be read.
        """
        try:
            seen = _state(os.stat(self._file))  # noqa: PTH116 - asked at every connection
            current = self._current
            if current is not None and seen == self._seen:
                return current
            with self._file.open("rb") as file:
                self._seen = _state(os.fstat(file.fileno()))
                self._current = _decode(file.read())
        except OSError as error:
            raise IdentityStoreError(f"cannot read {self._file}: {error.strerror}") from error
        except msgspec.MsgspecError as error:
            raise IdentityStoreError(f"{self._file} is damaged: {error}") from error
        return self._current

    def change(self, changed: Callable[[Identities], Identities]) -> Identities:
        """Make a change, alone: the callback gets the newest identities; what it raises leaves them as they are."""
        with self._locked():
            identities = changed(self.current())
            self._write(identities)
            return identities

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise IdentityStoreError(f"cannot use {self._directory}: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, identities: Identities) -> None:
        try:
            replace_private(self._file, _encode(identities))
        except OSError as error:
            raise IdentityStoreError(f"cannot write {self._file}: {error.strerror}") from error


def _state(status: os.stat_result) -> tuple[int, int, int]:
    """Return what tells one file in a place from the next: each is a new inode, and mtime settles one used again."""
    return status.st_ino, status.st_mtime_ns, status.st_size


def _encode(identities: Identities) -> bytes:
    document = _Document(
        format=FORMAT,
        account=identities.account,
        session_secret=identities.session_secret,
        users=list(identities.users.values()),
        roles=list(identities.roles.values()),
        access_keys=list(identities.access_keys.values()),
        policies=list(identities.policies.values()),
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=1)


def _decode(text: bytes) -> Identities:
    document = msgspec.json.decode(text, type=_Document)
    if document.format != FORMAT:
        raise msgspec.ValidationError(f"format {document.format} is not known; this version reads {FORMAT}")
    return Identities(
        account=document.account,
        session_secret=document.session_secret,
        users={user.name: user for user in document.users},
        roles={role.name: role for role in document.roles},
        access_keys={key.id: key for key in document.access_keys},
        policies={policy.name: policy for policy in document.policies},
    )


def _credentials(key: AccessKey, region: str) -> bytes:
    return (
        f"[default]\naws_access_key_id = {key.id}\naws_secret_access_key = {key.secret}\nregion = {region}\n"
    ).encode()
