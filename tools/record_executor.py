"""Record what PostgreSQL 16 answers to the executor's statements: tests/oracle/executor/*.sql to *.jsonl.

    .venv/bin/python tools/record_executor.py [topic …]

The format is tests/oracle/executor/README.md. Needs the `pgserver` wheel of the test extra.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pgserver
import psycopg
from psycopg import pq

CASES = Path(__file__).parent.parent / "tests" / "oracle" / "executor"
SETTINGS = b"SET TimeZone = 'UTC'; SET extra_float_digits = 1; SET bytea_output = 'hex'; SET statement_timeout = '20s'"


def statements(text: str) -> list[str]:
    found, lines = [], []
    for line in text.splitlines():
        if line.startswith("--") or not line.strip():
            continue
        lines.append(line)
        if line.rstrip().endswith(";"):
            found.append("\n".join(lines).rstrip().removesuffix(";"))
            lines = []
    return found


def answer(connection: pq.PGconn, sql: str) -> dict[str, object]:
    result = connection.exec_params(sql.encode(), None)
    if result.status == pq.ExecStatus.FATAL_ERROR:
        fields = {
            "sqlstate": pq.DiagnosticField.SQLSTATE,
            "message": pq.DiagnosticField.MESSAGE_PRIMARY,
            "detail": pq.DiagnosticField.MESSAGE_DETAIL,
            "table": pq.DiagnosticField.TABLE_NAME,
            "column": pq.DiagnosticField.COLUMN_NAME,
            "constraint": pq.DiagnosticField.CONSTRAINT_NAME,
        }
        found = {name: result.error_field(field) for name, field in fields.items()}
        return {"sql": sql, "error": {name: value.decode() for name, value in found.items() if value}}
    columns = [[(result.fname(n) or b"").decode(), result.ftype(n)] for n in range(result.nfields)]
    rows = [
        [
            None if (value := result.get_value(row, n)) is None else value.decode()
            for n in range(result.nfields)
        ]
        for row in range(result.ntuples)
    ]
    tag = (result.command_status or b"").decode()
    return {"sql": sql, "tag": tag, "columns": columns, "rows": rows}


def record(uri: str, topic: Path) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        pgconn = connection.pgconn
        pgconn.exec_(b"DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        pgconn.exec_(SETTINGS)
        lines = [
            json.dumps(answer(pgconn, sql), ensure_ascii=False)
            for sql in statements(topic.read_text("utf-8"))
        ]
    topic.with_suffix(".jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{topic.stem}: {len(lines)} statements")


def main() -> None:
    topics = [CASES / f"{name}.sql" for name in sys.argv[1:]] or sorted(CASES.glob("*.sql"))
    with (
        tempfile.TemporaryDirectory(prefix="pg-executor-") as directory,
        pgserver.get_server(directory) as server,
    ):
        for topic in topics:
            record(server.get_uri(), topic)


if __name__ == "__main__":
    main()
