"""TLS files and context: the installation's own CA, the server certificate it signs, and the settings they serve under.

    <data>/tls/ca.crt      10 years; what a client gives as sslrootcert
              ca.key       0600
              server.crt   397 days, renewed 30 days before its end, or when the names it covers change
              server.key   0600

A file is written beside its place and renamed, key before certificate, so a crash leaves a pair that is either whole or made anew
at the next start. Must hold: no key file is ever readable by others, not even for a moment.

ALPN is `postgresql`; the name in SNI is kept on the TLS object for routing. Session tickets are off: libpq asks for
none, and they cost memory. Source: dsql-facts.md §1.1; PostgreSQL 17 (direct TLS, ALPN).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from borealis.auth.tokens import PUBLIC_DOMAIN
from borealis.clock import POSTGRES_EPOCH_US, Clock
from borealis.control_plane.names import Names

if TYPE_CHECKING:  # its import costs a tenth of a second, wanted only where certificates are read or made
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

CA_DAYS = 3_650
SERVER_DAYS = 397  # what browsers and Apple's clients accept at most is 398
RENEW_DAYS = 30
ALPN_PROTOCOL = "postgresql"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where the installation's certificates and keys are."""

    directory: Path

    @property
    def ca_certificate(self) -> Path:
        return self.directory / "ca.crt"

    @property
    def ca_key(self) -> Path:
        return self.directory / "ca.key"

    @property
    def server_certificate(self) -> Path:
        return self.directory / "server.crt"

    @property
    def server_key(self) -> Path:
        return self.directory / "server.key"


def server_names(region: str, domain: str) -> tuple[str, ...]:
    """Return the DNS names and addresses a node's certificate covers."""
    names = Names(region, domain)
    public = Names(region, PUBLIC_DOMAIN)
    return tuple(
        dict.fromkeys(
            (
                "localhost",
                names.endpoint("*"),
                public.endpoint("*"),
                names.private_endpoint("*"),
                "127.0.0.1",
                "::1",
            )
        )
    )


def ensure_tls_files(directory: Path, names: Sequence[str], clock: Clock) -> TlsFiles:
    """Return the installation's TLS files, made or renewed where they are missing, ending, or for other names."""
    files = TlsFiles(directory)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = dt.datetime.fromtimestamp((clock.now_us() + POSTGRES_EPOCH_US) / 1e6, dt.UTC)
    ca = _load_pair(files.ca_certificate, files.ca_key)
    if ca is None or _ends_within(ca[0], now, RENEW_DAYS):
        ca = _make_ca(files, now)
    server = _load_pair(files.server_certificate, files.server_key)
    if (
        server is None
        or _ends_within(server[0], now, RENEW_DAYS)
        or not _is_issued_by(server[0], ca[0])
        or _names_of(server[0]) != set(names)
    ):
        _make_server(files, ca, names, now)
    return files


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """Return the context every connection of this process is served under."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0
    context.sslobject_class = ServerTlsObject
    context.load_cert_chain(files.server_certificate, files.server_key)
    context.set_alpn_protocols([ALPN_PROTOCOL])
    context.sni_callback = _keep_requested_name  # type: ignore[assignment]
    return context


class ServerTlsObject(ssl.SSLObject):
    """The TLS state of one connection, and the host name its client asked for in SNI."""

    requested_name: str | None = None


def _keep_requested_name(connection: ServerTlsObject, name: str | None, _context: ssl.SSLContext) -> None:
    connection.requested_name = name


_Pair = tuple["x509.Certificate", "ec.EllipticCurvePrivateKey"]


def _load_pair(certificate: Path, key: Path) -> _Pair | None:
    """Return a certificate and its key, or None where they are missing, unreadable or do not belong together."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = load_pem_private_key(key.read_bytes(), password=None)
    except (FileNotFoundError, ValueError):
        return None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != loaded.public_key():
        return None
    return loaded, private


def _ends_within(certificate: x509.Certificate, now: dt.datetime, days: int) -> bool:
    return certificate.not_valid_after_utc - now < dt.timedelta(days=days)


def _is_issued_by(certificate: x509.Certificate, ca: x509.Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(ca)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _names_of(certificate: x509.Certificate) -> set[str]:
    from cryptography import x509

    with contextlib.suppress(x509.ExtensionNotFound):
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return {str(name.value) for name in extension}
    return set()


def _general_name(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: dt.datetime, days: int
) -> x509.CertificateBuilder:
    from cryptography import x509

    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))  # clients' clocks may lag
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, is_ca: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _make_ca(files: TlsFiles, now: dt.datetime) -> _Pair:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Borealis installation CA {now:%Y-%m-%d}")
    certificate = (
        _builder(name, name, key, now, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(is_ca=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_pair(files.ca_certificate, files.ca_key, certificate, key)
    return certificate, key


def _make_server(files: TlsFiles, ca: _Pair, names: Sequence[str], now: dt.datetime) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    issuer, issuer_key = ca
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name("Borealis node"), issuer.subject, key, now, SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(is_ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .sign(issuer_key, hashes.SHA256())
    )
    _write_pair(files.server_certificate, files.server_key, certificate, key)


def _write_pair(
    certificate_path: Path, key_path: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _replace(key_path, pem, 0o600)
    _replace(certificate_path, certificate.public_bytes(Encoding.PEM), 0o644)


def _replace(path: Path, content: bytes, mode: int) -> None:
    """Put content in path's place as a whole, under these permissions from its first byte on."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
