"""LIKE as GLOB gives what the regular expression gives, which recordings of PostgreSQL judge (tests/oracle/functions)."""

import random

import apsw
import pytest

from borealis.errors import InvalidEscapeSequence
from borealis.functions.implementation import Sql
from borealis.functions.install import install
from borealis.functions.strings import patterns

CHARACTERS = "aAbé*?[]%_1\\'^-\n"


@pytest.fixture(scope="module")
def connection():
    connection = apsw.Connection(":memory:")
    install(connection)
    return connection


def answer(ask):
    try:
        return ask()
    except InvalidEscapeSequence as error:
        return error.message


@pytest.mark.parametrize("seed", range(4))
def test_patterns_by_chance(connection, seed):
    chance = random.Random(seed)
    for _ in range(2_500):
        text = "".join(chance.choices(CHARACTERS, k=chance.randint(0, 7)))
        pattern = "".join(chance.choices(CHARACTERS + "%%_", k=chance.randint(0, 6)))
        expected = answer(lambda text=text, pattern=pattern: patterns.like(text, pattern))
        for known in (pattern, None):
            sql = patterns._globbed("?1", Sql("?2", constant=known))
            if sql is not None:
                given = (text, pattern) if "?2" in sql else (text,)
                found = answer(lambda sql=sql, given=given: connection.execute(f"SELECT {sql}", given).get)
                assert found == expected, (text, pattern, sql)


def test_a_long_pattern_is_left_to_the_expression():
    assert patterns.glob("%" + "a" * patterns.GLOB_CHARACTERS_MAX) is None
