"""Whole statements through the engine, against what PostgreSQL 16 answers (tests/oracle/executor)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from borealis.errors import FeatureNotSupported, SqlError
from borealis.executor.testing import EmbeddedEngine, EngineSession

MISSING_FUNCTION = re.compile(r"'0A000', 'message': 'function \w+ not supported'")
"""Functions are another part's, with tests of their own; what none is made of cannot be compared here."""

CASES = Path(__file__).parents[2] / "oracle" / "executor"


def recorded(topic: str) -> list[dict]:
    return [json.loads(line) for line in (CASES / f"{topic}.jsonl").read_text("utf-8").splitlines()]


def marked(topic: str, mark: str) -> set[str]:
    """Statements that stand behind a line `--! mark`."""
    found, lines = set(), iter((CASES / f"{topic}.sql").read_text("utf-8").splitlines())
    for line in lines:
        if line == f"--! {mark}":
            found.add(next(lines).removesuffix(";"))
    return found


@pytest.mark.parametrize("topic", [path.stem for path in sorted(CASES.glob("*.jsonl"))])
def test_answers_are_postgresqls(topic: str) -> None:
    refused, different = marked(topic, "0A000"), marked(topic, "differs")
    with EmbeddedEngine() as engine:
        session = engine.session()
        wrong, missing = [], []
        for case in recorded(topic):
            if case["sql"] in refused:
                with pytest.raises(FeatureNotSupported):
                    session.run(case["sql"])
                continue
            difference = compare(session, case)
            if difference and MISSING_FUNCTION.search(difference):
                missing.append(difference)
            elif case["sql"] in different:
                assert difference, f"{case['sql']} has become right: take its mark away"
            elif difference:
                wrong.append(difference)
    assert not wrong, "\n\n".join(wrong)
    assert len(missing) <= 6, "\n\n".join(missing)


def compare(session: EngineSession, case: dict) -> str | None:
    """Return what differs from the recording, None if nothing does."""
    try:
        answer = session.run(case["sql"])
    except SqlError as error:
        return compare_error(case, error)
    except Exception as error:
        return f"{case['sql']}\n  internal error {type(error).__name__}: {error}"
    if "error" in case:
        return f"{case['sql']}\n  gave {answer.rows}, not {case['error']}"
    rows, expected = [list(row) for row in answer.rows], case["rows"]
    if not is_ordered(case["sql"]):
        rows, expected = sorted(rows, key=repr), sorted(expected, key=repr)
    columns = [list(column) for column in answer.columns]
    if rows != expected or columns != case["columns"] or answer.tag != case["tag"]:
        return f"{case['sql']}\n  gave {answer.tag} {columns} {rows}\n  not  {case['tag']} {case['columns']} {expected}"
    return None


def compare_error(case: dict, error: SqlError) -> str | None:
    got = {"sqlstate": error.sqlstate, "message": error.message}
    for name in ("detail", "table", "column", "constraint"):
        if getattr(error, name) is not None:
            got[name] = getattr(error, name)
    if got == case.get("error"):
        return None
    return f"{case['sql']}\n  raised {got}\n  not    {case.get('error', case.get('rows'))}"


def is_ordered(sql: str) -> bool:
    return "order by" in sql.lower().rsplit(")", 1)[-1]
