"""Patterns of policies: text with * (any number of characters), ? (one) and ${variables}.

    "arn:aws:s3:::b/${aws:username}/*"  ─▶  "arn:aws:s3:::b/", Variable("aws:username", None), ANY

What a variable stands for is taken literally: a user named "*" matches nobody else. ${*}, ${?} and ${$} are the characters
themselves. Matching goes back to the last * only, so its time is at most length times length, whatever the pattern.

Source: AWS's IAM documentation, "IAM policy elements: variables and tags".
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

Keys = Mapping[str, tuple[str, ...]]
"""A request's condition keys, by lower-case name."""

_TOKEN = re.compile(r"\$\{([^}]*)\}|[*?]")
_VARIABLE = re.compile(r"\s*([^,\s]+)\s*(?:,\s*'([^']*)'\s*)?")
_PATTERNS_CACHED = 4_096


class Wild(enum.Enum):
    ANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    key: str
    default: str | None


Part = str | Wild | Variable


@lru_cache(maxsize=_PATTERNS_CACHED)
def compile_pattern(text: str, has_variables: bool) -> tuple[Part, ...]:
    """Split a pattern at its wildcards and, where the policy's version knows them, its variables."""
    parts: list[Part] = []
    literal = ""
    at = 0
    for token in _TOKEN.finditer(text):
        part = _part(token, has_variables)
        literal += text[at : token.start()]
        at = token.end()
        if isinstance(part, str):
            literal += part
            continue
        if literal:
            parts.append(literal)
            literal = ""
        parts.append(part)
    literal += text[at:]
    if literal:
        parts.append(literal)
    return tuple(parts)


def _part(token: re.Match[str], has_variables: bool) -> Part:
    found = token.group()
    if found in {"*", "?"}:
        return Wild(found)
    inside = token.group(1)
    if not has_variables:
        return found
    if inside in {"*", "?", "$"}:
        return inside
    variable = _VARIABLE.fullmatch(inside)
    if variable is None:
        return found
    return Variable(variable.group(1).lower(), variable.group(2))


def resolve(parts: tuple[Part, ...], keys: Keys) -> list[str | Wild] | None:
    """Fill variables in; None if the request lacks the value of one, or has several."""
    resolved: list[str | Wild] = []
    for part in parts:
        if isinstance(part, Variable):
            values = keys.get(part.key)
            if values is not None and len(values) == 1:
                resolved.append(values[0])
            elif part.default is not None:
                resolved.append(part.default)
            else:
                return None
        else:
            resolved.append(part)
    return resolved


def matches(pattern: str, text: str, keys: Keys, *, has_variables: bool) -> bool:
    """Tell whether the text is one of those a pattern stands for."""
    resolved = resolve(compile_pattern(pattern, has_variables), keys)
    return resolved is not None and _match(resolved, text)


def equals(pattern: str, text: str, keys: Keys, *, has_variables: bool) -> bool:
    """Tell whether the text is the pattern's, its wildcards meaning themselves."""
    resolved = resolve(compile_pattern(pattern, has_variables), keys)
    if resolved is None:
        return False
    return "".join(part if isinstance(part, str) else part.value for part in resolved) == text


def _match(parts: list[str | Wild], text: str) -> bool:
    if parts == [Wild.ANY]:
        return True
    if Wild.ANY not in parts and Wild.ONE not in parts:
        return "".join(part for part in parts if isinstance(part, str)) == text
    items: list[str | Wild] = []
    for part in parts:
        if isinstance(part, Wild):
            items.append(part)
        else:
            items.extend(part)
    return _match_items(items, text)


def _match_items(items: list[str | Wild], text: str) -> bool:
    item = character = 0
    after_any = -1
    retry = 0
    while character < len(text):
        wanted = items[item] if item < len(items) else None
        if wanted is Wild.ANY:
            item += 1
            after_any, retry = item, character
        elif wanted is Wild.ONE or wanted == text[character]:
            item += 1
            character += 1
        elif after_any >= 0:
            retry += 1
            item, character = after_any, retry
        else:
            return False
    return all(rest is Wild.ANY for rest in items[item:])
