"""Sequences that columns' defaults name: nextval('s'). The stored tree has the name, so it is written anew where that changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from borealis.catalog.relations import Column, Sequence, Table
from borealis.settings.identifiers import quote_identifier, split_identifiers
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import lookup_relation
from borealis.sql.parse import Node
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
    parts = split_identifiers(name.replace(".", ",")) or [""]
    range_var = {"relname": parts[-1]}
    if len(parts) > 1:
        range_var["schemaname"] = parts[-2]
    found = lookup_relation(context, range_var)
    return found if isinstance(found, Sequence) else None


def _rewritten(node: Any, name_of: Callable[[str], str], *, is_argument: bool = False) -> Any:
    """Return a tree with the literals that stand as arguments of nextval and its like replaced."""
    if isinstance(node, Mapping):
        if is_argument and "sval" in node and "location" in node:  # an A_Const
            return {**node, "sval": {"sval": name_of(node["sval"].get("sval", ""))}}
        call = node.get("FuncCall")
        reads = call is not None and call["funcname"][-1]["String"]["sval"] in _READERS
        return {
            key: _rewritten(child, name_of, is_argument=is_argument or reads) for key, child in node.items()
        }
    if isinstance(node, list):
        return [_rewritten(child, name_of, is_argument=is_argument) for child in node]
    return node
