"""The native form of a numeric operation on scaled integers gives the number Python computes from decimal text.

The Python form is judged by PostgreSQL (tests/oracle/functions); here both are emitted over a column and compared, display
scale included. Columns hold the ends of their range as often as anything else.
"""

from __future__ import annotations

from decimal import Decimal

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.errors import SqlError
from borealis.functions import lookup
from borealis.functions.implementation import Sql, plain
from borealis.functions.install import install
from borealis.functions.numeric.index_key import numeric_key
from borealis.functions.numeric.representation import fixed_text, store
from borealis.functions.ordering import compare_numerics
from borealis.functions.signatures import functions
from borealis.types.base import FixedNumeric

CONNECTION = apsw.Connection(":memory:")
install(CONNECTION)

SCALES = st.sampled_from([(4, 2), (9, 0), (10, 2), (18, 6), (18, 0), (18, 18), (5, 5)])


@st.composite
def fixed_values(draw):
    precision, scale = draw(SCALES)
    bound = 10**precision - 1
    value = draw(
        st.one_of(
            st.sampled_from([0, 1, -1, 5, -5, bound, -bound, 10**scale, bound // 2]),
            st.integers(-bound, bound),
        )
    )
    value = max(min(value, bound), -bound)
    return value, FixedNumeric(scale, bound)


def function(signature):
    return next(f for f in functions().values() if lookup.signature_key(f) == signature)


BINARY = [
    function(f"numeric_{name}(numeric,numeric)")
    for name in ("add", "sub", "mul", "div", "mod", "eq", "ne", "lt", "le", "gt", "ge", "larger", "smaller")
]
UNARY = [
    function(f"{name}(numeric)")
    for name in (
        "numeric_uminus",
        "numeric_abs",
        "sign",
        "round",
        "trunc",
        "ceil",
        "floor",
        "int2",
        "int4",
        "int8",
        "float8",
    )
]


def text_of(value, kind):
    return fixed_text(value, kind.scale) if kind.scale else str(value)


def run(sql, values):
    """Return the expression's value over a row of columns a, b; an error as its class and message."""
    columns = ", ".join(f"?{n} AS {name}" for n, name in enumerate("abcd"[: len(values)], 1))
    try:
        ((answer,),) = CONNECTION.execute(f"SELECT {sql.text} FROM (SELECT {columns})", values)
    except SqlError as error:
        return type(error), str(error)
    return answer


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(BINARY), fixed_values(), fixed_values())
def test_binary_operation(operation, left, right):
    (a, a_kind), (b, b_kind) = left, right
    native = plain(lookup.emit(operation, (Sql("a", a_kind), Sql("b", b_kind))))
    general = lookup.emit(operation, (Sql("c"), Sql("d")))
    values = (a, b, text_of(a, a_kind), text_of(b, b_kind))
    assert run(native, values) == run(general, values), native.text


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(BINARY),
    fixed_values(),
    st.one_of(st.decimals(allow_nan=True, allow_infinity=True, places=3), st.integers()),
)
def test_one_side_is_decimal_text(operation, left, right):
    a, a_kind = left
    text = (
        format(right, "f")
        if isinstance(right, Decimal) and right.is_finite()
        else str(right).replace("sNaN", "NaN")
    )
    text = text.replace("-NaN", "NaN")
    values = (a, text, text_of(a, a_kind))
    for first, second, third, fourth in (
        (Sql("a", a_kind), Sql("b"), Sql("c"), Sql("b")),
        (Sql("b"), Sql("a", a_kind), Sql("b"), Sql("c")),
    ):
        native = plain(lookup.emit(operation, (first, second)))
        general = lookup.emit(operation, (third, fourth))
        assert run(native, values) == run(general, values), native.text


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(UNARY), fixed_values())
def test_unary_operation(operation, operand):
    a, kind = operand
    native = plain(lookup.emit(operation, (Sql("a", kind),)))
    general = lookup.emit(operation, (Sql("b"),))
    values = (a, text_of(a, kind))
    assert run(native, values) == run(general, values), native.text


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["round", "trunc"]), fixed_values(), st.integers(-3, 20))
def test_rounding_to_places(name, operand, places):
    a, kind = operand
    operation = function(f"{name}(numeric,int4)")
    native = plain(lookup.emit(operation, (Sql("a", kind), Sql(str(places), constant=places))))
    general = lookup.emit(operation, (Sql("b"), Sql(str(places))))
    values = (a, text_of(a, kind))
    assert run(native, values) == run(general, values), native.text


