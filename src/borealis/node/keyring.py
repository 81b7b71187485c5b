"""The keyring: the installation's own key, and the customer's keys, each a file; whichever wraps a cluster's data key.

    <data>/keys/installation.key        made at the first start (AWS_OWNED_KMS_KEY)
                customer/<name>.key     made by `borealis key create`; a file taken away is a key that cannot be reached

A key is named as AWS names one: by its id, alias/<id>, or an ARN that ends with either.

Must hold: a cluster's key file says by a fingerprint which key it needs, so the record of a cluster is not asked to open it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from borealis.storage.encryption import InstallationKey, WrappedKey
from borealis.storage.errors import EncryptionKeyError

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]*:[0-9]{0,12}:(?:key|alias)/(.+)", re.ASCII)


class Keyring:
    def __init__(self, directory: Path) -> None:
        self._installation = directory / "installation.key"
        self._customer = directory / "customer"

    def create(self, name: str) -> None:
        """Make a customer's key.

        Raises:
            EncryptionKeyError: it may not be named so, or is there already.
        """
        if not _NAME.fullmatch(name):
            raise EncryptionKeyError(
                f"{name} is no name for a key: letters, digits, - and _ only, at most 128"
            )
        self._customer.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._file(name).exists():
            raise EncryptionKeyError(f"key {name} exists already")
        InstallationKey.load_or_create(self._file(name))

    def names(self) -> list[str]:
        if not self._customer.is_dir():
            return []
        return sorted(path.stem for path in self._customer.glob("*.key") if _NAME.fullmatch(path.stem))

    def find(self, name: str) -> str | None:
        """Return the name of the key that a name, alias or ARN stands for; None if there is none."""
        match = _ARN.fullmatch(name)
        bare = (match[1] if match else name).removeprefix("alias/").removeprefix("key/")
        return bare if _NAME.fullmatch(bare) and self._file(bare).is_file() else None

    def is_there(self, name: str) -> bool:
        try:
            self.named(name)
        except EncryptionKeyError:
            return False
        return True

    def named(self, name: str | None) -> InstallationKey:
        """Return a customer's key, or the installation's own (None), made if it is missing.

        Raises:
            EncryptionKeyError: it is not there, damaged, or readable by others.
        """
        if name is None:
            return InstallationKey.load_or_create(self._installation)
        return InstallationKey.load(self._file(name))

    def opening(self, key_file: Path) -> InstallationKey:
        """Return the key that unwraps a cluster's data key; the installation's own where there is none yet.

        Raises:
            EncryptionKeyError: as named(); or this installation has no such key.
        """
        own = self.named(None)
        try:
            wanted = msgspec.json.decode(key_file.read_bytes(), type=WrappedKey).wrapped_by
        except (OSError, msgspec.DecodeError):
            return own  # not made yet, not encrypted, or damaged: who opens it says so
        if wanted == own.fingerprint:
            return own
        for name in self.names():
            if self.is_there(name) and self.named(name).fingerprint == wanted:
                return self.named(name)
        return own  # which does not fit, and the refusal names both

    def unlocking(self, directory: Path, use: Callable[[InstallationKey], T]) -> T:
        """Open a cluster with the key that wraps its data key, although it may be wrapped anew at this very moment.

        Raises:
            StorageError: it cannot be opened.
        """
        key_file = directory / "cluster.key"
        try:
            return use(self.opening(key_file))
        except EncryptionKeyError:
            return use(self.opening(key_file))

    def _file(self, name: str) -> Path:
        return self._customer / f"{name}.key"
