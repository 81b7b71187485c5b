"""Texts to tsqueries: the type's own, what to_tsquery reads, a plain document, and what is typed into a search box.

    read            'fat' & ( rat | !cat:*B ) <2> dog      the type's text, and to_tsquery's
    read_plain      fat rats                               one operand that becomes several words
    read_web        "fat rat" or cat -dog                  websearch_to_tsquery: never an error

An operand of the type is the lexeme itself; for the functions `expand` makes lexemes of it, none of a stop word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from borealis.errors import (
    InternalError,
    InvalidParameterValue,
    ProgramLimitExceeded,
    StatementTooComplex,
    SyntaxError_,
)
from borealis.types.text_search.lexeme_reader import BLANKS, DIGITS, SIGNS, LexemeReader
from borealis.types.text_search.limits import LEXEME_BYTES_END, POSITION_END, TEXT_BYTES_MAX
from borealis.types.text_search.query import PRIORITY, Operand, Operator, Query, checked, negation
from borealis.types.text_search.stop_words import STOP, without_stop_words

_WEIGHTS = {"a": 8, "A": 8, "b": 4, "B": 4, "c": 2, "C": 2, "d": 1, "D": 1}
_OPERATORS_MAX = 32
"""Operators that may wait for their right operand at one level of parentheses."""


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    weights: int = 0
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class _Sign:
    """An operator, `(`, `)`, or `stop`, where an operand is missing."""

    kind: str
    distance: int = 0


_Tokens = Iterator[_Word | _Sign]
Expand = Callable[[str], list[str]]


def read(text: str, expand: Expand | None = None) -> Query | None:
    """Raises SyntaxError_ 42601, InvalidParameterValue 22023, ProgramLimitExceeded 54000."""
    return _Builder(text, expand, "<->").build(_Tokenizer(text).tokens())


def read_plain(text: str, expand: Expand, joined_by: str) -> Query | None:
    """joined_by: `&` or `<->` between the words. Raises ProgramLimitExceeded 54000."""
    return _Builder(text, expand, joined_by).build(iter([_Word(text)] if text else []))


def read_web(text: str, expand: Expand) -> Query | None:
    """Raises ProgramLimitExceeded 54000."""
    return _Builder(text, expand, "<->").build(_WebTokenizer(text).tokens())


class _Tokenizer:
    def __init__(self, text: str) -> None:
        self._reader = LexemeReader(text, "tsquery")
        self._depth = 0

    def tokens(self) -> _Tokens:
        reader = self._reader
        is_first = wants_operand = True
        while True:
            char = reader.peek()
            if char and char in BLANKS:
                reader.at += 1
            elif not wants_operand:
                sign = self._operator(char)
                if sign is None:
                    return
                wants_operand = sign.kind != ")"
                yield sign
            elif char in ("!", "("):
                reader.at += 1
                is_first = False
                self._depth += char == "("
                yield _Sign(char)
            elif char == ":":
                raise reader.syntax_error()
            else:
                found = reader.next()
                if found is None:
                    if is_first:
                        return
                    raise SyntaxError_(f'no operand in tsquery: "{reader.text}"')
                is_first = wants_operand = False
                yield _Word(found[0], *self._modifiers())

    def _operator(self, char: str) -> _Sign | None:
        """Return what stands behind an operand, None at the end."""
        reader = self._reader
        if char in ("&", "|"):
            reader.at += 1
            return _Sign(char)
        if char == "<":
            return _Sign("<->", self._distance())
        if char == ")":
            reader.at += 1
            self._depth -= 1
            if self._depth >= 0:
                return _Sign(char)
        elif not char and not self._depth:
            return None
        raise reader.syntax_error()

    def _distance(self) -> int:
        """Read `<->` or `<N>`, behind which something must stand."""
        text, start = self._reader.text, self._reader.at + 1
        at, distance = start, 1
        if text[start : start + 1] == "-":
            at += 1
        else:
            while text[at : at + 1] in DIGITS:
                at += 1
            if at == start:
                raise self._reader.syntax_error()
            distance = int(text[start:at])
            if distance > POSITION_END:
                raise wrong_distance()
        if text[at : at + 1] != ">" or at + 1 == len(text):
            raise self._reader.syntax_error()
        self._reader.at = at + 1
        return distance

    def _modifiers(self) -> tuple[int, bool]:
        """Read `:AB*`."""
        reader = self._reader
        weights, is_prefix = 0, False
        if reader.peek() != ":":
            return weights, is_prefix
        reader.at += 1
        while (char := reader.peek()) and (char == "*" or char in _WEIGHTS):
            weights |= _WEIGHTS.get(char, 0)
            is_prefix = is_prefix or char == "*"
            reader.at += 1
        return weights, is_prefix


def wrong_distance() -> InvalidParameterValue:
    return InvalidParameterValue(
        f"distance in phrase operator must be an integer value between zero and {POSITION_END} inclusive"
    )


class _WebTokenizer:
    def __init__(self, text: str) -> None:
        self._reader = LexemeReader(text, "tsquery", is_web=True)

    def tokens(self) -> _Tokens:
        reader = self._reader
        is_first = wants_operand = True
        while True:
            char = reader.peek()
            if char and char in BLANKS:
                reader.at += 1
            elif not wants_operand:
                if not char:
                    return
                is_or = self._is_or()
                reader.at += 2 * is_or
                wants_operand = True
                yield _Sign("|" if is_or else "&")
            elif char == "-":
                reader.at += 1
                is_first = False
                yield _Sign("!")
            elif char == '"':
                is_first = wants_operand = False
                yield self._quoted()
            elif char in SIGNS:
                reader.at += 1
                is_first = False
            else:
                found = reader.next()
                if found is None:
                    if not is_first:
                        yield _Sign("stop")
                    return
                is_first = wants_operand = False
                yield _Word(found[0])

    def _quoted(self) -> _Word:
        start = self._reader.at + 1
        end = self._reader.text.find('"', start)
        end = len(self._reader.text) if end < 0 else end
        self._reader.at = min(end + 1, len(self._reader.text))
        return _Word(self._reader.text[start:end])

    def _is_or(self) -> bool:
        """Whether `or` stands here as a word of its own, with something behind it."""
        rest = self._reader.text[self._reader.at :]
        if rest[:2].lower() != "or" or not rest[2:]:
            return False
        follows = rest[2]
        if follows in "-_" or (follows.isascii() and follows.isalnum()):
            return False
        return bool(rest[3:].lstrip("".join(BLANKS)))


class _Builder:
    def __init__(self, text: str, expand: Expand | None, joined_by: str) -> None:
        self._text = text
        self._expand = expand
        self._joined_by = joined_by
        self._bytes = 0
        self._has_stop_words = False
        self._made: list[Query] = []

    def build(self, tokens: _Tokens) -> Query | None:
        try:
            self._level(tokens)
            if not self._made:
                return None
            query = self._made[0]
            return checked(without_stop_words(query) if self._has_stop_words else query)
        except RecursionError:
            raise StatementTooComplex("stack depth limit exceeded") from None

    def _level(self, tokens: _Tokens) -> None:
        """Build what stands in one pair of parentheses."""
        waiting: list[_Sign] = []
        for token in tokens:
            if isinstance(token, _Word):
                self._push_word(token)
                continue
            match token.kind:
                case "(":
                    self._level(tokens)
                case ")":
                    break
                case "stop":
                    self._push_stop_word()
                case _:
                    self._settle(waiting, token.kind)
                    if len(waiting) == _OPERATORS_MAX:
                        raise InternalError("tsquery stack too small")
                    waiting.append(token)
        self._settle(waiting, "|")

    def _settle(self, waiting: list[_Sign], before: str) -> None:
        """Carry out the operators that bind at least as strongly as the one that comes; ! binds to its right."""
        while waiting:
            has, comes = PRIORITY[waiting[-1].kind], PRIORITY[before]
            if comes > has or (before == "!" and comes == has):
                return
            sign = waiting.pop()
            self._push_operator(sign.kind, sign.distance)

    def _push_stop_word(self) -> None:
        self._has_stop_words = True
        self._made.append(STOP)

    def _push_operator(self, kind: str, distance: int) -> None:
        right = self._made.pop()
        if kind == "!":
            self._made.append(negation(right))
        else:
            self._made.append(Operator(kind, self._made.pop(), right, distance))

    def _push_word(self, word: _Word) -> None:
        lexemes = [word.text] if self._expand is None else self._expand(word.text)
        if not lexemes:
            self._push_stop_word()
        for n, lexeme in enumerate(lexemes):
            size = len(lexeme.encode())
            if size >= LEXEME_BYTES_END:
                raise ProgramLimitExceeded(f'word is too long in tsquery: "{self._text}"')
            if self._bytes >= TEXT_BYTES_MAX:
                raise ProgramLimitExceeded(f'value is too big in tsquery: "{self._text}"')
            self._bytes += size + 1
            self._made.append(Operand(lexeme, word.weights, word.is_prefix))
            if n:
                self._push_operator(self._joined_by, 1 if self._joined_by == "<->" else 0)
