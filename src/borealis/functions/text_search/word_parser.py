"""The default parser: a document to tokens, each with its kind. Its states are in word_states.

It goes as far as it can and comes back to earlier places where that leads nowhere, so that `foo-bar.com` is a host though
it began as a hyphenated word. A hyphenated word and a URL are followed by their parts, read from the same place again.
"""

from __future__ import annotations

from collections.abc import Iterator

from borealis.errors import StatementTooComplex
from borealis.functions.text_search.word_states import BEYOND_ASCII, END, KINDS, Rule, states

_HOST, _URL_PATH = KINDS["host"], KINDS["url_path"]
_IGNORED = {"<script": True, "</script": False, "<style": True, "</style": False}


_Step = tuple[int, str]
"""A place of the text, and the state in which the parser comes there."""


class _Place:
    """Where the parser is, or would come back to."""

    __slots__ = ("at", "entered", "length", "resume", "state")

    def __init__(self, at: int, length: int, state: str, entered: list[_Step] | None = None) -> None:
        self.at = at
        self.length = length  # of the token as yet
        self.state = state
        self.entered = entered
        """The steps since a place was left for this one, None where it would not come back to that place."""
        self.resume = -1
        """The rule that was left from here; after coming back those behind it are looked at."""


class _Parser:
    def __init__(self, text: str, hosts: dict[int, int], at: int = 0, *, wants_host: bool = False) -> None:
        """hosts: the lengths of those known, 0 for none, by where they begin; shared by parsers of one text."""
        self._text = text
        self._hosts = hosts
        self._places = [_Place(at, 0, "base")]
        self._start = at
        self._wants_host = wants_host
        self._ignores = False
        self._dead: set[_Step] = set()
        """Steps that lead nowhere: each is made once, else repeated signs would take time by their square."""
        self._dead_end = at
        self.length = 0
        self.kind = 0

    def tokens(self) -> Iterator[tuple[int, str]]:
        while self.find():
            yield self.kind, self._text[self._start : self._start + self.length]

    def find(self) -> bool:
        """Find the next token: its kind and length."""
        text, end, known = self._text, len(self._text), states()
        place = self._places[-1]
        if place.at >= end:
            return False
        self._start = place.at
        place.resume = -1
        if self._dead and place.at > self._dead_end:
            self._dead.clear()
        while True:
            state = known[place.state]
            if state.run is not None and place.resume < 0:
                run = state.run.match(text, place.at)
                if run is not None:
                    place.length += run.end() - place.at
                    place.at = run.end()
            rule = self._rule(state.rules[_kind_of(text, place.at)], place)
            if rule.special:
                self._do(rule.special, place)
            entered = place.entered
            if rule.action == ">" and rule.state and entered is not None:
                step = (place.at + 1, rule.state)
                if step in self._dead and not self._wants_host:
                    place = self._back()
                    continue
                entered.append(step)
            is_token = rule.action[0] == "="
            if is_token:
                self.length, self.kind = place.length, rule.token
                place.length = 0
            is_at_end = place.at == end
            place = self._moved(rule, place)
            if rule.state:
                place.state = rule.state
            if is_token:
                return True
            if rule.action == "~":
                continue
            if place.at >= end:
                return False
            if rule.action != "<" and not is_at_end:
                place.at += 1
                place.length += 1

    def _rule(self, rules: tuple[Rule, ...], place: _Place) -> Rule:
        resume, place.resume = place.resume, -1
        for rule in rules:
            if rule.number <= resume or (rule.dynamic and not self._holds(rule.dynamic, place)):
                continue
            if rule.action == "+" and (place.at + 1, rule.state) in self._dead and not self._wants_host:
                continue
            return rule
        raise AssertionError(f"no rule of {place.state}")

    def _holds(self, test: str, place: _Place) -> bool:
        if test == "ignore":
            return self._ignores
        if test == "stop_host":
            was_wanted, self._wants_host = self._wants_host, False
            return was_wanted
        length = self._host_length(place.at) if test == "host" else self._url_path_length(place.at)
        place.at += length
        place.length += length
        return length > 0

    def _host_length(self, at: int) -> int:
        """Return the length of a host that begins here, 0 if none does."""
        if at not in self._hosts:
            inner = _Parser(self._text, self._hosts, at, wants_host=True)
            self._hosts[at] = inner.length if inner.find() and inner.kind == _HOST else 0
        return self._hosts[at]

    def _url_path_length(self, at: int) -> int:
        inner = _Parser(self._text, self._hosts, at)
        inner._places.append(_Place(at, 0, "url_path_first"))
        return inner.length if inner.find() and inner.kind == _URL_PATH else 0

    def _do(self, special: str, place: _Place) -> None:
        if special == "tag":
            tag = self._text[self._start : self._start + place.length].lower()
            self._ignores = _IGNORED.get(tag, self._ignores)
            return
        place.at -= place.length
        if special == "url":
            self._wants_host = True
        elif special == "version":
            place.length = 0

    def _moved(self, rule: Rule, place: _Place) -> _Place:
        """Return the place to go on from, the places to come back to being settled."""
        places = self._places
        match rule.action:
            case "<":
                return self._back()
            case "+":
                place.resume = rule.number
                entered = None if self._wants_host else [(place.at + 1, rule.state)]
                places.append(_Place(place.at, place.length, place.state, entered))
            case "^" | "=^":
                del places[-2]
                place.entered = None
            case "=*":
                del places[:-1]
            case "&":
                places.pop()
                places[-1].at, places[-1].length = place.at, place.length
        return places[-1]

    def _back(self) -> _Place:
        entered = self._places.pop().entered
        if entered is not None and not self._wants_host:
            self._dead.update(entered)
            self._dead_end = max(self._dead_end, entered[-1][0])
        return self._places[-1]


def _kind_of(text: str, at: int) -> int:
    if at == len(text):
        return END
    return min(ord(text[at]), BEYOND_ASCII)


def tokens(text: str) -> Iterator[tuple[int, str]]:
    """Yield the kind and text of each token. Together, tokens that are not parts of others are the whole text.

    Raises: StatementTooComplex 54001, where what might be addresses stands in addresses too deep.
    """
    try:
        yield from _Parser(text, {}).tokens()
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None
