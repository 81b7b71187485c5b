"""jsonpath's grammar, by descent: or, and, not and comparisons, sums, products, signs, accessors.

A predicate is no operand: `1 + ($.a == 1)` is a syntax error, so each parser tells which of the two it has read.
Source: PostgreSQL 16 documentation 9.16.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from borealis.errors import FeatureNotSupported, SyntaxError_
from borealis.types import numeric
from borealis.types.json import Number
from borealis.types.jsonpath_lexer import KEYWORDS, Token, syntax_error, tokens
from borealis.types.jsonpath_tree import LEVEL_MAX, METHODS, Node, Path

_COMPARISONS = {"==": "eq", "!=": "ne", "<": "lt", ">": "gt", "<=": "le", ">=": "ge"}
_SUMS = {"+": "add", "-": "sub"}
_PRODUCTS = {"*": "mul", "/": "div", "%": "mod"}
_PREDICATES = frozenset(
    {"or", "and", "not", "unknown", "exists", "starts", "like_regex", *_COMPARISONS.values()}
)
_NOT_KEYS = frozenset(
    {
        "end",
        "number",
        "variable",
        "$",
        "@",
        "&&",
        "||",
        "**",
        "==",
        "!=",
        "<=",
        ">=",
        *"?%.[]{}()|&!=<>#,*:+/-",
    }
)
_WORDS = frozenset({"ident", *KEYWORDS})
_REGEX_FLAGS = "ismxq"


pattern_checks: list[Callable[[str, str], None]] = []
"""Who knows regular expressions raises here for a pattern, with its flags, that is none."""


def parse_path(text: str) -> Path:
    """Read a jsonpath. Raises: SyntaxError_ 42601 and what its literals raise."""
    return _Parser(text).path()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(tokens(text))
        self._at = 0
        self._filters = 0  # how many `?(…)` or subscripts are open
        self._subscripts = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._token
        self._at += 1
        return token

    def _take(self, kind: str) -> bool:
        if self._token.kind != kind:
            return False
        self._at += 1
        return True

    def _expect(self, kind: str) -> Token:
        if self._token.kind != kind:
            raise self._unexpected(self._token)
        return self._next()

    def _unexpected(self, token: Token) -> SyntaxError_:
        """Name the token that does not fit; a word is read on to its end, so the last one is behind us by then."""
        is_last = token is self._tokens[-2] if len(self._tokens) > 1 else False
        return syntax_error("" if is_last and token.kind in _WORDS else token.text)

    def path(self) -> Path:
        is_lax = not self._take("strict")
        if is_lax:
            self._take("lax")
        node = self._or()
        self._expect("end")
        return Path(is_lax, node)

    # Predicates

    def _or(self) -> Node:
        return self._joined("||", "or", self._and)

    def _and(self) -> Node:
        return self._joined("&&", "and", self._comparison)

    def _joined(self, operator: str, kind: str, operand: object) -> Node:
        left: Node = operand()  # type: ignore[operator]
        while self._token.kind == operator:
            self._require_predicate(left)
            self._next()
            right: Node = operand()  # type: ignore[operator]
            self._require_predicate(right)
            left = Node(kind, args=(left, right))
        return left

    def _require_predicate(self, node: Node) -> None:
        if not _is_predicate(node):
            raise self._unexpected(self._token)

    def _comparison(self) -> Node:
        if self._take("!"):
            if self._token.kind not in ("(", "exists"):
                raise self._unexpected(self._token)
            arg = self._delimited()
            return Node("not", args=(arg,))
        left = self._sum()
        kind = self._token.kind
        if kind in _COMPARISONS or kind in ("starts", "like_regex"):
            self._require_operand(left)
        if kind in _COMPARISONS:
            self._next()
            right = self._sum()
            self._require_operand(right)
            return Node(_COMPARISONS[kind], args=(left, right))
        if self._take("starts"):
            self._expect("with")
            token = self._next()
            if token.kind not in ("string", "variable"):
                raise self._unexpected(token)
            kind = "literal" if token.kind == "string" else "variable"
            return Node("starts", args=(left, Node(kind, token.value)))
        if self._take("like_regex"):
            return self._like_regex(left)
        return left

    def _require_operand(self, node: Node) -> None:
        if _is_predicate(node):
            raise self._unexpected(self._token)

    def _delimited(self) -> Node:
        """Read `(predicate)` or `exists(expression)`."""
        if self._take("exists"):
            return self._exists()
        self._expect("(")
        node = self._or()
        self._require_predicate(node)
        self._expect(")")
        return node

    def _exists(self) -> Node:
        self._expect("(")
        arg = self._sum()
        self._require_operand(arg)
        self._expect(")")
        return Node("exists", args=(arg,))

    def _like_regex(self, left: Node) -> Node:
        pattern = self._expect("string").value
        written = self._expect("string").value if self._take("flag") else ""
        for flag in written:
            if flag not in _REGEX_FLAGS:
                raise SyntaxError_(
                    "invalid input syntax for type jsonpath",
                    detail=f'Unrecognized flag character "{flag}" in LIKE_REGEX predicate.',
                )
        if "x" in written and "q" not in written:
            raise FeatureNotSupported('XQuery "x" flag (expanded regular expressions) is not implemented')
        flags = "".join(flag for flag in _REGEX_FLAGS if flag in written)
        for check in pattern_checks:
            check(pattern, flags)
        return Node("like_regex", (pattern, flags), (left,))

    # Values

    def _sum(self) -> Node:
        return self._chain(_SUMS, self._product)

    def _product(self) -> Node:
        return self._chain(_PRODUCTS, self._signed)

    def _chain(self, operators: dict[str, str], operand: object) -> Node:
        left: Node = operand()  # type: ignore[operator]
        while self._token.kind in operators:
            self._require_operand(left)
            kind = operators[self._next().kind]
            right: Node = operand()  # type: ignore[operator]
            self._require_operand(right)
            left = Node(kind, args=(left, right))
        return left

    def _signed(self) -> Node:
        if self._token.kind not in _SUMS:
            return self._accessed()
        kind = "plus" if self._next().kind == "+" else "minus"
        arg = self._signed()
        self._require_operand(arg)
        if arg.kind == "literal" and isinstance(arg.value, Number) and arg.next is None:
            if kind == "plus":
                return arg
            text = str(arg.value)
            return Node("literal", Number(text[1:] if text.startswith("-") else _negated(text)))
        return Node(kind, args=(arg,))

    def _accessed(self) -> Node:
        """Read a primary and the accessors behind it."""
        head, is_parenthesized = self._primary()
        steps = []
        while (step := self._accessor()) is not None:
            steps.append(step)
        if not steps:
            if is_parenthesized and _is_predicate(head) and self._take("is"):
                self._expect("unknown")
                return Node("unknown", args=(head,))
            return head
        if head.kind == "exists" or (_is_predicate(head) and not is_parenthesized):
            raise self._unexpected(self._token)
        return _followed(head, steps)

    def _primary(self) -> tuple[Node, bool]:
        token = self._next()
        match token.kind:
            case "string":
                return Node("literal", token.value), False
            case "number":
                return Node("literal", Number(_number(token.text))), False
            case "null":
                return Node("literal", None), False
            case "true" | "false":
                return Node("literal", token.kind == "true"), False
            case "variable":
                return Node("variable", token.value), False
            case "$":
                return Node("root"), False
            case "@":
                if not self._filters:
                    raise SyntaxError_("@ is not allowed in root expressions")
                return Node("current"), False
            case "last":
                if not self._subscripts:
                    raise SyntaxError_("LAST is allowed only in array subscripts")
                return Node("last"), False
            case "exists":
                return self._exists(), False
            case "(":
                node = self._or()
                self._expect(")")
                return node, True
        raise self._unexpected(token)

    def _accessor(self) -> Node | None:
        if self._take("."):
            return self._member()
        if self._take("["):
            return self._array_accessor()
        if self._take("?"):
            self._expect("(")
            self._filters += 1
            condition = self._or()
            self._filters -= 1
            self._require_predicate(condition)
            self._expect(")")
            return Node("filter", args=(condition,))
        return None

    def _member(self) -> Node:
        if self._take("*"):
            return Node("any_key")
        if self._take("**"):
            return self._any_levels()
        token = self._next()
        if token.kind in _NOT_KEYS:
            raise self._unexpected(token)
        if self._token.kind == "(" and token.kind in METHODS:
            self._next()
            self._expect(")")
            return Node("method", token.kind)
        if self._token.kind == "(" and token.kind == "datetime":
            self._next()
            template = self._next().value if self._token.kind == "string" else None
            self._expect(")")
            return Node("datetime", template)
        return Node("key", token.value)

    def _any_levels(self) -> Node:
        if not self._take("{"):
            return Node("any", (0, LEVEL_MAX))
        first = last = self._level()
        if self._take("to"):
            last = self._level()
        self._expect("}")
        return Node("any", (first, last))

    def _level(self) -> int:
        if self._take("last"):
            return LEVEL_MAX
        token = self._expect("number")
        if not token.text.isdigit():
            raise self._unexpected(token)
        return int(token.text)

    def _array_accessor(self) -> Node:
        if self._token.kind == "*" and self._tokens[self._at + 1].kind == "]":
            self._at += 2
            return Node("any_array")
        self._subscripts += 1
        pairs = [self._subscript()]
        while self._take(","):
            pairs.append(self._subscript())
        self._subscripts -= 1
        self._expect("]")
        return Node("index", pairs=tuple(pairs))

    def _subscript(self) -> tuple[Node, Node | None]:
        first = self._sum()
        self._require_operand(first)
        if not self._take("to"):
            return first, None
        last = self._sum()
        self._require_operand(last)
        return first, last


def _is_predicate(node: Node) -> bool:
    return node.kind in _PREDICATES and node.next is None


def _followed(head: Node, steps: list[Node]) -> Node:
    """Return the head with the steps hung behind it, each behind the one before."""
    following: Node | None = None
    for step in reversed(steps):
        following = replace(step, next=following)
    return _with_tail(head, following)


def _with_tail(head: Node, tail: Node | None) -> Node:
    return replace(head, next=tail if head.next is None else _with_tail(head.next, tail))


def _number(text: str) -> str:
    plain = text.replace("_", "")
    if plain[:2].lower() in ("0x", "0o", "0b"):
        return str(int(plain, 0))
    return numeric.parse(plain)


def _negated(text: str) -> str:
    return text if not text.strip("0.") else f"-{text}"
