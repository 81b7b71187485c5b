"""Admission, cancellation between workers, and the TLS files: rules and their edges."""

import datetime as dt
import random
import socket
import ssl
import stat

import pytest
from cryptography import x509

from borealis.clock import POSTGRES_EPOCH_US, ManualClock
from borealis.control_plane.names import Names
from borealis.errors import ConfigurationLimitExceeded, TooManyConnections
from borealis.server.admission import Admission, AdmissionLimits, shared_bytes
from borealis.server.cancellation import CancelRouter
from borealis.server.tls import ensure_tls_files, server_context, server_names

NAMES = server_names("us-east-1", "localhost")


CLUSTER = "c" * 26


def admission(clock, **limits):
    return Admission.alone(AdmissionLimits(**limits), clock)


def test_connections_are_counted_over_all_workers():
    clock, shared = ManualClock(1), memoryview(bytearray(shared_bytes(2)))
    limits = AdmissionLimits(connections_max=3)
    first, second = Admission(limits, clock, shared, 0), Admission(limits, clock, shared, 1)
    first.admit(CLUSTER)
    second.admit(CLUSTER)
    second.admit(CLUSTER)
    with pytest.raises(
        TooManyConnections, match=r"^Unable to accept connection, too many open connections\.$"
    ):
        first.admit(CLUSTER)
    second.release(CLUSTER)
    first.admit(CLUSTER)
    assert first.connections == second.connections == 3


def test_each_cluster_has_its_own_limits():
    clock = ManualClock(1_000_000)
    made = admission(clock, connections_max=2, rate_per_s=100, burst=3)
    other = "d" * 26
    made.admit(CLUSTER)
    made.admit(CLUSTER)
    with pytest.raises(TooManyConnections):
        made.admit(CLUSTER)
    made.admit(other)
    made.release(CLUSTER)
    made.admit(CLUSTER)
    made.release(CLUSTER)
    with pytest.raises(ConfigurationLimitExceeded):
        made.admit(CLUSTER)
    made.admit(other)
    assert made.connections == 3


def test_a_restarted_worker_gives_back_what_its_predecessor_held():
    clock, shared = ManualClock(1), memoryview(bytearray(shared_bytes(2)))
    limits = AdmissionLimits()
    first = Admission(limits, clock, shared, 0)
    Admission(limits, clock, shared, 1).admit(CLUSTER)
    first.admit(CLUSTER)
    assert Admission(limits, clock, shared, 0).connections == 1


def test_a_burst_then_the_rate():
    clock = ManualClock(1_000_000)
    made = admission(clock, rate_per_s=100, burst=1_000)
    for _ in range(1_000):
        made.admit(CLUSTER)
    with pytest.raises(ConfigurationLimitExceeded, match=r"^Unable to accept connection, rate exceeded\.$"):
        made.admit(CLUSTER)
    clock.advance(0.05)
    for _ in range(5):
        made.admit(CLUSTER)
    with pytest.raises(ConfigurationLimitExceeded):
        made.admit(CLUSTER)


def test_the_bucket_holds_no_more_than_the_burst():
    clock = ManualClock(1_000_000)
    made = admission(clock, rate_per_s=100, burst=10)
    made.admit(CLUSTER)
    clock.advance(3_600)
    for _ in range(10):
        made.admit(CLUSTER)
    with pytest.raises(ConfigurationLimitExceeded):
        made.admit(CLUSTER)


def test_the_rate_can_be_switched_off():
    made = admission(ManualClock(1), rate_per_s=None, connections_max=5_000)
    for _ in range(5_000):
        made.admit(CLUSTER)
    assert made.connections == 5_000


class Target:
    def __init__(self):
        self.cancels = 0

    def cancel(self):
        self.cancels += 1


