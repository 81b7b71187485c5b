"""Statements as deep or as large as a message can be are answered; the process lives. They are parsed in a process of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent.parent / "src"
PROGRAM = """
from borealis.errors import SqlError
from borealis.sql.parse import parse
try:
    print(len(parse({text})))
except SqlError as error:
    print(error.sqlstate, error.message)
"""
TOO_DEEP = "54001 stack depth limit exceeded"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("'SELECT 1' + '+1' * 100_000", TOO_DEEP),
        ("'SELECT 1' + '+1' * 4_000_000", TOO_DEEP),
        ("'SELECT ' + '(' * 100_000 + '1' + ')' * 100_000", '42601 memory exhausted at or near "("'),
        ("'SELECT 1 IN (' + '1,' * 200_000 + '1)'", "1"),
        ("'SELECT ' + repr('x' * 9_000_000)", "1"),
        ("'SELECT 1' + ' ' * 2_000_000 + '+ 1'", "1"),
        ("'SELECT 1' + ' /* x */ ' * 300_000 + '+ 1'", "1"),
        ("'SELECT $a$' + '+1' * 3_000_000 + '$a$'", "1"),
        # What only looks like the beginning of a literal hides nothing.
        ('"SELECT E\'\\\\\'\' " + "+1" * 4_000_000 + "||\'\'"', TOO_DEEP),
        ("\"SELECT /* /* */ ' */ 1\" + '+1' * 4_000_000 + \"||''\"", TOO_DEEP),
        ("\"SELECT $$'$$ \" + '+1' * 4_000_000 + \"||''\"", TOO_DEEP),
        ('"SELECT 1 AS e$$, 1" + \'+1\' * 4_000_000 + " AS e$$"', TOO_DEEP),
        ("'-- ' + 'x' * 2_000_000 + chr(10) + 'SELECT 1'", "1"),
    ],
)
def test_large_texts(text, told):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(text=text)],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, told), done.stderr
