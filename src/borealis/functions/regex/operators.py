"""The operators ~ ~* !~ !~*: whether there is a match anywhere."""

from __future__ import annotations

from borealis.functions.implementation import scalar
from borealis.functions.regex.matching import regex


@scalar("textregexeq", "nameregexeq")
def matches(text: str, pattern: str) -> int:
    return regex(pattern)[0].matches(text)


@scalar("textregexne", "nameregexne")
def does_not_match(text: str, pattern: str) -> int:
    return not regex(pattern)[0].matches(text)


@scalar("texticregexeq", "nameicregexeq")
def matches_in_any_case(text: str, pattern: str) -> int:
    return regex(pattern, "i")[0].matches(text)


@scalar("texticregexne", "nameicregexne")
def does_not_match_in_any_case(text: str, pattern: str) -> int:
    return not regex(pattern, "i")[0].matches(text)
