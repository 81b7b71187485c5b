"""The match and its groups: the leftmost, then by the tree of preferences.

First the ends: the automaton tells for a beginning how far a match can reach. Then the groups: each part of the tree is
given its share of the text, and must be able to match all of it; where it cannot, the share is changed. Only back
references make a share fail that the automaton allowed, so all else is found at the first try.
Source: PostgreSQL 16 documentation 9.7.3.5.
"""

from __future__ import annotations

from collections.abc import Mapping

from borealis.functions.regex.automaton import NOWHERE, Automaton
from borealis.functions.regex.options import invalid
from borealis.functions.regex.syntax import UNLIMITED, Node
from borealis.functions.regex.tree import REFERS, SHORTER, Kind, Part

Span = tuple[int, int]
_STEPS_MAX = 500_000  # about a second
_CHARACTERS_PER_STEP = 32

Spans = list[Span | None]
"""Where the whole match stands, then each group; None where a group took no part."""


class Matcher:
    def __init__(
        self, root: Part, groups: Mapping[int, Node], count: int, text: str, *, ignores_case: bool
    ) -> None:
        self._root = root
        self._groups = groups
        self._text = text
        self._ignores_case = ignores_case
        self._spans: Spans = [None] * (count + 1)
        self._steps = 0

    def spend(self, automaton: Automaton) -> None:
        """Count a question answered. Back references can ask more than anyone would wait for: 2201B then."""
        self._steps += 1 + automaton.scanned // _CHARACTERS_PER_STEP
        if self._steps > _STEPS_MAX:
            raise invalid("regular expression is too complex")

    def longest(self, automaton: Automaton, begin: int, limit: int) -> int:
        found = automaton.longest(self._text, begin, limit)
        self.spend(automaton)
        return found

    def shortest(self, automaton: Automaton, begin: int, least: int, limit: int) -> int:
        found = automaton.shortest(self._text, begin, least, limit)
        self.spend(automaton)
        return found

    def find(self, start: int, last: int) -> Spans | None:
        """Return the spans of the leftmost match that begins from start to last."""
        text, automaton = self._text, self._root.automaton(self._groups)
        shorter = bool(self._root.flags & SHORTER)
        for begin in range(start, last + 1):
            end = self._end(automaton, begin, begin, len(text), shorter=shorter)
            while end != NOWHERE:
                self._spans = [None] * len(self._spans)
                if self._dissect(self._root, begin, end):
                    self._spans[0] = (begin, end)
                    return self._spans
                # A back reference does not fit: the next longer or shorter match may.
                if not self._root.flags & REFERS or (end == len(text) if shorter else end == begin):
                    break
                end = (
                    self.shortest(automaton, begin, end + 1, len(text))
                    if shorter
                    else self.longest(automaton, begin, end - 1)
                )
        return None

    def _end(self, automaton: Automaton, begin: int, least: int, limit: int, *, shorter: bool) -> int:
        if shorter:
            return self.shortest(automaton, begin, least, limit)
        return self.longest(automaton, begin, limit)

    def _fits(self, part: Part, begin: int, end: int) -> bool:
        return self.longest(part.automaton(self._groups), begin, end) == end

    def _dissect(self, part: Part, begin: int, end: int) -> bool:
        match part.kind:
            case Kind.LEAF:
                found = True
            case Kind.CONCAT:
                found = self._concat(part, begin, end)
            case Kind.ALTERNATION:
                found = any(
                    self._fits(child, begin, end) and self._dissect(child, begin, end)
                    for child in part.children
                )
            case Kind.REPEAT:
                found = self._repeat(part, begin, end)
            case Kind.REFERENCE:
                found = self._reference(part, begin, end)
            case Kind.WRAPPER:
                found = self._dissect(part.children[0], begin, end)
        if found and part.group:
            self._spans[part.group] = (begin, end)
        return found

    def _forget(self, part: Part) -> None:
        for number in part.groups():
            self._spans[number] = None

    def _concat(self, part: Part, begin: int, end: int) -> bool:
        left, right = part.children
        automaton, shorter = left.automaton(self._groups), left.prefers_shorter
        middle = self._end(automaton, begin, begin, end, shorter=shorter)
        while middle != NOWHERE:
            if self._fits(right, middle, end):
                if self._dissect(left, begin, middle) and self._dissect(right, middle, end):
                    return True
            if middle == (end if shorter else begin):
                return False
            middle = (
                self.shortest(automaton, begin, middle + 1, end)
                if shorter
                else self.longest(automaton, begin, middle - 1)
            )
            self._forget(left)
            self._forget(right)
        return False

    def _reference(self, part: Part, begin: int, end: int) -> bool:
        span = self._spans[part.reference]
        if span is None:
            return False
        wanted = self._text[span[0] : span[1]]
        if begin == end and part.least == 0:
            return True
        if not wanted:
            return begin == end
        count, rest = divmod(end - begin, len(wanted))
        if rest or not part.least <= count or (part.most != UNLIMITED and count > part.most) or not count:
            return False
        return self._folded(self._text[begin:end]) == self._folded(wanted) * count

    def _folded(self, text: str) -> str:
        if not self._ignores_case:
            return text
        return "".join(
            chr(code + 32) if 65 <= (code := ord(character)) <= 90 else character for character in text
        )

    def _repeat(self, part: Part, begin: int, end: int) -> bool:
        """Divide the text among repetitions, each as long (or as short) as it can be; go back where that fails."""
        (child,) = part.children
        may_be_none = part.least == 0 and begin == end
        if may_be_none and child.prefers_shorter:
            return True
        most = end - begin
        if part.most != UNLIMITED:
            most = min(most, part.most)
        most = max(most, part.least)
        least = max(part.least, 1)
        # One empty repetition is preferred to none, unless what is repeated prefers less.
        return _Division(self, child, begin, end, least, most).find() or may_be_none


