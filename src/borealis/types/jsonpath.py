"""jsonpath: a value is its text as PostgreSQL writes it, which says the same path again when it is read.

Source: PostgreSQL 16 documentation 8.14.7; recorded in tests/oracle/functions/jsonpath.tsv.
"""

from __future__ import annotations

from functools import lru_cache

from borealis.errors import InvalidBinaryRepresentation, InvalidTextRepresentation, StatementTooComplex
from borealis.types.base import Style, Type, Value
from borealis.types.json import Number, quoted
from borealis.types.jsonpath_parser import parse_path
from borealis.types.jsonpath_tree import LEVEL_MAX, OPERATORS, Node, Path, priority
from borealis.types.strings import from_utf8

_VERSION = b"\1"


class JsonPath(Type):
    affinity = "TEXT"

    def decode_text(self, text: str, style: Style) -> str:
        if not text.strip(" \t\r\n\f"):
            raise InvalidTextRepresentation(f'invalid input syntax for type jsonpath: "{text}"')
        return path_text(compiled(text))

    def encode_text(self, value: Value, style: Style) -> str:
        return str(value)

    def decode_binary(self, data: bytes) -> str:
        if data[:1] != _VERSION:
            raise InvalidBinaryRepresentation(
                f"unsupported jsonpath version number: {data[0] if data else 0}"
            )
        return self.decode_text(from_utf8(data[1:]), Style())

    def encode_binary(self, value: Value) -> bytes:
        return _VERSION + str(value).encode()


@lru_cache(maxsize=1_024)
def compiled(text: str) -> Path:
    """Return a path's tree. Raises: SyntaxError_ 42601 and others of the text."""
    try:
        return parse_path(text)
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None


def path_text(path: Path) -> str:
    return ("" if path.is_lax else "strict ") + _text(path.expr, in_key=False, brackets=True)


def _text(node: Node, *, in_key: bool, brackets: bool) -> str:
    text = _own_text(node, in_key=in_key, brackets=brackets)
    return text if node.next is None else text + _text(node.next, in_key=True, brackets=True)


def _operand(node: Node, outer: Node) -> str:
    return _text(node, in_key=False, brackets=priority(node) <= priority(outer))


def _own_text(node: Node, *, in_key: bool, brackets: bool) -> str:
    point = "." if in_key else ""
    if node.kind in OPERATORS:
        left, right = node.args
        text = f"{_operand(left, node)} {OPERATORS[node.kind]} {_operand(right, node)}"
        return f"({text})" if brackets else text
    match node.kind:
        case "root":
            return "$"
        case "current":
            return "@"
        case "last":
            return "last"
        case "literal":
            is_receiver = isinstance(node.value, Number) and node.next is not None
            return f"({node.value})" if is_receiver else _literal_text(node.value)
        case "variable":
            return "$" + quoted(str(node.value))
        case "key":
            return point + quoted(str(node.value))
        case "any_key":
            return point + "*"
        case "any_array":
            return "[*]"
        case "index":
            return "[" + ",".join(_subscript_text(*pair) for pair in node.pairs) + "]"
        case "any":
            return point + "**" + _levels_text(node.value)
        case "method":
            return f".{node.value}()"
        case "datetime":
            return f".datetime({'' if node.value is None else quoted(str(node.value))})"
        case "like_regex":
            text = _like_regex_text(node)
            return f"({text})" if brackets else text
        case "plus" | "minus":
            text = ("+" if node.kind == "plus" else "-") + _operand(node.args[0], node)
            return f"({text})" if brackets else text
    inner = _text(node.args[0], in_key=False, brackets=False)
    return {
        "filter": f"?({inner})",
        "not": f"!({inner})",
        "unknown": f"({inner}) is unknown",
        "exists": f"exists ({inner})",
    }[node.kind]


def _literal_text(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Number():
            return str(value)
    return quoted(str(value))


def _subscript_text(first: Node, last: Node | None) -> str:
    text = _text(first, in_key=False, brackets=False)
    return text if last is None else f"{text} to {_text(last, in_key=False, brackets=False)}"


def _levels_text(levels: object) -> str:
    assert isinstance(levels, tuple)
    first, last = ("last" if level == LEVEL_MAX else str(level) for level in levels)
    if levels == (0, LEVEL_MAX):
        return ""
    return f"{{{first}}}" if first == last else f"{{{first} to {last}}}"


def _like_regex_text(node: Node) -> str:
    assert isinstance(node.value, tuple)
    pattern, flags = node.value
    text = f"{_operand(node.args[0], node)} like_regex {quoted(pattern)}"
    return f'{text} flag "{flags}"' if flags else text
