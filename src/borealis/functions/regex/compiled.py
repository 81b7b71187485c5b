"""One regular expression, ready to search. Compiled ones are kept, as PostgreSQL keeps its own."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from borealis.functions.regex import python_form
from borealis.functions.regex.automaton import NOWHERE, Automaton, anywhere
from borealis.functions.regex.matcher import Matcher, Spans
from borealis.functions.regex.options import Options
from borealis.functions.regex.parser import Parsed, parse, too_complex
from borealis.functions.regex.tree import REFERS, Part, build

_KEPT = 256
_PYTHON_STEPS_MAX = 10_000_000


class Regex:
    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self.group_count = parsed.group_count
        self._root = build(parsed.node)
        self._exponent = python_form.cost_exponent(parsed.node)
        pattern = python_form.pattern_of(parsed.node) if self._exponent is not None else None
        self._python = None if pattern is None else re.compile(pattern, re.DOTALL)
        self._is_python_exact = self._python is not None and python_form.has_one_way(parsed.node)

    @cached_property
    def _search(self) -> Automaton:
        return Automaton(anywhere(self._parsed.node), self._parsed.groups)

    @property
    def root(self) -> Part:
        return self._root

    def _suits_python(self, text: str) -> bool:
        return self._python is not None and len(text) ** (self._exponent or 1) <= _PYTHON_STEPS_MAX

    def matches(self, text: str) -> bool:
        """Return whether there is a match anywhere."""
        if self._suits_python(text):
            return self._python.search(text) is not None  # type: ignore[union-attr]
        if self._root.flags & REFERS:
            return self.find(text, 0) is not None
        return self._search.shortest(text, 0, 0, len(text)) != NOWHERE

    def find(self, text: str, start: int) -> Spans | None:
        """Return the spans of the first match from start on, and of its groups."""
        if self._is_python_exact and self._suits_python(text):
            found = self._python.search(text, start)  # type: ignore[union-attr]
            if found is None:
                return None
            return [span if span[0] >= 0 else None for span in found.regs]
        # Where the first match ends that could be, no later one begins before a match does.
        last = self._search.shortest(text, start, start, len(text))
        if last == NOWHERE:
            return None
        if self._root.flags & REFERS:
            last = len(text)
        parsed = self._parsed
        matcher = Matcher(
            self._root, parsed.groups, self.group_count, text, ignores_case=parsed.options.ignores_case
        )
        return matcher.find(start, last)


@lru_cache(maxsize=_KEPT)
def compiled(pattern: str, options: Options) -> Regex:
    """Return an expression. Raises InvalidRegularExpression 2201B."""
    try:
        return Regex(parse(pattern, options))
    except RecursionError:
        raise too_complex() from None
