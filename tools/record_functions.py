"""Record what PostgreSQL 16 answers to the function cases: tests/oracle/functions/*.cases to *.tsv.

    .venv/bin/python tools/record_functions.py [family …]

The format is tests/oracle/functions/README.md. Needs the `pgserver` wheel of the test extra.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pgserver
import psycopg
from psycopg import pq

CASES = Path(__file__).parent.parent / "tests" / "oracle" / "functions"
SETTINGS = "SET TimeZone = 'UTC'; SET extra_float_digits = 1; SET bytea_output = 'hex'; SET statement_timeout = '20s'; SET default_text_search_config = 'pg_catalog.simple'"
QUERY_WORDS = ("SELECT", "VALUES", "WITH", "TABLE")
SETTING_WORDS = ("SET", "RESET")


def escape(text: str | None) -> str:
    if text is None:
        return "\\N"
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


class Recorder:
    def __init__(self, connection: psycopg.Connection) -> None:
        self.pg = connection.pgconn
        self.names: dict[int, str] = {}

    def run(self, sql: str) -> pq.abc.PGresult:
        # The extended protocol: one statement, and the text form of every column.
        return self.pg.exec_params(sql.encode(), None)

    def begin(self) -> None:
        self.pg.exec_(b"RESET ALL")
        self.pg.exec_(SETTINGS.encode())

    def line(self, case: str) -> str:
        word = case.split(None, 1)[0].upper()
        if word in SETTING_WORDS:
            result = self.run(case)
            if result.status != pq.ExecStatus.COMMAND_OK:
                raise SystemExit(f"{case}: {result.error_message.decode()}")
            if word == "RESET":
                self.begin()
            return f"{escape(case)}\tset"
        is_query = word in QUERY_WORDS
        result = self.run(case if is_query else f"SELECT ({case})")
        if result.status == pq.ExecStatus.FATAL_ERROR:
            return "\t".join((escape(case), *self.error(result)))
        if is_query:
            rows = [
                [self.value(result, row, column) for column in range(result.nfields)]
                for row in range(result.ntuples)
            ]
            return f"{escape(case)}\t=\t{escape(json.dumps(rows, ensure_ascii=False))}"
        return "\t".join((escape(case), self.type_name(result.ftype(0)), escape(self.value(result, 0, 0))))

    @staticmethod
    def value(result: pq.abc.PGresult, row: int, column: int) -> str | None:
        data = result.get_value(row, column)
        return None if data is None else data.decode()

    @staticmethod
    def error(result: pq.abc.PGresult) -> tuple[str, ...]:
        fields = (
            pq.DiagnosticField.MESSAGE_PRIMARY,
            pq.DiagnosticField.MESSAGE_DETAIL,
            pq.DiagnosticField.MESSAGE_HINT,
        )
        texts = [result.error_field(field) for field in fields]
        state = result.error_field(pq.DiagnosticField.SQLSTATE) or b"?"
        return ("!" + state.decode(), *(escape(text.decode() if text else None) for text in texts))

    def type_name(self, oid: int) -> str:
        if oid not in self.names:
            data = self.run(f"SELECT format_type({oid}, NULL)").get_value(0, 0)
            self.names[oid] = (data or b"?").decode()
        return self.names[oid]


def record(recorder: Recorder, source: Path) -> None:
    recorder.begin()
    lines, seen = [], set()
    for case in source.read_text(encoding="utf-8").splitlines():
        case = case.strip()
        if not case or case.startswith("#"):
            continue
        if case in seen and not case.upper().startswith(SETTING_WORDS):
            print(f"{source.name}: twice: {case}")
            continue
        seen.add(case)
        if case.upper().startswith(SETTING_WORDS):
            seen.clear()
        lines.append(recorder.line(case))
    target = source.with_suffix(".tsv")
    target.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    print(f"{target.name}: {len(lines)} cases")


def main() -> None:
    wanted = sys.argv[1:]
    sources = [path for path in sorted(CASES.glob("*.cases")) if not wanted or path.stem in wanted]
    with tempfile.TemporaryDirectory(prefix="borealis-pg-") as directory:
        server = pgserver.get_server(directory)
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            admin.execute(
                "CREATE DATABASE cases LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0 ENCODING 'UTF8'"
            )
        with psycopg.connect(server.get_uri("cases"), autocommit=True) as connection:
            recorder = Recorder(connection)
            for source in sources:
                record(recorder, source)
        server.cleanup()


if __name__ == "__main__":
    main()
