"""psql and pgbench, the programs themselves, against a node."""

import os
import re
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("psql") is None or shutil.which("pgbench") is None,
    reason="needs psql and pgbench: apt-get install postgresql",
)


@pytest.fixture
def run(shared_node):
    """Run a program of PostgreSQL's against the node; return what it did."""

    def run(*arguments, text=None, **environment):
        connection = {
            "PGHOST": "localhost",
            "PGPORT": str(shared_node.port),
            "PGUSER": "admin",
            "PGDATABASE": "postgres",
            "PGSSLMODE": "disable",
        }
        return subprocess.run(
            arguments,
            input=text,
            env=os.environ | connection | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def psql(run, sql, **environment):
    done = run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_psql_verifies_the_installations_certificate(run, shared_node):
    answer = run(
        "psql", "-XAt", "-c", r"\conninfo", PGSSLMODE="verify-full", PGSSLROOTCERT=shared_node.said["ca_file"]
    )
    assert answer.returncode == 0, answer.stderr
    assert "SSL connection (protocol: TLSv1.3" in answer.stdout


def test_psql_refuses_another_ca(run, tmp_path):
    (tmp_path / "ca.crt").write_text("")
    answer = run("psql", "-c", "SELECT 1", PGSSLMODE="verify-full", PGSSLROOTCERT=str(tmp_path / "ca.crt"))
    assert answer.returncode == 2


def test_psql_prints_a_table(run):
    answer = run("psql", "-X", "-c", "SELECT 1 AS a, 'x' AS b, NULL::int AS c")
    assert answer.stdout.splitlines() == [" a | b | c ", "---+---+---", " 1 | x |  ", "(1 row)", ""]


def test_psql_script_with_a_transaction(run):
    answer = run(
        "psql",
        "-XAt",
        text="CREATE TABLE psql_script (id int PRIMARY KEY);\nBEGIN;\nINSERT INTO psql_script VALUES (1);\n"
        "COMMIT;\nSELECT * FROM psql_script;\nDROP TABLE psql_script;\n",
    )
    assert answer.stdout.splitlines() == ["CREATE TABLE", "BEGIN", "INSERT 0 1", "COMMIT", "1", "DROP TABLE"]


def test_psql_points_at_the_error(run):
    answer = run("psql", "-X", "-c", "SELECT nothing_here")
    assert answer.returncode == 1
    assert answer.stderr == (
        'ERROR:  column "nothing_here" does not exist\nLINE 1: SELECT nothing_here\n               ^\n'
    )


def test_psql_copies_a_file_in_and_out(run, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("".join(f"{number},row {number}\n" for number in range(500)))
    psql(run, "CREATE TABLE psql_copy (id int PRIMARY KEY, t text)")
    psql(run, rf"\copy psql_copy FROM '{source}' WITH (FORMAT csv)")
    psql(run, rf"\copy (SELECT * FROM psql_copy ORDER BY id) TO '{target}' WITH (FORMAT csv)")
    psql(run, "DROP TABLE psql_copy")
    assert target.read_text() == source.read_text()


def test_psql_is_told_about_the_wrong_database(run):
    answer = run("psql", "-X", "-c", "SELECT 1", PGDATABASE="other")
    assert answer.returncode == 2
    assert 'FATAL:  database "other" does not exist' in answer.stderr


TRANSFER = r"""\set from random(1, 100)
\set to random(1, 100)
BEGIN;
UPDATE pgbench_{0} SET balance = balance - 1 WHERE id = :from;
UPDATE pgbench_{0} SET balance = balance + 1 WHERE id = :to;
COMMIT;
"""


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["simple", "extended", "prepared"])
def test_pgbench_transfers_lose_no_money(run, tmp_path, protocol):
    psql(run, f"CREATE TABLE pgbench_{protocol} (id int PRIMARY KEY, balance int)")
    values = ",".join(f"({number}, 100)" for number in range(1, 101))
    psql(run, f"INSERT INTO pgbench_{protocol} VALUES {values}")
    script = tmp_path / "transfer.sql"
    script.write_text(TRANSFER.format(protocol))
    done = run(
        "pgbench",
        "-n",
        "-M",
        protocol,
        "-c",
        "4",
        "-j",
        "2",
        "-t",
        "100",
        "--max-tries",
        "100",
        "-f",
        str(script),
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"number of transactions actually processed: 400/400", done.stdout), done.stdout
    assert psql(run, f"SELECT sum(balance), count(*) FROM pgbench_{protocol}") == "10000|100\n"
    psql(run, f"DROP TABLE pgbench_{protocol}")
