"""`borealis start`: what it refuses, in one line and with status 2, before anything runs."""

import os

import pytest
from click.testing import CliRunner

from borealis.cli.group import borealis
from borealis.cli.start import connection_string
from borealis.node.config import NodeAddress
from borealis.server.startup import TlsMode


def run(*arguments):
    return CliRunner().invoke(borealis, ["start", *map(str, arguments)])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["--auth", "trust", "--host", "0.0.0.0"],
            "Error: --auth trust lets anyone in, so it needs a loopback address; 0.0.0.0 is none\n",
        ),
        (
            ["--auth", "trust", "--host", "192.0.2.1"],
            "Error: --auth trust lets anyone in, so it needs a loopback address; 192.0.2.1 is none\n",
        ),
        (
            ["--auth", "trust", "--host", "no.such.host.invalid"],
            "Error: cannot listen on no.such.host.invalid: Name or service not known\n",
        ),
        (
            ["--compatibility", "march"],
            'Error: --compatibility "march" is no day: say newest, a month (2026-03) or a day (2026-03-15)\n',
        ),
        (
            ["--compatibility", "2024-12"],
            'Error: --compatibility "2024-12" is before 2025-05-27, when Aurora DSQL became generally available\n',
        ),
    ],
)
def test_refusals_are_one_line(tmp_path, arguments, line):
    result = run("--data", tmp_path / "d", *arguments)
    assert (result.exit_code, result.stderr) == (2, line)
    assert result.stdout == ""
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    "arguments",
    [["--port", "70000"], ["--workers", "0"], ["--tls", "maybe"], ["--no-such"], ["--port", "x"], ["extra"]],
)
def test_bad_flags_exit_with_2(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error:" in result.stderr


def test_help_says_what_trust_is():
    text = " ".join(run("--help").stdout.split())
    assert "only on loopback addresses" in text
    assert "BOREALIS_DATA" in text
    assert "~/.borealis" in text


@pytest.mark.parametrize(
    ("host", "ca_file", "tls", "expected"),
    [
        (
            "127.0.0.1",
            "/d/ca.crt",
            TlsMode.REQUIRE,
            "host=127.0.0.1 {} sslmode=verify-full sslrootcert=/d/ca.crt",
        ),
        (
            "127.0.0.5",
            "/d d/ca's.crt",
            TlsMode.PREFER,
            r"host=localhost hostaddr=127.0.0.5 {} sslmode=verify-full sslrootcert='/d d/ca\'s.crt'",
        ),
        ("localhost", "/d/ca.crt", TlsMode.OFF, "host=localhost {} sslmode=disable"),
    ],
)
def test_connection_string_is_what_libpq_reads(host, ca_file, tls, expected):
    import pathlib

    from psycopg import conninfo

    address = NodeAddress(
        host=host,
        port=5433,
        cluster="c",
        endpoint="e",
        region="us-east-1",
        ca_file=pathlib.Path(ca_file),
        data_dir=pathlib.Path("/d"),
        pid=os.getpid(),
        http_host="127.0.0.1",
        http_port=8080,
        credentials_file=pathlib.Path("/d/credentials"),
    )
    text = connection_string(address, tls)
    assert text == expected.format("port=5433 user=admin dbname=postgres")
    assert conninfo.conninfo_to_dict(text).get("sslrootcert", ca_file) == ca_file


def test_version_is_printed_installed_or_not():
    result = CliRunner().invoke(borealis, ["--version"])
    assert result.exit_code == 0
    assert result.stdout.startswith("borealis ")


def test_every_command_can_be_imported_and_has_a_line_of_help():
    lines = CliRunner().invoke(borealis, ["--help"]).stdout
    assert "start Start a node" in " ".join(lines.split())
    assert "demo" in lines
