"""Large statements are parsed on a stack of their own: libpg_query walks trees without looking how deep it is.

A sum of a hundred thousand terms is a tree as deep, and ended the process. On half a gibibyte of stack, of which only what is
walked is taken, libpg_query comes to its own end: stack depth limit exceeded. What could be deeper than that, and would take
gigabytes, is refused unread.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TypeVar

from borealis.sql.additions import after_comment

LARGE_CHARACTERS = 100_000
"""Smaller ones cannot be too deep for the stack there is."""

STACK_BYTES = 512 << 20

TERM_CHARACTERS_MAX = 1_000_000
"""Of what stands between two commas, without literals, comments and white space: half as many levels at the most."""

_SKIPPED = re.compile(
    r"""(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*'"""
    r"""|'[^']*'|"[^"]*\""""
    r"""|(?<![\w$])(?P<quote>\$(?:[^\W\d]\w*)?\$).*?(?P=quote)"""
    r"""|--[^\n]*|/\*|\s+""",
    re.DOTALL,
)
_BETWEEN = re.compile("[,;]")

T = TypeVar("T")


def is_too_deep(text: str) -> bool:
    """Return whether a text may be nested deeper than the large stack goes."""
    return max(map(len, _BETWEEN.split(_bare(text)))) > TERM_CHARACTERS_MAX


def _bare(text: str) -> str:
    """Return a text without its literals, comments and white space. What is hidden here is not looked at, so nothing else may be."""
    if "/*" not in text:
        return _SKIPPED.sub("", text)
    found, place = [], 0
    while (skipped := _SKIPPED.search(text, place)) is not None:
        found.append(text[place : skipped.start()])
        place = after_comment(text, skipped.end()) if skipped[0] == "/*" else skipped.end()
    return "".join((*found, text[place:]))


def on_large_stack(parse: Callable[[], T]) -> T:
    """Call a function in a thread with a large stack; raises what it raises."""
    answers: list[T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            answers.append(parse())
        except Exception as error:  # noqa: BLE001 - handed to whoever called
            errors.append(error)

    usual = threading.stack_size(STACK_BYTES)
    try:
        thread = threading.Thread(target=run, name="parse")
        thread.start()
    finally:
        threading.stack_size(usual)
    thread.join()
    if errors:
        raise errors[0]
    return answers[0]
