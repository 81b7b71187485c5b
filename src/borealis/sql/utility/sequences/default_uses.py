"""Sequences that columns' defaults name: nextval('s'). The stored tree has the name, so it is written anew where that changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from borealis.catalog.relations import Column, Sequence, Table
from borealis.errors import SqlError
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bind.context import BindContext
from borealis.sql.parse import Node
from borealis.sql.registered import relations
from borealis.sql.registered.names import CatalogNames
from borealis.types.base import Oid

_READERS = frozenset({"nextval", "currval", "setval"})


def sequences_named(context: BindContext, column: Column) -> set[Oid]:
    """Return the sequences that a column's default reads by a literal name."""
    found: set[Oid] = set()

    def note(name: str) -> str:
        sequence = _named(context, name)
        if sequence is not None:
            found.add(sequence.oid)
        return name

    if column.default is not None:
        _rewritten(json.loads(column.default), note)
    return found


def stored_default(context: BindContext, expression: Node) -> str:
    """Return a DEFAULT's tree as it is kept: sequences with their schemas, as no search path is kept with it."""

    def name_of(name: str) -> str:
        sequence = _named(context, name)
        return name if sequence is None else _qualified(sequence)

    return json.dumps(_rewritten(expression, name_of))


def _qualified(sequence: Sequence) -> str:
    return f"{quote_identifier(sequence.schema.name)}.{quote_identifier(sequence.name)}"


def renamed_defaults(context: BindContext, old: Sequence, new: Sequence) -> list[tuple[Table, Table]]:
    """Return the tables whose defaults name a sequence, before and after it gets another name or schema."""
    shown = _qualified(new)

    def name_of(name: str) -> str:
        sequence = _named(context, name)
        return shown if sequence is not None and sequence.oid == old.oid else name

    changed = []
    for table in context.catalog.tables:
        columns = tuple(_renamed(column, name_of) for column in table.columns)
        if columns != table.columns:
            changed.append((table, replace(table, columns=columns)))
    return changed


def _renamed(column: Column, name_of: Callable[[str], str]) -> Column:
    if column.default is None:
        return column
    tree = json.loads(column.default)
    renamed = _rewritten(tree, name_of)
    return column if renamed == tree else replace(column, default=json.dumps(renamed))


def _named(context: BindContext, name: str) -> Sequence | None:
    try:
        oid = relations.read(CatalogNames(context.catalog, context.search_path), name)
    except SqlError:
        return None  # no such relation, or no name at all: whoever binds the default says so
    found = context.catalog.relations_by_oid.get(Oid(oid))
    return found if isinstance(found, Sequence) else None


def _rewritten(node: Any, name_of: Callable[[str], str]) -> Any:
    """Return a tree with the literal that nextval and its like are called with replaced, where it is one."""
    if isinstance(node, Mapping):
        changed = {key: _rewritten(child, name_of) for key, child in node.items()}
        call = changed.get("FuncCall")
        if call is not None and call["funcname"][-1]["String"]["sval"] in _READERS and call.get("args"):
            first, *others = call["args"]
            return {**changed, "FuncCall": {**call, "args": [_renamed_literal(first, name_of), *others]}}
        return changed
    return [_rewritten(child, name_of) for child in node] if isinstance(node, list) else node


def _renamed_literal(node: Node, name_of: Callable[[str], str]) -> Node:
    """Return an argument with its name replaced: 's', or 's' under casts."""
    match node:
        case {"A_Const": {"sval": {"sval": name}} as constant}:
            return {"A_Const": {**constant, "sval": {"sval": name_of(name)}}}
        case {"TypeCast": {"arg": argument} as cast}:
            return {"TypeCast": {**cast, "arg": _renamed_literal(argument, name_of)}}
    return node
