"""What the functions see of time and chance comes from the Context alone."""

from __future__ import annotations

import random

import apsw
import pytest

from borealis.functions.install import install
from borealis.types.base import Style
from borealis.types.calendar import DAY_US, days_from_date

MOMENT = days_from_date(2024, 7, 1) * DAY_US + 45_296_000_007  # 12:34:56.000007


@pytest.fixture
def connection():
    return apsw.Connection(":memory:")


@pytest.fixture
def context(connection):
    context = install(connection)
    context.transaction_us, context.statement_us, context.clock_us = MOMENT, MOMENT + 1, lambda: MOMENT + 2
    return context


def value(connection, sql):
    return connection.execute(f"SELECT {sql}").get


def test_each_clock_is_its_own(connection, context):
    assert value(connection, "pg_now()") == MOMENT
    assert value(connection, "pg_statement_timestamp()") == MOMENT + 1
    assert value(connection, "pg_clock_timestamp()") == MOMENT + 2


def test_a_later_statement_sees_a_later_time(connection, context):
    value(connection, "pg_now()")
    context.transaction_us += 5
    assert value(connection, "pg_now()") == MOMENT + 5


def test_timeofday_is_in_the_sessions_zone(connection, context):
    context.style = Style(time_zone="Europe/Berlin")
    assert value(connection, "pg_timeofday()") == "Mon Jul 01 14:34:56.000009 2024 CEST"


def test_age_counts_from_the_last_local_midnight(connection, context):
    context.style = Style(time_zone="Pacific/Auckland")  # where it is the 2nd already
    yesterday = days_from_date(2024, 7, 1) * DAY_US
    assert value(connection, f"pg_age_timestamp({yesterday}) = pg_interval_mul(x'{_day().hex()}', 1.0)") == 1


def _day():
    from borealis.types.interval import pack

    return pack(0, 1, 0)


def test_a_shuffle_keeps_the_elements_and_follows_the_given_chance(connection, context):
    context.random_float = random.Random(4).random
    first = value(connection, "pg_array_shuffle('[1,2,3,4,5,6,7]')")
    context.random_float = random.Random(4).random
    assert value(connection, "pg_array_shuffle('[1,2,3,4,5,6,7]')") == first
    assert sorted(first) == sorted("[1,2,3,4,5,6,7]")
    assert first != "[1,2,3,4,5,6,7]"