class _Division:
    """The search for ends[1] … ends[k], where the repetitions of one part end; ends[0] is where they begin."""

    def __init__(self, matcher: Matcher, child: Part, begin: int, end: int, least: int, most: int) -> None:
        self._matcher = matcher
        self._child = child
        self._begin, self._end, self._least, self._most = begin, end, least, most
        self._automaton = child.automaton(matcher._groups)  # noqa: SLF001 - its own helper
        self._shorter = child.prefers_shorter
        self._ends = [begin] + [0] * (most + 1)
        self._verified = 0

    def find(self) -> bool:
        k = 1
        bound = self._begin if self._shorter else self._end
        while k > 0:
            place = self._place(k, bound)
            self._ends[k] = place
            self._verified = min(self._verified, k - 1)
            if place == NOWHERE:
                k -= 1
            elif place != self._end:
                if k < self._most and self._is_worthwhile(k):
                    k += 1
                    bound = self._ends[k - 1] if self._shorter else self._end
                    continue
                if k >= self._most and not self._shorter:
                    k -= 1
            elif k >= self._least:
                failed = self._verify(k)
                if failed == 0:
                    return True
                k = failed
            k, bound = self._back(k)
        return False

    def _place(self, k: int, bound: int) -> int:
        """Return the k-th repetition's end: at most at the bound, or, where shorter is preferred, at least."""
        start = self._ends[k - 1]
        if not self._shorter:
            return self._matcher.longest(self._automaton, start, bound)
        if k == self._most:
            # The last one there may be has to reach the end.
            return (
                self._end
                if self._matcher.longest(self._automaton, start, self._end) == self._end
                else NOWHERE
            )
        return self._matcher.shortest(self._automaton, start, bound, self._end)

    def _is_worthwhile(self, k: int) -> bool:
        """An empty repetition serves only where the least number cannot be had otherwise."""
        if self._ends[k] != self._ends[k - 1]:
            return True
        return k < self._least and self._least - k >= self._end - self._ends[k]

    def _verify(self, k: int) -> int:
        """Return 0 if every repetition can be dissected, else which one cannot."""
        for n in range(self._verified + 1, k + 1):
            self._matcher._forget(self._child)  # noqa: SLF001
            if not self._matcher._dissect(self._child, self._ends[n - 1], self._ends[n]):  # noqa: SLF001
                return n
            self._verified = n
        return 0

    def _back(self, k: int) -> tuple[int, int]:
        """Return the last repetition that can be tried otherwise, and its new bound; 0 if there is none."""
        while k > 0:
            before, own = self._ends[k - 1], self._ends[k]
            if self._shorter:
                if own != NOWHERE and own < self._end and k < self._most:
                    return k, own + 1
            elif own > before:
                bound = own - 1
                if bound > before or (k < self._least and self._least - k >= self._end - before):
                    return k, bound
            k -= 1
        return 0, 0
