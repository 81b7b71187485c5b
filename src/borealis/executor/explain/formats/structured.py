"""A document as JSON, YAML or XML, laid out as PostgreSQL lays it out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from borealis.executor.explain.formats.document import Document, Number

_NAMESPACE = "http://www.postgresql.org/2009/explain"
_ITEMS = {"Plans": "Plan", "Triggers": "Trigger"}
"""What the groups of a list are called, in XML."""


def json_text(document: Document) -> str:
    return "[\n  " + _json(document, 1) + "\n]"


def _json(value: Any, depth: int) -> str:
    pad, end = "  " * (depth + 1), "  " * depth
    match value:
        case Number():
            return value.text
        case bool():
            return "true" if value else "false"
        case dict():
            if not value:
                return "{\n" + end + "}"
            members = ",\n".join(
                f"{pad}{_quoted(key)}: {_json(item, depth + 1)}" for key, item in value.items()
            )
            return f"{{\n{members}\n{end}}}"
        case list() if any(isinstance(item, dict) for item in value) or not value:
            groups = ",\n".join(pad + _json(item, depth + 1) for item in value)
            return f"[\n{groups}\n{end}]" if groups else f"[\n{end}]"
        case list():
            return f"[{', '.join(_quoted(str(item)) for item in value)}]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def yaml_text(document: Document) -> str:
    lines = list(_yaml(document, 1))
    return "- " + lines[0].lstrip(" ") + "".join(f"\n{line}" for line in lines[1:])


def _yaml(group: Document, depth: int) -> Iterator[str]:
    pad = "  " * depth
    for key, value in group.items():
        match value:
            case Number():
                yield f"{pad}{key}: {value.text}"
            case bool():
                yield f"{pad}{key}: {'true' if value else 'false'}"
            case dict():
                yield f"{pad}{key}: "
                yield from _yaml(value, depth + 1)
            case list() if any(isinstance(item, dict) for item in value) or not value:
                yield f"{pad}{key}: "
                for item in value:
                    first, *rest = _yaml(item, depth + 2)
                    yield f"{pad}  - {first.lstrip(' ')}"
                    yield from rest
            case list():
                yield f"{pad}{key}: "
                yield from (f"{pad}  - {_quoted(str(item))}" for item in value)
            case _:
                yield f"{pad}{key}: {_quoted(str(value))}"


def xml_text(document: Document) -> str:
    lines = [f'<explain xmlns="{_NAMESPACE}">', "  <Query>", *_xml(document, 2), "  </Query>", "</explain>"]
    return "\n".join(lines)


def _xml(group: Document, depth: int) -> Iterator[str]:
    pad = "  " * depth
    for key, value in group.items():
        tag = re.sub(r"[^A-Za-z0-9._-]", "-", key)
        match value:
            case dict():
                yield f"{pad}<{tag}>"
                yield from _xml(value, depth + 1)
                yield f"{pad}</{tag}>"
            case list() if any(isinstance(item, dict) for item in value) or not value:
                yield f"{pad}<{tag}>"
                for item in value:
                    name = _ITEMS.get(key, "Item")
                    yield f"{pad}  <{name}>"
                    yield from _xml(item, depth + 2)
                    yield f"{pad}  </{name}>"
                yield f"{pad}</{tag}>"
            case list():
                yield f"{pad}<{tag}>"
                yield from (f"{pad}  <Item>{escape(str(item))}</Item>" for item in value)
                yield f"{pad}</{tag}>"
            case Number():
                yield f"{pad}<{tag}>{value.text}</{tag}>"
            case bool():
                yield f"{pad}<{tag}>{'true' if value else 'false'}</{tag}>"
            case _:
                yield f"{pad}<{tag}>{escape(str(value))}</{tag}>"