@settings(max_examples=200, deadline=None)
@given(fixed_values(), SCALES)
def test_length_coercion(operand, target):
    a, kind = operand
    precision, scale = target
    typmod = (precision << 16 | scale) + 4
    operation = function("numeric(numeric,int4)")
    for source in (Sql("a", kind), Sql("b")):
        native = lookup.emit(operation, (source, Sql(str(typmod), constant=typmod)))
        assert isinstance(native.representation, FixedNumeric)
        general = lookup.emit(operation, (Sql("b"), Sql(str(typmod))))
        values = (a, text_of(a, kind))
        assert run(plain(native), values) == run(general, values), native.text


@settings(max_examples=200, deadline=None)
@given(
    st.lists(fixed_values(), min_size=1, max_size=6),
    st.sampled_from(["sum", "avg", "variance", "stddev_pop", "min", "max"]),
)
def test_aggregates(rows, name):
    kind = rows[0][1]
    values = [value for value, own in rows if own == kind]
    operation = function(f"{name}(numeric)")
    native = plain(lookup.emit_aggregate(operation, (Sql("a", kind),)))
    general = lookup.emit_aggregate(operation, (Sql("b"),))
    table = " UNION ALL ".join(f"SELECT {value} AS a, '{text_of(value, kind)}' AS b" for value in values)
    ((one, other),) = CONNECTION.execute(f"SELECT {native.text}, {general.text} FROM ({table})")
    assert one == other


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=8))
def test_sum_of_bigints_never_overflows(values):
    total = lookup.emit_aggregate(function("sum(int8)"), (Sql("a"),)).text
    table = " UNION ALL ".join(
        f"SELECT {value if value > -(2**63) else '-9223372036854775807 - 1'} AS a" for value in values
    )
    ((answer,),) = CONNECTION.execute(f"SELECT {total} FROM ({table})")
    assert int(answer) == sum(values)


@settings(max_examples=150, deadline=None)
@given(fixed_values())
def test_stored_and_loaded(operand):
    value, kind = operand
    ((stored,),) = CONNECTION.execute(
        f"SELECT {store(Sql('b'), kind).text} FROM (SELECT ? AS b)", (text_of(value, kind),)
    )
    assert stored == value


def test_nan_has_no_scaled_integer():
    with pytest.raises(SqlError, match="not supported"):
        list(CONNECTION.execute(f"SELECT {store(Sql('?1'), FixedNumeric(2, 999)).text}", ("NaN",)))


NUMERICS = st.sampled_from(
    ["NaN", "Infinity", "-Infinity", "0", "0.00", "-0.5", "-0.50", "100", "99.99999"]
) | st.builds(fixed_text, st.integers(-(10**30), 10**30) | st.integers(-2000, 2000), st.integers(1, 12))


@settings(max_examples=400, deadline=None)
@given(NUMERICS, NUMERICS)
def test_keys_sort_as_numerics_do(left, right):
    a, b = numeric_key(left), numeric_key(right)
    assert (a > b) - (a < b) == compare_numerics(left, right)


@given(NUMERICS)
def test_a_key_is_one_whatever_the_display_scale(value):
    assert numeric_key(value) == numeric_key(f"{value}{'0' if '.' in value else ''}")
