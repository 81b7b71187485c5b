"""Dates, times, intervals: what must hold between the functions, whatever the values."""

from __future__ import annotations

import apsw
from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.functions.datetime import intervals, limits, moments, truncation
from borealis.functions.formatting.functions import timestamp_to_char, to_timestamp
from borealis.functions.implementation import EMITTERS, Context, Sql
from borealis.functions.install import install
from borealis.types.interval import KEY_BYTES, pack, unpack

TIMESTAMPS = st.integers(limits.TIMESTAMP_MIN, limits.TIMESTAMP_END - 1)
MODERN = st.integers(-63_082_281_600_000_000, 252_455_615_999_999_999)  # the years 1 to 9999
INTERVALS = st.builds(
    pack, st.integers(-1_000, 1_000), st.integers(-100_000, 100_000), st.integers(-(10**15), 10**15)
)
connection = apsw.Connection(":memory:")
install(connection)


@settings(max_examples=70, deadline=None)
@given(INTERVALS, INTERVALS)
def test_a_sum_less_one_part_is_the_other(a, b):
    assert intervals.interval_mi(intervals.interval_pl(a, b), b) == a


@settings(max_examples=70, deadline=None)
@given(INTERVALS)
def test_justified_intervals_are_equal_to_what_they_were(value):
    for justify in (
        intervals.interval_justify_hours,
        intervals.interval_justify_days,
        intervals.interval_justify_interval,
    ):
        assert justify(value)[:KEY_BYTES] == value[:KEY_BYTES]


@settings(max_examples=70, deadline=None)
@given(INTERVALS)
def test_a_justified_interval_has_one_sign_and_small_fields(value):
    months, days, us = unpack(intervals.interval_justify_interval(value))
    assert abs(days) < 30
    assert abs(us) < 86_400_000_000
    assert min(months, days, us) >= 0 or max(months, days, us) <= 0


@settings(max_examples=70, deadline=None)
@given(TIMESTAMPS, TIMESTAMPS)
def test_a_difference_added_gives_the_later_again(a, b):
    difference = b - a
    if -(2**63) <= difference < 2**63:
        assert moments.timestamp_pl_interval(a, moments.timestamp_mi(b, a)) == b


@settings(max_examples=100, deadline=None)
@given(
    TIMESTAMPS | st.sampled_from([limits.FOREVER, limits.NEVER]),
    st.sampled_from(["second", "minute", "hour", "day"]),
)
def test_native_truncation_is_the_functions(timestamp, unit):
    sql = EMITTERS["timestamp_trunc"]((Sql(f"'{unit}'", constant=unit), Sql("?1")))
    assert "CASE" in sql.text
    assert connection.execute(f"SELECT {sql.text}", (timestamp,)).get == truncation.timestamp_trunc_call(
        unit, timestamp
    )


@settings(max_examples=100, deadline=None)
@given(st.integers(limits.DATE_MIN - 5, limits.DATE_END + 5), st.integers(-400, 400))
def test_native_date_arithmetic_is_the_functions(date, days):
    from borealis.errors import DatetimeFieldOverflow
    from borealis.functions.datetime.days import date_shift

    sql = EMITTERS["date_pli"]((Sql("?1"), Sql("?2")))
    if not limits.DATE_MIN <= date < limits.DATE_END:
        return
    try:
        expected = date_shift(date, days)
    except DatetimeFieldOverflow as error:
        expected = error.message
    try:
        found = connection.execute(f"SELECT {sql.text}", (date, days)).get
    except DatetimeFieldOverflow as error:
        found = error.message
    assert found == expected


@settings(max_examples=70, deadline=None)
@given(TIMESTAMPS, st.sampled_from(["week", "month", "quarter", "year", "decade", "century", "millennium"]))
def test_truncation_goes_back_and_no_further_twice(timestamp, unit):
    cut = truncation.truncated_to(unit, timestamp)
    assert cut <= timestamp
    assert truncation.truncated_to(unit, cut) == cut


@settings(max_examples=70, deadline=None)
@given(MODERN)
def test_what_to_char_writes_to_timestamp_reads(timestamp):
    for template in (
        "YYYY-MM-DD HH24:MI:SS.US",
        "YYYYMMDDHH24MISSUS",
        "J SSSSS US",
        "IYYY-IW-ID HH12:MI:SS.US AM",
        "Dy, DD Month YYYY HH24:MI:SS.FF6",
        "DDD YYYY HH:MI:SS p.m. US",
    ):
        assert to_timestamp(Context(), timestamp_to_char(timestamp, template), template) == timestamp


DATES = st.integers(limits.DATE_MIN, limits.DATE_END - 1) | st.integers(-731_000, 2_923_000)


@settings(max_examples=300, deadline=None)
@given(
    DATES
    | st.sampled_from([limits.DATE_FOREVER, limits.DATE_NEVER, -730_120, -730_119, 2_921_939, 2_921_940]),
    st.sampled_from(["year", "month", "day", "MONTH", "doy"]),
)
def test_a_field_of_a_date_column_is_the_functions(date, field):
    text = EMITTERS["extract_date"]((Sql("?1", constant=field), Sql("d"))).text
    ((native, called),) = connection.execute(
        f"SELECT {text}, pg_field_of_date(?1, d) FROM (SELECT ?2 AS d)", (field, date)
    )
    assert native == called
