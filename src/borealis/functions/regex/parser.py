"""Tokens to syntax. A quantifier cannot follow another, nor an assertion; an empty branch matches the empty string.

Source: PostgreSQL 16 documentation 9.7.3.
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.functions.regex.brackets import read_bracket
from borealis.functions.regex.charsets import ALL, NEWLINE, Ranges, complement, of, with_both_cases
from borealis.functions.regex.lexer import Kind, Lexer, Token
from borealis.functions.regex.options import Options, Syntax, from_prefix, invalid
from borealis.functions.regex.syntax import (
    EMPTY,
    UNLIMITED,
    Alternation,
    Assertion,
    Backref,
    Chars,
    Concat,
    Group,
    Look,
    Node,
    Prefer,
    Repeat,
    Where,
)

_COUNT_MAX = 255
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Parsed:
    node: Node
    group_count: int
    groups: dict[int, Node]
    options: Options


def parse(pattern: str, options: Options) -> Parsed:
    """Read an expression. Raises InvalidRegularExpression 2201B."""
    text, options = from_prefix(pattern, options)
    try:
        return _Parser(text, options).parse()
    except RecursionError:
        raise too_complex() from None


def too_complex() -> Exception:
    return invalid("regular expression is too complex")


class _Parser:
    def __init__(self, text: str, options: Options) -> None:
        self._options = options
        self._lexer = Lexer(text, options)
        self._token = self._lexer.next()
        self._depth = 0  # of parentheses
        self._look_depth = 0
        self._groups: dict[int, Node] = {}  # closed ones, to which a back reference may point

    def parse(self) -> Parsed:
        node = self._alternation()
        if self._token.kind is not Kind.END:
            raise invalid("parentheses () not balanced")
        return Parsed(node, self._lexer.group_count, self._groups, self._options)

    def _advance(self) -> None:
        self._token = self._lexer.next()

    def _alternation(self) -> Node:
        branches = [self._branch()]
        while self._token.kind is Kind.OR:
            self._advance()
            branches.append(self._branch())
        return branches[0] if len(branches) == 1 else Alternation(tuple(branches))

    def _branch(self) -> Node:
        items: list[Node] = []
        while self._token.kind not in (Kind.OR, Kind.END) and not self._closes():
            items.append(self._item())
        return items[0] if len(items) == 1 else Concat(tuple(items)) if items else EMPTY

    def _closes(self) -> bool:
        """A parenthesis that closes nothing is a character in extended syntax, an error in the others."""
        if self._token.kind is not Kind.CLOSE:
            return False
        if self._depth > 0:
            return True
        if self._options.syntax is Syntax.EXTENDED:
            self._token = Token(Kind.CHARACTER, ")")
            return False
        raise invalid("parentheses () not balanced")

    def _item(self) -> Node:
        token = self._token
        match token.kind:
            case Kind.ASSERTION:
                self._advance()
                return Assertion(self._where(token.value))  # type: ignore[arg-type]
            case Kind.LOOK:
                return self._look(token)
        atom = self._atom(token)
        return self._quantified(atom)

    def _where(self, where: Where) -> Where:
        if self._options.newline_anchors:
            return where
        # Without lines, ^ and $ are the ends of the text.
        return {Where.LINE_START: Where.TEXT_START, Where.LINE_END: Where.TEXT_END}.get(where, where)

    def _look(self, token: Token) -> Node:
        assert isinstance(token.value, tuple)
        is_ahead, is_negative = token.value
        self._look_depth += 1
        inner = self._inside()
        self._look_depth -= 1
        return Look(is_ahead, is_negative, inner)

    def _inside(self) -> Node:
        """Read up to the closing parenthesis of the one that the current token opens."""
        self._depth += 1
        self._advance()
        inner = self._alternation()
        if self._token.kind is not Kind.CLOSE:
            raise invalid("parentheses () not balanced")
        self._depth -= 1
        self._advance()
        return inner

    def _atom(self, token: Token) -> Node:
        match token.kind:
            case Kind.CHARACTER:
                self._advance()
                return self._chars(of(str(token.value)))
            case Kind.ANY:
                self._advance()
                return Chars(complement(NEWLINE) if self._options.newline_stops else ALL)
            case Kind.CLASS:
                self._advance()
                return self._chars(token.value)  # type: ignore[arg-type]
            case Kind.BRACKET:
                ranges = read_bracket(self._lexer, negated=bool(token.value))
                self._advance()
                return Chars(ranges)
            case Kind.OPEN:
                return self._group(captures=bool(token.value) and not self._look_depth)
            case Kind.BACKREF:
                return self._backref(token)
        raise invalid("quantifier operand invalid")

    def _chars(self, ranges: Ranges) -> Chars:
        return Chars(with_both_cases(ranges) if self._options.ignores_case else ranges)

    def _group(self, *, captures: bool) -> Node:
        number = 0
        if captures:
            self._lexer.group_count += 1
            number = self._lexer.group_count
        inner = self._inside()
        if captures:
            self._groups[number] = inner
        return Group(number, inner)

    def _backref(self, token: Token) -> Node:
        number = int(token.value)  # type: ignore[call-overload]
        if self._look_depth or number not in self._groups:
            raise invalid("invalid backreference number")
        self._advance()
        return Backref(number)

    def _quantified(self, atom: Node) -> Node:
        bounds = self._quantifier()
        if bounds is None:
            return atom
        if self._token.kind in (Kind.QUANTIFIER, Kind.BOUND):
            raise invalid("quantifier operand invalid")
        least, most, prefer = bounds
        return Repeat(atom, least, most, prefer)

    def _quantifier(self) -> tuple[int, int, Prefer | None] | None:
        """Return (least, most, preference) and go on, None where there is no quantifier."""
        if self._token.kind is Kind.QUANTIFIER:
            assert isinstance(self._token.value, tuple)
            symbol, greedy = self._token.value
            self._advance()
            least, most = {"*": (0, UNLIMITED), "+": (1, UNLIMITED), "?": (0, 1)}[symbol]
            return least, most, Prefer.LONGEST if greedy else Prefer.SHORTEST
        return self._bound() if self._token.kind is Kind.BOUND else None

    def _bound(self) -> tuple[int, int, Prefer | None]:
        lexer = self._lexer
        least = self._count()
        most, is_exact = least, True
        if lexer.peek() == ",":
            lexer.at += 1
            is_exact = False
            most = self._count() if lexer.peek() and lexer.peek() in _DIGITS else UNLIMITED
        closing = "\\}" if self._options.syntax is Syntax.BASIC else "}"
        if not lexer.peek():
            raise invalid("braces {} not balanced")
        if lexer.peek(len(closing)) != closing:
            raise invalid("invalid repetition count(s)")
        lexer.at += len(closing)
        greedy = True
        if self._options.syntax is Syntax.ADVANCED and lexer.peek() == "?":
            lexer.at += 1
            greedy = False
        if most < least:
            raise invalid("invalid repetition count(s)")
        self._advance()
        if is_exact:
            return least, most, None
        return least, most, Prefer.LONGEST if greedy else Prefer.SHORTEST

    def _count(self) -> int:
        lexer, digits = self._lexer, ""
        while lexer.peek() and lexer.peek() in _DIGITS:
            digits += lexer.peek()
            lexer.at += 1
        if not digits:
            raise invalid("braces {} not balanced" if not lexer.peek() else "invalid repetition count(s)")
        if int(digits) > _COUNT_MAX:
            raise invalid("invalid repetition count(s)")
        return int(digits)
