"""Which words of a document make its headline.

A cover is a stretch that the query matches and no shorter one within it does. One headline is the best cover made longer or
shorter; fragments are several, cut at words that are wanted and stretched to both sides.
Source: PostgreSQL 16 documentation 12.3.4; recorded in tests/oracle/functions/text_search_headline.tsv.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from borealis.functions.text_search.headline_options import HeadlineOptions
from borealis.functions.text_search.headline_words import HeadlineWord, in_words
from borealis.functions.text_search.matching import Places, locations, matches
from borealis.types.text_search.query import Query

_END = 2**31 - 2


def choose(words: list[HeadlineWord], query: Query | None, options: HeadlineOptions) -> None:
    """Mark the words that are shown. Raises RecursionError."""
    choice = _Choice(words, query, options)
    if options.max_fragments:
        choice.show_fragments()
    else:
        choice.show_one()


@dataclass(slots=True)
class _Fragment:
    first: int  # words, by number
    last: int
    wanted: int  # how many words are
    length: int  # in words that count
    is_done: bool = False  # chosen, or in the way of one that is


class _Choice:
    def __init__(self, words: list[HeadlineWord], query: Query | None, options: HeadlineOptions) -> None:
        self._words = words
        self._query = query
        self._options = options
        self._wanted = [n for n, word in enumerate(words) if word.operand is not None]

    # covers

    def _covers(self) -> Iterator[tuple[int, int]]:
        """Yield first and last word of each cover, each beginning at a later lexeme."""
        if self._query is None:
            return
        found = locations(self._query, in_words(self._words))
        place = 0
        while found:
            end = max(_first_end(each, place) for each in found)
            if end == _END:
                return
            begin = max(min(_last_begin(each, end) for each in found), place)
            if begin <= end:
                span = self._span(begin, end)
                if span is not None and matches(self._query, in_words(self._words[span[0] : span[1] + 1])):
                    yield span
            place = begin + 1

    def _span(self, begin: int, end: int) -> tuple[int, int] | None:
        """Return the wanted words from one place to another."""
        first = bisect_left(self._wanted, begin, key=lambda n: self._words[n].place)
        behind = bisect_right(self._wanted, end, key=lambda n: self._words[n].place)
        return (self._wanted[first], self._wanted[behind - 1]) if first < behind else None

    # one headline

    def show_one(self) -> None:
        if self._options.highlight_all:
            self._show(0, len(self._words) - 1)
            return
        best: tuple[int, int] | None = None
        best_score = (False, -1, False)
        for first, last in self._covers():
            begin, end, wanted = self._fitted(first, last)
            covers = begin <= first and end >= last
            score = (covers, wanted, not self._is_bad_end(end))
            if best is None or score > best_score:
                best, best_score = (begin, end), score
        if best is None:
            best = (0, self._last_of_least())
        self._show(*best)

    def _fitted(self, first: int, last: int) -> tuple[int, int, int]:
        """Make a cover as long as a headline: return first and last word, and how many are wanted."""
        options, words = self._options, self._words
        begin = end = first
        length = wanted = 0
        at = first
        while at <= last and length < options.max_words:
            length += words[at].counts
            wanted += words[at].is_wanted
            end = at
            at += 1
        if length >= options.max_words:
            return self._shortened(begin, min(at, last), end, length, wanted)
        at -= 1
        while at < len(words) and length < options.max_words:
            if at > last:
                length += words[at].counts
                wanted += words[at].is_wanted
            end = at
            if not self._is_bad_end(at) and length >= options.min_words:
                break
            at += 1
        if length < options.min_words:
            begin, wanted = self._extended(first, length, wanted)
        return begin, end, wanted

    def _extended(self, first: int, length: int, wanted: int) -> tuple[int, int]:
        """Begin earlier, the document having ended: return the first word, and how many are wanted."""
        options = self._options
        for at in range(first - 1, -1, -1):
            length += self._words[at].counts
            wanted += self._words[at].is_wanted
            if length >= options.max_words:
                return at, wanted
            if not self._is_bad_end(at) and length >= options.min_words:
                return at, wanted
        return 0, wanted

    def _shortened(self, begin: int, at: int, end: int, length: int, wanted: int) -> tuple[int, int, int]:
        """End earlier, at a good word, unless too few were left."""
        while length > self._options.min_words and self._is_bad_end(at):
            length -= self._words[at].counts
            wanted -= self._words[at].is_wanted
            at -= 1
            end = at
        return begin, end, wanted

    # fragments

    def show_fragments(self) -> None:
        fragments = [piece for first, last in self._covers() for piece in self._cut(first, last)]
        for _ in range(self._options.max_fragments):
            left = [each for each in fragments if not each.is_done]
            if not left:
                break
            best = max(left, key=lambda each: (each.wanted, -each.length))
            begin, end = self._stretched(best)
            self._show(begin, end)
            for each in fragments:
                if each is best or (each.first <= end and each.last >= begin):
                    each.is_done = True
            best.first, best.last = begin, end
        if not any(word.is_shown for word in self._words):
            self._show(0, self._last_of_least())

    def _cut(self, first: int, last: int) -> Iterator[_Fragment]:
        """Cut a cover into pieces of no more than max_words that begin and end with wanted words."""
        words = self._words
        while first <= last:
            while first < last and not words[first].is_wanted:
                first += 1
            at, length, wanted = first, 0, 0
            while at <= last and length < self._options.max_words:
                length += words[at].counts
                wanted += words[at].is_wanted
                at += 1
            end = last
            if last > at:
                end = at
                while not words[end].is_wanted and end > first:
                    length -= words[end].counts
                    end -= 1
            yield _Fragment(first, end, wanted, length)
            first = end + 1

    def _stretched(self, fragment: _Fragment) -> tuple[int, int]:
        options, words = self._options, self._words
        begin, end, length = fragment.first, fragment.last, fragment.length
        if length >= options.max_words:
            return begin, end
        most, grown = (options.max_words - length) // 2, 0
        while begin > 0 and grown < most and not words[begin - 1].is_shown:
            begin -= 1
            length += words[begin].counts
            grown += words[begin].counts
        while begin < fragment.first and self._is_bad_end(begin):
            length -= words[begin].counts
            begin += 1
        while end + 1 < len(words) and length < options.max_words and not words[end + 1].is_shown:
            end += 1
            length += words[end].counts
        while end > fragment.last and self._is_bad_end(end):
            end -= 1
        return begin, end

    # both

    def _is_bad_end(self, number: int) -> bool:
        return self._words[number].is_bad_end(self._options.short_word)

    def _last_of_least(self) -> int:
        """Return the last word of a headline of min_words from the document's begin."""
        length, last = 0, -1
        for n, word in enumerate(self._words):
            if length >= self._options.min_words:
                break
            length += word.counts
            last = n
        return last

    def _show(self, first: int, last: int) -> None:
        for word in self._words[first : last + 1]:
            word.show(highlights_all=self._options.highlight_all)


def _first_end(found: Places, place: int) -> int:
    """Return the end of the first match that ends at a place or behind it, _END where there is none."""
    at = bisect_left(found.places, place)
    return found.places[at] if at < len(found.places) else _END


def _last_begin(found: Places, end: int) -> int:
    """Return the begin of the last match that begins at or before a place, -1 where there is none."""
    at = bisect_right(found.places, end + found.width)
    return found.places[at - 1] - found.width if at else -1
