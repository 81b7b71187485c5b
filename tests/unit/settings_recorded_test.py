"""SET, RESET and SHOW as PostgreSQL 16 answers them (settings_recorded.jsonl, by tools/record_settings.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from borealis.errors import SqlError
from borealis.session.commands.settings import flatten
from borealis.settings.allow_list import ALLOWED
from borealis.settings.values import Settings
from borealis.sql.parse import parse
from borealis.types.base import Style

RECORDED = [
    json.loads(line) for line in (Path(__file__).parent / "settings_recorded.jsonl").read_text().splitlines()
]
VALUES = [case for case in RECORDED if case["show"] in ALLOWED]

OURS = {
    "set timezone to 'FOO5BAR'": "0A000",  # daylight-saving rules of one's own
    "set timezone to 'foo5bar,M3.2.0,M11.1.0'": "0A000",
}


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case["statement"])
def test_set_answers_as_recorded(case):
    settings = Settings("admin")
    try:
        (parsed,) = parse(case["statement"])
        name = parsed.node["name"]
        settings.set(name, flatten(name, parsed.node.get("args", ()), Style()))
        answer = {"shown": settings.show(name)[1]}
    except SqlError as error:
        answer = {
            "sqlstate": error.sqlstate, "message": error.message, "detail": error.detail, "hint": error.hint,
        }  # fmt: skip
    if case["statement"] in OURS:
        assert answer["sqlstate"] == OURS[case["statement"]]
        return
    expected = {key: case[key] for key in ("sqlstate", "message", "detail", "hint", "shown") if key in case}
    if expected.get("shown") == "Etc/UTC":  # that PostgreSQL's default
        expected["shown"] = "UTC"
    if "notices" in case:  # the session truncates application_name and says so
        expected.pop("shown")
        answer.pop("shown")
    assert answer == expected
