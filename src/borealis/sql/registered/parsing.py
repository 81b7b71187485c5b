"""Texts of names: `schema."Name"` to its parts, `name(type, type)` to a name and types."""

from __future__ import annotations

from borealis.errors import FeatureNotSupported, InvalidName, InvalidTextRepresentation, SyntaxError_
from borealis.settings.identifiers import quote_identifier, split_name

_PARTS_MAX = 3
_DATABASE = "postgres"


def qualified(text: str, *, what: str = "relation") -> tuple[str | None, str]:
    """Return the schema, None where none is said, and the name."""
    parts = split_name(text)
    if len(parts) > _PARTS_MAX:
        raise SyntaxError_(f"improper {what} name (too many dotted names): {'.'.join(parts)}")
    if len(parts) == _PARTS_MAX:
        if parts[0] != _DATABASE:
            raise FeatureNotSupported(
                "cross-database references are not implemented: "
                + (f'"{".".join(parts)}"' if what == "relation" else ".".join(parts))
            )
        parts = parts[1:]
    return (parts[0], parts[1]) if len(parts) > 1 else (None, parts[0])


def single(text: str) -> str:
    """Return the one name a text is. Raises InvalidName 42602."""
    parts = split_name(text)
    if len(parts) != 1:
        raise InvalidName("invalid name syntax")
    return parts[0]


def name_and_types(text: str) -> tuple[str, list[str]]:
    """Take `name(type, type)` apart. Raises InvalidTextRepresentation 22P02."""
    at = _outside_quotes(text, "(")
    if at < 0:
        raise InvalidTextRepresentation("expected a left parenthesis")
    rest = text[at + 1 :].rstrip()
    if not rest.endswith(")"):
        raise InvalidTextRepresentation("expected a right parenthesis")
    return text[:at], _listed(rest[:-1])


def before_arguments(text: str) -> str:
    """Return the name of `name(type, type)`, parentheses inside quotes being a part of it."""
    at = _outside_quotes(text, "(")
    return text if at < 0 else text[:at]


def _outside_quotes(text: str, wanted: str) -> int:
    is_quoted = False
    for at, char in enumerate(text):
        if char == '"':
            is_quoted = not is_quoted
        elif char == wanted and not is_quoted:
            return at
    return -1


def _listed(text: str) -> list[str]:
    """Split at commas outside of quotes, parentheses and brackets."""
    if not text.strip():
        return []
    items, depth, is_quoted, begin = [], 0, False, 0
    for at, char in enumerate(text):
        if char == '"':
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and depth == 0:
            items.append(text[begin:at])
            begin = at + 1
    items.append(text[begin:])
    if any(not item.strip() for item in items):
        raise InvalidTextRepresentation("expected a type name")
    return [item.strip() for item in items]


def written(schema: str | None, name: str) -> str:
    """Return a name as it must be written, with its schema where one is given."""
    return (
        quote_identifier(name) if schema is None else f"{quote_identifier(schema)}.{quote_identifier(name)}"
    )
