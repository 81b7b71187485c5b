"""Encryption at rest: each cluster's pages under its own data key, and that key wrapped by the installation's key.

    installation key   32 random bytes, hexadecimal, in a file of mode 0600 outside every cluster's directory
         │ AES-256-GCM, bound to the cluster's identifier
    data key           32 random bytes, wrapped, in cluster.key inside the directory
         │ SQLite3 Multiple Ciphers, raw (no passphrase derivation: opening a connection stays below 0.2 ms)
    pages              each authenticated: a flipped bit is reported as damage, never served

Both files say which key they need by a fingerprint, so that the wrong key is told apart from a damaged file.
Layout: docs/storage-format.md#encryption.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import apsw
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from borealis.storage.errors import EncryptionKeyError

KEY_BYTES = 32
NONCE_BYTES = 12
CIPHERS = ("aegis", "chacha20")
"""SQLite3 Multiple Ciphers' authenticated ciphers; aegis is the faster where the processor has AES (docs/decisions/0005)."""


@dataclass(frozen=True, slots=True, repr=False)
class InstallationKey:
    """The key that wraps every cluster's data key on this machine (DSQL: the AWS-owned key)."""

    secret: bytes

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key file. Raises EncryptionKeyError when it is missing, damaged or readable by others."""
        try:
            mode = path.stat().st_mode
            text = path.read_text("ascii")
        except FileNotFoundError:
            raise EncryptionKeyError(f"encryption key file {path} does not exist") from None
        except (OSError, UnicodeDecodeError) as error:
            raise EncryptionKeyError(f"encryption key file {path} cannot be read: {error}") from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise EncryptionKeyError(
                f"encryption key file {path} is accessible by others: set its mode to 0600"
            )
        try:
            secret = binascii.unhexlify(text.strip())
        except ValueError:
            secret = b""
        if len(secret) != KEY_BYTES:
            raise EncryptionKeyError(
                f"encryption key file {path} is damaged: {KEY_BYTES * 2} hex digits expected"
            )
        return cls(secret)

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """Read the key file, or write a new one: durable before any cluster depends on it."""
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls.load(path)
        key = cls.generate()
        with os.fdopen(descriptor, "w") as file:
            file.write(key.secret.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        sync_directory(path.parent)
        return key

    @classmethod
    def generate(cls) -> Self:
        return cls(os.urandom(KEY_BYTES))

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(b"borealis installation key" + self.secret).hexdigest()[:16]


class WrappedKey(msgspec.Struct, frozen=True):
    """The content of cluster.key, as JSON."""

    cluster: str
    cipher: str
    wrapped_by: str  # the installation key's fingerprint
    nonce: str  # base64
    wrapped: str  # base64


@dataclass(frozen=True, slots=True, repr=False)
class DataKey:
    """What the pages of one cluster are encrypted with."""

    cipher: str
    secret: bytes

    @classmethod
    def generate(cls, cipher: str) -> Self:
        if cipher not in CIPHERS:
            raise EncryptionKeyError(f"cipher {cipher} is not known: {' or '.join(CIPHERS)}")
        return cls(cipher, os.urandom(KEY_BYTES))

    def wrap(self, cluster: str, by: InstallationKey) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        wrapped = AESGCM(by.secret).encrypt(nonce, self.secret, _bound_to(cluster, self.cipher))
        return msgspec.json.encode(
            WrappedKey(cluster, self.cipher, by.fingerprint, _base64(nonce), _base64(wrapped)),
        )

    @classmethod
    def unwrap(cls, data: bytes, path: Path, by: InstallationKey) -> Self:
        """Recover the key from cluster.key. Raises EncryptionKeyError: another installation key, or damage."""
        damaged = EncryptionKeyError(f"{path} is damaged: restore it from a backup")
        try:
            stored = msgspec.json.decode(data, type=WrappedKey)
            nonce, wrapped = base64.b64decode(stored.nonce), base64.b64decode(stored.wrapped)
        except (msgspec.DecodeError, ValueError):
            raise damaged from None
        if stored.wrapped_by != by.fingerprint:
            raise EncryptionKeyError(
                f"{path} needs the encryption key {stored.wrapped_by}, but this installation's is {by.fingerprint}"
            )
        try:
            secret = AESGCM(by.secret).decrypt(nonce, wrapped, _bound_to(stored.cluster, stored.cipher))
        except (InvalidTag, ValueError):
            raise damaged from None
        return cls(stored.cipher, secret)

    def unlock(self, connection: apsw.Connection) -> None:
        """Give the key to a new connection, before anything else is read from it."""
        connection.execute(f"PRAGMA cipher='{self.cipher}'").fetchall()
        connection.execute(f"PRAGMA key='raw:{self.secret.hex()}'").fetchall()


def sync_directory(path: Path) -> None:
    """Make names created in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _bound_to(cluster: str, cipher: str) -> bytes:
    return f"borealis data key\0{cluster}\0{cipher}".encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
