"""psql's backslash commands, each against what psql prints of a PostgreSQL 16 with the same objects (psql/schema.sql).

    psql/commands.txt     the commands, one a line
    psql/postgresql.txt   what psql 16 printed of a PostgreSQL 16.2: UPDATE_GOLDEN=1 records it anew
    psql/dsql.txt         commands whose answer must be another here, each with the reason

What Aurora DSQL calls by other names is translated in the recording: DIFFERENT_NAMES.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "psql"
COMMANDS = (FOLDER / "commands.txt").read_text().splitlines()
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"

# Access methods are DSQL's, and a primary key's index holds the whole row (dsql-facts.md §4.4, §4.10).
DIFFERENT_NAMES = [
    (r'(customers_pkey" PRIMARY KEY, btree \(id\))', r"\1 INCLUDE (name, email, born, credit, made)"),
    (r'(orders_pkey" PRIMARY KEY, btree \(id\))', r"\1 INCLUDE (customer, number, total, twice, state)"),
    (r"(KEY|CONSTRAINT), btree \(", r"\1, btree_index ("),
    (r"^(primary key|unique), btree,", r"\1, btree_index,"),
    (r"^Access method: heap$", "Access method: btree-table"),
]


def pgserver_program(name):
    pgserver = pytest.importorskip("pgserver")
    return str(Path(pgserver.__file__).parent / "pginstall/bin" / name)


def programs():
    found = [pytest.param("pgserver", id="psql-16")]
    if shutil.which("psql") or "CI" in os.environ:
        found.append(pytest.param("psql", id="psql-of-debian"))
    return found


@pytest.fixture(scope="module", params=programs())
def program(request):
    return pgserver_program("psql") if request.param == "pgserver" else shutil.which("psql")


def printed(program, conninfo, commands=COMMANDS):
    """Run psql once for all commands; return what each printed, errors behind output, blanks at line ends aside."""
    script = "".join(f"\\echo === {n}\n\\warn === {n}\n{line}\n" for n, line in enumerate(commands))
    done = subprocess.run(
        [program, "-X", conninfo], input=script, capture_output=True, text=True, timeout=120, check=False
    )
    parts = [re.split(r"^=== \d+\n", text, flags=re.MULTILINE)[1:] for text in (done.stdout, done.stderr)]
    assert len(parts[0]) == len(parts[1]) == len(commands), done.stderr[-2000:]
    return {
        command: re.sub(r" +$", "", out + error, flags=re.MULTILINE).strip("\n")
        for command, out, error in zip(commands, *parts, strict=True)
    }


def run_schema(program, conninfo):
    done = subprocess.run(
        [program, "-Xq", "-v", "ON_ERROR_STOP=1", "-f", FOLDER / "schema.sql", conninfo],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def shop(run_node, tmp_path_factory):
    """A node of its own: some commands list everything there is."""
    with run_node(tmp_path_factory.mktemp("psql") / "data", "--tls", "prefer") as node:
        run_schema(pgserver_program("psql"), node.conninfo(sslmode="disable"))
        yield node.conninfo(sslmode="disable")


def write_blocks(path, blocks):
    path.write_text("".join(f"### {command}\n{text}\n\n" for command, text in blocks.items()))


def read_blocks(path):
    """Return text by command; lines of reasons (`## …`) belong to none."""
    blocks = re.split(r"^### ", path.read_text(), flags=re.MULTILINE)[1:]
    pairs = (block.partition("\n") for block in blocks)
    return {
        command: re.sub(r"^## .*\n", "", text, flags=re.MULTILINE).strip("\n") for command, _, text in pairs
    }


def record():
    import pgserver

    program = pgserver_program("psql")
    with tempfile.TemporaryDirectory() as directory:
        server = pgserver.get_server(directory)
        subprocess.run(
            [program, "-Xq", server.get_uri(), "-c", "CREATE ROLE admin SUPERUSER LOGIN"], check=True
        )
        conninfo = server.get_uri().replace("postgres:@", "admin:@")
        run_schema(program, conninfo)
        write_blocks(FOLDER / "postgresql.txt", printed(program, conninfo))
        server.cleanup()


def expected():
    recorded = read_blocks(FOLDER / "postgresql.txt")
    for old, new in DIFFERENT_NAMES:
        recorded = {name: re.sub(old, new, text, flags=re.MULTILINE) for name, text in recorded.items()}
    return recorded | read_blocks(FOLDER / "dsql.txt")


def test_commands_print_what_they_print_of_a_postgresql(shop):
    if UPDATE:
        record()
    answers, wanted = printed(pgserver_program("psql"), shop), expected()
    assert set(wanted) == set(COMMANDS)
    wrong = [command for command in COMMANDS if answers[command] != wanted[command]]
    report = "\n".join(f"### {one}\n{answers[one]}\n--- not\n{wanted[one]}" for one in wrong)
    assert not wrong, report


def test_no_command_of_any_psql_fails_but_those_listed(shop, program):
    wanted = expected()
    may_fail = {command for command, text in wanted.items() if "ERROR" in text}
    is_old = "(PostgreSQL) 15" in subprocess.run([program, "-V"], capture_output=True, text=True).stdout
    commands = [command for command in COMMANDS if not (is_old and "\\bind" in command)]  # psql 16 brought it
    answers = printed(program, shop, commands)
    failed = {command: text for command, text in answers.items() if "ERROR" in text}
    assert set(failed) <= may_fail, failed
