"""Python's re and our automata, held against each other; and what an expression may cost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.errors import InvalidRegularExpression
from borealis.functions.regex.automaton import NOWHERE
from borealis.functions.regex.compiled import compiled
from borealis.functions.regex.matcher import Matcher
from borealis.functions.regex.matching import matches, pieces, regex
from borealis.functions.regex.options import Options, from_flags
from borealis.functions.regex.parser import parse

ATOMS = st.sampled_from(
    ["a", "b", "c", ".", "[ab]", "[^a]", "\\w", "(a)", "(ab|c)", "(?:b|ca)", "(b|c)", "x"]
)
ANCHORS = st.sampled_from(["", "", "", "^", "$"])
QUANTIFIERS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,2}", "{2,}", "*?", "+?"])
PATTERNS = st.lists(st.builds("{}{}".format, ATOMS, QUANTIFIERS), min_size=1, max_size=4).map("".join)
TEXTS = st.text(alphabet="abcx", max_size=9)


def by_automata(pattern, text, start=0):
    parsed = parse(pattern, Options())
    expression = compiled(pattern, Options())
    matcher = Matcher(expression.root, parsed.groups, parsed.group_count, text, ignores_case=False)
    return matcher.find(start, len(text))


@settings(max_examples=100, deadline=None)
@given(PATTERNS, ANCHORS, TEXTS)
def test_both_engines_agree_on_whether_there_is_a_match(pattern, anchor, text):
    pattern = anchor + pattern if anchor == "^" else pattern + anchor
    expression = compiled(pattern, Options())
    assert expression.matches(text) == (expression._search.shortest(text, 0, 0, len(text)) != NOWHERE)


@settings(max_examples=100, deadline=None)
@given(PATTERNS, TEXTS)
def test_where_python_serves_for_groups_it_gives_the_same_groups(pattern, text):
    expression = compiled(pattern, Options())
    assert expression.find(text, 0) == by_automata(pattern, text)


def test_some_expressions_have_one_way_and_some_have_not():
    assert compiled("^(\\d+)-(\\d+)$", Options())._is_python_exact
    assert not compiled("foo|foobar", Options())._is_python_exact
    assert not compiled("a*?b", Options())._is_python_exact


@settings(max_examples=100, deadline=None)
@given(PATTERNS, TEXTS)
def test_pieces_and_matches_make_up_the_text(pattern, text):
    found, _ = regex(pattern)
    assert "".join(pieces(found, text)) == "".join(
        character
        for place, character in enumerate(text)
        if not any(begin <= place < end for begin, end in (spans[0] for spans in matches(found, text)))
    )


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+b", "a" * 20_000),
        ("(a|aa)+$", "a" * 5_000 + "b"),
        ("(a?){40}a{40}", "a" * 39),
        (".*.*.*x", "a" * 20_000),
    ],
)
def test_no_expression_without_back_references_takes_exponential_time(pattern, text):
    begun = time.process_time()
    assert not compiled(pattern, Options()).matches(text)
    assert time.process_time() - begun < 2


@pytest.mark.slow
def test_a_back_reference_that_asks_too_much_is_refused():
    found = compiled("((a*)(a*)(a*)(a*)(a*)(a*)(a*))\\1\\2\\3\\4\\5\\6\\7\\8b", Options())
    with pytest.raises(InvalidRegularExpression, match="too complex"):
        found.find("a" * 400 + "b", 0)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["(" * 30_000, "((a{255}){255}){255}b\\1"])
def test_too_large_an_expression_is_refused(pattern):
    with pytest.raises(InvalidRegularExpression):
        compiled(pattern, Options()).find("ab", 0)


def test_flags_are_read_from_left_to_right():
    options, is_global = from_flags("gic")
    assert is_global
    assert not options.ignores_case
