"""SIMILAR TO and substring(… similar … escape …): SQL's regular expressions, rewritten to PostgreSQL's.

% and _ as in LIKE, | * + ? {} () [] as in regular expressions; two escaped double quotes set apart what substring returns.
Source: PostgreSQL 16 documentation 9.7.2.
"""

from __future__ import annotations

from functools import lru_cache

from borealis.errors import InvalidEscapeSequence, InvalidUseOfEscapeCharacter
from borealis.functions.implementation import scalar
from borealis.functions.regex.functions import substring
from borealis.types.base import Value

_SEPARATORS = ("){1,1}?(", "){1,1}(?:")
"""The part before the first takes the least it can."""


@lru_cache(maxsize=256)
def translated(pattern: str, escape: str) -> str:
    if len(escape) > 1:
        raise InvalidEscapeSequence(
            "invalid escape string", hint="Escape string must be empty or one character."
        )
    out = ["^(?:"]
    separators, after_escape, in_bracket = 0, False, False
    for character in pattern:
        if after_escape:
            after_escape = False
            if character == '"' and not in_bracket:
                if separators == len(_SEPARATORS):
                    raise InvalidUseOfEscapeCharacter(
                        "SQL regular expression may not contain more than two escape-double-quote separators"
                    )
                out.append(_SEPARATORS[separators])
                separators += 1
            else:
                out.append("\\" + character)
        elif character == escape:
            after_escape = True
        elif in_bracket:
            out.append("\\\\" if character == "\\" else character)
            in_bracket = character != "]"
        else:
            out.append(_OUTSIDE.get(character, character))
            in_bracket = character == "["
    return "".join(out) + ")$"


_OUTSIDE = {"%": ".*", "_": ".", "(": "(?:", "\\": "\\\\", ".": "\\.", "^": "\\^", "$": "\\$"}


@scalar("similar_to_escape_1")
def similar_to(pattern: str) -> str:
    return translated(pattern, "\\")


@scalar("similar_to_escape_2")
def similar_to_with_escape(pattern: str, escape: str) -> str:
    return translated(pattern, escape)


@scalar("similar_escape", strict=False)
def similar_escape(pattern: str | None, escape: str | None) -> Value:
    """The older form: a NULL escape is the default one."""
    return None if pattern is None else translated(pattern, "\\" if escape is None else escape)


@scalar("substring(text,text,text)")
def substring_similar(text: str, pattern: str, escape: str) -> Value:
    return substring(text, translated(pattern, escape))
