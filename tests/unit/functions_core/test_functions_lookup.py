"""From a bound function to SQLite text: what is found, how it is written, what is refused."""

from __future__ import annotations

import apsw
import pytest

from borealis.errors import DivisionByZero, FeatureNotSupported, NumericValueOutOfRange
from borealis.functions import lookup
from borealis.functions.implementation import Sql
from borealis.functions.install import install
from borealis.functions.signatures import functions
from borealis.types import oids
from borealis.types.base import PLAIN, FixedNumeric


def function(signature):
    name = signature.partition("(")[0]
    (found,) = [f for f in functions().values() if f.name == name and lookup.signature_key(f) == signature]
    return found


@pytest.fixture
def connection():
    connection = apsw.Connection(":memory:")
    install(connection)
    return connection


def test_scalar_is_called_by_its_name():
    sql = lookup.emit(function("split_part(text,text,int4)"), (Sql("c1"), Sql("?1"), Sql("2")))
    assert sql.text == "pg_split_part(c1, ?1, 2)"


def test_function_without_implementation_is_refused_by_name():
    with pytest.raises(FeatureNotSupported, match="^function pg_column_size not supported$"):
        lookup.emit(function("pg_column_size(any)"), (Sql("1"),))


@pytest.mark.parametrize(
    "signature",
    [
        "pg_advisory_lock(int8)",
        "pg_try_advisory_lock(int8)",
        "pg_notify(text,text)",
        "lo_create(oid)",
        "pg_cancel_backend(int4)",
    ],
)
def test_functions_that_dsql_blocks(signature):
    name = signature.partition("(")[0]
    blocked = function(signature)
    assert not lookup.is_supported(blocked)
    with pytest.raises(FeatureNotSupported, match=f"^function {name} not supported$"):
        lookup.emit(blocked, tuple(Sql("1") for _ in blocked.args))


def test_error_raised_in_a_function_comes_out_of_the_cursor_as_it_is(connection):
    with pytest.raises(DivisionByZero) as raised:
        list(connection.execute("SELECT pg_numeric_div('1.0', '0')"))
    assert raised.value.sqlstate == "22012"


def test_error_raised_in_the_middle_of_a_scan_comes_out_as_it_is(connection):
    rows = connection.execute("SELECT pg_int4_range(c1 * 1000000000) FROM pg_generate_series_int4(1, 5)")
    assert next(rows) == (1_000_000_000,)
    assert next(rows) == (2_000_000_000,)
    with pytest.raises(NumericValueOutOfRange, match="^integer out of range$"):
        next(rows)


def test_aggregate_with_everything_around_it():
    sql = lookup.emit_aggregate(
        function("sum(int4)"), (Sql("c2"),), distinct=True, filter="c3 > 1", over="PARTITION BY c4"
    )
    assert sql.text == "sum(DISTINCT c2) FILTER (WHERE c3 > 1) OVER (PARTITION BY c4)"


def test_window_without_partition_or_order_and_a_named_one():
    count = function("count()")
    assert (
        lookup.emit_aggregate(count, (), over="ROWS 1 PRECEDING").text == "count(*) OVER (ROWS 1 PRECEDING)"
    )
    assert lookup.emit_window(function("rank()"), (), "w").text == "rank() OVER w"


def test_scaled_integers_are_summed_natively_in_halves():
    balance = Sql("c2", FixedNumeric(6, 10**18 - 1))
    sql = lookup.emit_aggregate(function("sum(numeric)"), (balance,))
    assert sql == Sql("pg_sum_halves(sum(c2 >> 32), sum(c2 & 4294967295), 6)", PLAIN)


def test_extremes_keep_the_representation():
    price = Sql("c2", FixedNumeric(2, 10**10 - 1))
    assert lookup.emit_aggregate(function("max(numeric)"), (price,)) == Sql("max(c2)", price.representation)


def test_distinct_sum_of_equal_numerics_counts_them_once(connection):
    sql = lookup.emit_aggregate(function("sum(numeric)"), (Sql("x"),), distinct=True).text
    rows = connection.execute(
        f"SELECT {sql} FROM (SELECT '1.0' AS x UNION ALL SELECT '1.00' UNION ALL SELECT '2')"
    )
    assert list(rows) == [("3.0",)]


def test_distinct_of_several_arguments(connection):
    sql = lookup.emit_aggregate(function("string_agg(text,text)"), (Sql("x"), Sql("y")), distinct=True).text
    pairs = "SELECT column1 AS x, column2 AS y FROM (VALUES ('b', '-'), ('a', '+'), ('b', '-'), ('b', '+'))"
    rows = connection.execute(f"SELECT {sql} FROM ({pairs})")
    assert list(rows) == [("a+b-b",)]


def test_set_returning_function_sees_its_neighbours_columns(connection):
    call = lookup.emit_rows(function("generate_series(int4,int4)"), (Sql("1"), Sql("a.c1")))
    rows = connection.execute(
        f"SELECT a.c1, b.c1 FROM pg_generate_series_int4(1, 3) AS a CROSS JOIN {call} AS b"
    )
    assert list(rows) == [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3)]


def test_set_returning_function_of_a_null_gives_no_rows(connection):
    assert list(connection.execute("SELECT c1 FROM pg_generate_series_int4(1, NULL)")) == []


def test_limit_stops_a_long_series(connection):
    rows = connection.execute("SELECT c1 FROM pg_generate_series_int8(1, 9223372036854775807) LIMIT 2")
    assert list(rows) == [(1,), (2,)]


def test_random_values_come_from_the_context(connection):
    context = install(connection)
    context.random_bytes = lambda count: b"\xff" * count
    context.random_float = lambda: 0.25
    ((uuid, number),) = connection.execute("SELECT pg_gen_random_uuid(), pg_drandom()")
    assert uuid.hex() == "ffffffffffff4fffbfffffffffffffff"
    assert number == 0.25


def test_random_is_drawn_anew_for_each_row(connection):
    context = install(connection)
    drawn = iter(range(10))
    context.random_float = lambda: float(next(drawn))
    rows = connection.execute("SELECT pg_drandom() FROM pg_generate_series_int4(1, 3)")
    assert list(rows) == [(0.0,), (1.0,), (2.0,)]


def test_two_connections_have_contexts_of_their_own():
    one, other = apsw.Connection(":memory:"), apsw.Connection(":memory:")
    install(one).current_user = "ann"
    install(other).current_user = "bob"
    assert list(one.execute("SELECT pg_current_user()")) == [("ann",)]
    assert list(other.execute("SELECT pg_current_user()")) == [("bob",)]


def test_version_is_dsqls():
    assert lookup.emit(function("version()"), ()).text == "'PostgreSQL 16'"


def test_every_key_names_a_function_of_postgresql():
    """An implementation under a misspelt key would never be found; helpers of ours are called by emitted text alone."""
    from borealis.functions import implementation

    known = {f.source for f in functions().values()} | {lookup.signature_key(f) for f in functions().values()}
    known |= {lookup.signature_key(f.given_array()) for f in functions().values() if f.variadic == oids.ANY}
    assert {key for key in implementation.EMITTERS if key not in known} == {"dsql_major_version"}
    helpers = {"sum_integers", "distinct_sum(interval)", "distinct_avg(interval)"}
    assert {key for key in implementation.AGGREGATES if key not in known} <= helpers
    assert {key for key in implementation.TYPED_EMITTERS if key not in known} == set()
    others = {key for key in implementation.SET_RETURNING if key not in known}
    assert {key for key in others if not key.startswith("system_pg_")} == {"rows_from"}
