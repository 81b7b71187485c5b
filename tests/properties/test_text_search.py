"""Documents are the sum of their tokens, queries what their binary form says, and both have texts that read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from borealis.functions.text_search.word_parser import tokens
from borealis.functions.text_search.word_states import KINDS
from borealis.types import oids
from borealis.types.base import Style
from borealis.types.registry import type_of
from borealis.types.text_search.query import Operand, Operator, negation, pack, text, unpack

PIECES = ["a", "Foo", "1", "-", "_", ".", "@", "/", ":", "//", "<b>", "<", ">", "<!--", "-->", "&", ";", "#", "~", "é", " ", "'", '"', "="]  # fmt: skip
WHOLES = {KINDS[alias] for alias in ("url", "numhword", "asciihword", "hword")}
words = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=5)
operands = st.builds(Operand, words, st.integers(0, 15), st.booleans())
queries = st.recursive(
    operands,
    lambda inner: st.one_of(
        st.builds(negation, inner),
        st.builds(Operator, st.sampled_from(["&", "|"]), inner, inner),
        st.builds(Operator, st.just("<->"), inner, inner, st.integers(0, 16_384)),
    ),
    max_leaves=8,
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_tokens_that_have_no_parts_are_the_document(document):
    assert "".join(token for kind, token in tokens(document) if kind not in WHOLES) == document


@given(queries)
def test_a_query_is_what_its_binary_form_says(query):
    type_, value = type_of(oids.TSQUERY), pack(query)
    assert unpack(value) == query
    assert type_.decode_binary(type_.encode_binary(value)) == value


@given(queries)
def test_the_text_of_a_query_reads_back_to_the_same_text(query):
    type_ = type_of(oids.TSQUERY)
    shown = text(query)
    assert type_.encode_text(type_.decode_text(shown, Style()), Style()) == shown