def test_cancel_goes_to_the_worker_that_has_the_session():
    pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
    try:
        routers = [CancelRouter(slot, random.Random(slot), [pair[1] for pair in pairs]) for slot in range(2)]
        target = Target()
        pid, secret = routers[1].register(target)
        routers[0].cancel(pid, secret ^ 1)
        routers[1].receive(pairs[1][0].recv(64))
        assert target.cancels == 0
        routers[0].cancel(pid, secret)
        routers[1].receive(pairs[1][0].recv(64))
        assert target.cancels == 1
        routers[1].unregister(pid)
        routers[1].cancel(pid, secret)
        assert target.cancels == 1
    finally:
        for pair in pairs:
            for end in pair:
                end.close()


@pytest.mark.parametrize(("pid", "secret"), [(0, 0), (-1, 0), (1 << 30, 1), (5 << 24, 1)])
def test_cancel_of_what_does_not_exist_is_ignored(pid, secret):
    router = CancelRouter(0, random.Random(1))
    router.register(Target())
    router.cancel(pid, secret)
    router.receive(b"short")


def test_pids_are_positive_and_unlike_in_other_slots():
    pids = [CancelRouter(slot, random.Random(1)).register(Target())[0] for slot in range(64)]
    assert len(set(pids)) == 64
    assert all(0 < pid < 2**31 for pid in pids)


# TLS files.

DAY_US = 86_400_000_000


def moment(clock):
    return dt.datetime.fromtimestamp((clock.now_us() + POSTGRES_EPOCH_US) / 1e6, dt.UTC)


def certificate(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.fixture
def clock():
    return ManualClock(27 * 365 * DAY_US)


def test_first_start_makes_a_chain_that_verifies(tmp_path, clock):
    files = ensure_tls_files(tmp_path / "tls", NAMES, clock)
    ca, server = certificate(files.ca_certificate), certificate(files.server_certificate)
    server.verify_directly_issued_by(ca)
    assert (ca.not_valid_after_utc - moment(clock)).days == 3_650
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [
        "localhost",
        "*.dsql.us-east-1.localhost",
        "*.dsql.us-east-1.on.aws",
        f"*.{Names('us-east-1', 'localhost').private_label}.us-east-1.localhost",
    ]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]


def test_keys_are_for_their_owner_alone(tmp_path, clock):
    files = ensure_tls_files(tmp_path / "tls", NAMES, clock)
    for key in (files.ca_key, files.server_key):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(files.directory.stat().st_mode) == 0o700


def test_later_starts_change_nothing(tmp_path, clock):
    files = ensure_tls_files(tmp_path, NAMES, clock)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    clock.advance(300 * 86_400)
    ensure_tls_files(tmp_path, NAMES, clock)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert files.ca_certificate.name in before


def test_the_server_certificate_is_renewed_before_its_end_by_the_same_ca(tmp_path, clock):
    files = ensure_tls_files(tmp_path, NAMES, clock)
    ca, server = files.ca_certificate.read_bytes(), files.server_certificate.read_bytes()
    clock.advance(368 * 86_400)
    ensure_tls_files(tmp_path, NAMES, clock)
    assert files.ca_certificate.read_bytes() == ca
    assert files.server_certificate.read_bytes() != server
    assert certificate(files.server_certificate).not_valid_before_utc <= moment(clock)


@pytest.mark.parametrize("lost", ["ca.crt", "ca.key", "server.crt", "server.key"])
@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_a_lost_file_is_made_good(tmp_path, clock, lost, how):
    files = ensure_tls_files(tmp_path, NAMES, clock)
    if how == "missing":
        (tmp_path / lost).unlink()
    else:
        (tmp_path / lost).write_bytes(b"-----BEGIN nothing")
    ensure_tls_files(tmp_path, NAMES, clock)
    certificate(files.server_certificate).verify_directly_issued_by(certificate(files.ca_certificate))
    server_context(files)


def test_other_names_need_another_certificate(tmp_path, clock):
    files = ensure_tls_files(tmp_path, NAMES, clock)
    before = files.server_certificate.read_bytes()
    ensure_tls_files(tmp_path, server_names("eu-west-1", "localhost"), clock)
    assert files.server_certificate.read_bytes() != before


def test_context_speaks_tls_1_2_and_later_only(tls_files):
    assert server_context(tls_files).minimum_version is ssl.TLSVersion.TLSv1_2
