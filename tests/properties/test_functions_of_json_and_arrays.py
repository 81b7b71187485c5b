"""jsonb and arrays: orders that are orders, containment, what is set is got."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.functions.array.comparing import compare_arrays
from borealis.functions.array.joining import array_cat
from borealis.functions.array.searching import arraycontains
from borealis.functions.json.access import at_path, element, field
from borealis.functions.json.change import jsonb_delete, jsonb_pretty, jsonb_set
from borealis.functions.json.comparing import compare_jsonb, jsonb_contains
from borealis.functions.json.scan import dump, elements, load, members
from borealis.types import oids
from borealis.types.array import pack

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["1.0", "1.50"]).map(float)
    | st.text('ab\u00e9"\\', max_size=3)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "aa", ""]), inner, max_size=3)
    ),
    max_leaves=8,
)
DOCUMENTS = VALUES.map(lambda value: dump(load(json.dumps(value, ensure_ascii=False))))
INTEGERS = st.lists(st.none() | st.integers(-2, 2), max_size=4).map(pack)


@settings(max_examples=70, deadline=None)
@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_jsonb_has_one_order_but_for_empty_arrays(a, b, c):
    assert compare_jsonb(a, b) == -compare_jsonb(b, a)
    if "[]" in (a, b, c):
        return  # at the top, below every scalar: PostgreSQL's anomaly
    if compare_jsonb(a, b) <= 0 and compare_jsonb(b, c) <= 0:
        assert compare_jsonb(a, c) <= 0


@settings(max_examples=70, deadline=None)
@given(DOCUMENTS)
def test_a_document_contains_itself_and_its_parts_make_it_up(text):
    assert jsonb_contains(text, text)
    assert load(jsonb_pretty(text)) == load(text)
    if text.startswith("["):
        assert "[" + ", ".join(elements(text)) + "]" == text
        assert all(jsonb_contains(text, f"[{part}]") for part in elements(text))
        assert all(element(text, n) == part for n, part in enumerate(elements(text)))
    if text.startswith("{"):
        assert (
            "{"
            + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {part}" for key, part in members(text))
            + "}"
            == text
        )
        assert all(field(text, key) == part for key, part in members(text))


@settings(max_examples=70, deadline=None)
@given(DOCUMENTS.filter(lambda text: text.startswith("{")), st.sampled_from(["a", "z", ""]), DOCUMENTS)
def test_what_is_set_is_got_and_what_is_deleted_is_gone(text, key, new):
    changed = jsonb_set(text, pack([key]), new, 1)
    assert at_path(changed, [key]) == new
    assert field(jsonb_delete(changed, key), key) is None


@settings(max_examples=70, deadline=None)
@given(INTEGERS, INTEGERS, INTEGERS)
def test_arrays_have_one_order(a, b, c):
    assert compare_arrays(oids.INT4, a, b) == -compare_arrays(oids.INT4, b, a)
    if compare_arrays(oids.INT4, a, b) <= 0 and compare_arrays(oids.INT4, b, c) <= 0:
        assert compare_arrays(oids.INT4, a, c) <= 0


@settings(max_examples=100, deadline=None)
@given(INTEGERS, INTEGERS)
def test_an_array_contains_what_was_joined_to_it_without_nulls(a, b):
    without_nulls = pack([item for item in json.loads(b) if item is not None])
    assert arraycontains(array_cat(a, without_nulls), without_nulls, oids.INT4)
