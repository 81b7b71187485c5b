"""Record what PostgreSQL 16 makes of the texts in tests/oracle/types/cases.py.

    .venv/bin/python tools/record_types.py

Each line of recorded.jsonl is [type, settings, text, answer]: answer is {"text", "send"} (the text form and the hex of the
binary form) or {"sqlstate", "message", "detail", "hint"}.
"""

from __future__ import annotations

import importlib.util
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pgserver
import psycopg

HERE = Path(__file__).parent.parent / "tests" / "oracle" / "types"
_SEND = {
    "json": "json_send",
    "jsonb": "jsonb_send",
    "varchar": "varcharsend",
    "bpchar": "bpcharsend",
    "char": "bpcharsend",
}


def _cases() -> list[tuple[str, dict[str, str], str]]:
    spec = importlib.util.spec_from_file_location("type_cases", HERE / "cases.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.cases())


def send_function(name: str) -> str:
    base = re.split(r"[( ]", name)[0]
    if name.endswith("[]"):
        return "array_send"
    underscored = ("date", "time", "timetz", "timestamp", "timestamptz", "interval", "numeric", "uuid")
    return _SEND.get(base) or (f"{base}_send" if base in underscored else f"{base}send")


def main() -> None:
    lines = []
    with tempfile.TemporaryDirectory() as directory:
        server = pgserver.get_server(directory)
        with psycopg.connect(
            server.get_uri(), autocommit=True, cursor_factory=psycopg.RawCursor
        ) as connection:
            for name, settings, text in _cases():
                connection.execute("RESET ALL")
                connection.execute("SET timezone = 'UTC'")
                for key, value in settings.items():
                    connection.execute(f"SET {key} = '{value}'")
                lines.append([name, settings, text, read(connection, name, text)])
        server.cleanup()
    (HERE / "recorded.jsonl").write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    )
    print(f"{len(lines)} cases")


def read(connection: psycopg.Connection, name: str, text: str) -> dict[str, Any]:
    literal = text.replace("'", "''")
    # A literal without a type is read by the column type's input, then fitted to its typmod as an assignment is.
    try:
        connection.execute(f"CREATE TEMP TABLE t (v {name})")
        connection.execute(f"INSERT INTO t VALUES ('{literal}')")
        # format takes the output function as it is: a cast of char(n) to text would cut its blanks.
        row = connection.execute(
            f"SELECT format('%s', v), encode({send_function(name)}(v), 'hex') FROM t"
        ).fetchone()
        assert row is not None
        return {"text": row[0], "send": row[1]}
    except psycopg.Error as error:
        found = error.diag
        return {
            "sqlstate": found.sqlstate,
            "message": found.message_primary,
            "detail": found.message_detail,
            "hint": found.message_hint,
        }
    finally:
        connection.execute("DROP TABLE IF EXISTS t")


if __name__ == "__main__":
    main()
