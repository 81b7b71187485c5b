"""Records PostgreSQL 16's answers to TPC-H's queries: tests/tpch/answers.json. Run as `python -m tools.record_tpch`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pgserver
import psycopg
from benchmarks.tpch.data import TABLES, Data
from benchmarks.tpch.load import create, load
from benchmarks.tpch.queries import NUMBERS, query

SCALE = 0.01  # tests/tpch/test_tpch.py's


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        server = pgserver.get_server(directory)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            create(connection)
            data = Data(SCALE)
            for table in TABLES:
                load(connection, table, data.lines(table))
            connection.execute("ANALYZE")
            answers = {
                str(number): [
                    [None if value is None else str(value) for value in row]
                    for row in connection.execute(query(number).encode()).fetchall()
                ]
                for number in NUMBERS
            }
        server.cleanup()
    path = Path("tests/tpch/answers.json")
    path.write_text(json.dumps(answers, indent=0) + "\n")
    print({number: len(rows) for number, rows in answers.items()})


if __name__ == "__main__":
    main()
