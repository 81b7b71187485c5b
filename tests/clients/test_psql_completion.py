"""psql's completion: a terminal, words begun, the tabulator; what psql adds comes from its queries of the catalogs."""

import os
import pty
import select
import shutil
import subprocess
import time

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("psql") is None and "CI" not in os.environ,
        reason="needs psql: apt-get install postgresql",
    ),
]

SCHEMA = """
CREATE SCHEMA harbour;
CREATE TABLE harbour.vessels (vessel_number int PRIMARY KEY, tonnage int CONSTRAINT tonnage_is_positive CHECK (tonnage > 0));
CREATE TABLE zz_alone (zz_first int PRIMARY KEY, zz_second text);
CREATE VIEW zz_view AS SELECT zz_first FROM zz_alone;
CREATE SEQUENCE zz_numbers CACHE 1;
CREATE DOMAIN zz_short AS varchar(5);
CREATE FUNCTION zz_twice(a int) RETURNS int LANGUAGE sql AS 'SELECT a * 2';
CREATE ROLE zz_clerk WITH LOGIN;
CREATE INDEX ASYNC zz_by_second ON zz_alone (zz_second);
"""

# What is typed before the tabulator, and what then stands on the line.
COMPLETIONS = [
    ("SELECT * FROM zz_a", "zz_alone "),
    ("SELECT * FROM zz_v", "zz_view "),
    ("SELECT * FROM harb", "harbour."),
    ("SELECT * FROM harbour.ves", "harbour.vessels "),
    ("INSERT INTO zz_a", "zz_alone "),
    ("UPDATE zz_a", "zz_alone "),
    ("UPDATE zz_alone SET zz_s", "zz_second "),
    ("DELETE FROM harbour.v", "harbour.vessels "),
    ("ALTER TABLE zz_al", "zz_alone "),
    ("ALTER TABLE zz_alone DROP COLUMN zz_f", "zz_first "),
    ("ALTER TABLE zz_alone RENAME COLUMN zz_s", "zz_second "),
    ("ALTER TABLE harbour.vessels DROP CONSTRAINT tonn", "tonnage_is_positive "),
    ("DROP INDEX zz_b", "zz_by_second "),
    ("DROP VIEW zz_v", "zz_view "),
    ("DROP SEQUENCE zz_n", "zz_numbers "),
    ("DROP SCHEMA harb", "harbour "),
    ("DROP FUNCTION zz_t", "zz_twice "),
    ("DROP DOMAIN zz_s", "zz_short "),
    ("DROP ROLE zz_c", "zz_clerk "),
    ("CREATE INDEX ON zz_al", "zz_alone "),
    ("CREATE VIEW v AS SELECT * FROM zz_al", "zz_alone "),
    ("GRANT SELECT ON zz_al", "zz_alone "),
    ("GRANT SELECT ON zz_alone TO zz_c", "zz_clerk "),
    ("ALTER SEQUENCE zz_n", "zz_numbers "),
    ("ANALYZE zz_al", "zz_alone "),
    ("COPY zz_al", "zz_alone "),
    ("\\d zz_v", "zz_view "),
    ("\\dv zz_v", "zz_view "),
    ("\\di zz_b", "zz_by_second "),
    ("\\ds zz_n", "zz_numbers "),
    ("\\df zz_tw", "zz_twice "),
    ("\\dT zz_s", "zz_short "),
    ("\\du zz_c", "zz_clerk "),
    ("\\dn harb", "harbour "),
    ("\\sf zz_tw", "zz_twice "),
    ("\\sv zz_vi", "zz_view "),
    ("\\c postg", "postgres "),
    ("SHOW extra_fl", "extra_float_digits "),
    ("SET intervalst", "intervalstyle "),
    ("COMMENT ON TABLE zz_al", "zz_alone "),
]


class Terminal:
    """psql at a terminal: what is sent is typed, what it shows is read until it says what is waited for."""

    def __init__(self, conninfo):
        self._screen, shown = pty.openpty()
        environment = os.environ | {
            "TERM": "dumb",
            "COLUMNS": "300",
            "PAGER": "cat",
            "PSQL_HISTORY": "/dev/null",
        }
        self._process = subprocess.Popen(
            ["psql", "-X", conninfo], stdin=shown, stdout=shown, stderr=shown, env=environment, close_fds=True
        )
        os.close(shown)
        self._seen = ""
        self.read_until("=> ")

    def type(self, text):
        os.write(self._screen, text.encode())

    def read_until(self, text, timeout_s=5.0):
        give_up = time.monotonic() + timeout_s
        while text not in self._seen:
            ready, _, _ = select.select([self._screen], [], [], max(0.0, give_up - time.monotonic()))
            if not ready:
                return self._take(len(self._seen))
            self._seen += os.read(self._screen, 4096).decode().replace("\a", "")
        return self._take(self._seen.index(text) + len(text))

    def _take(self, length):
        taken, self._seen = self._seen[:length], self._seen[length:]
        return taken

    def complete(self, typed, completed):
        """Type the beginning and a tabulator; return the line, then give it up."""
        self.type(typed + "\t")
        whole = typed[: typed.rindex(" ") + 1] + completed
        line = self.read_until(whole)
        self.type("\x15\\r\n")  # ^U, then \r, so that nothing is left
        self.read_until("=> ")
        return line

    def close(self):
        self._process.terminate()
        self._process.wait(10)
        os.close(self._screen)


@pytest.fixture(scope="module")
def terminal(run_node, tmp_path_factory):
    with run_node(tmp_path_factory.mktemp("completion") / "data", "--tls", "prefer") as node:
        conninfo = node.conninfo(sslmode="disable")
        subprocess.run(
            ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", conninfo],
            input=SCHEMA,
            text=True,
            check=True,
            timeout=30,
        )
        terminal = Terminal(conninfo)
        yield terminal
        terminal.close()


@pytest.mark.parametrize(("typed", "completed"), COMPLETIONS, ids=[typed for typed, _ in COMPLETIONS])
def test_completion(terminal, typed, completed):
    line = terminal.complete(typed, completed)
    assert line.endswith(typed[: typed.rindex(" ") + 1] + completed)
