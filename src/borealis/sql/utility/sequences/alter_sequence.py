"""ALTER SEQUENCE: its options, RESTART, OWNED BY, and OWNER TO.

Sessions that hold a block hand it out to its end, whatever is altered meanwhile; RESTART begins a new generation, and they take no
other block of the old one. Source: dsql-facts.md §4.8; PostgreSQL 16, AlterSequence (sequence.c) for texts.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.relations import Index, Sequence, Table, View
from borealis.errors import FeatureNotSupported, ObjectNotInPrerequisiteState, UndefinedTable, WrongObjectType
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import lookup_relation, qualified
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.roles import role_named
from borealis.sql.utility.sequences.create_sequence import owned
from borealis.sql.utility.sequences.options import apply_options, read_options
from borealis.types.base import Oid

_TAG = "ALTER SEQUENCE"


def alter_sequence(context: BindContext, node: Node, owner: Oid) -> Ddl:
    sequence = find_sequence(context, node["sequence"], missing_ok=bool(node.get("missing_ok")))
    if sequence is None:
        return _skipped(node["sequence"])
    options = read_options(context, node.get("options", ()), subject="sequence")
    if "owned_by" in options.nodes and sequence.is_identity:
        raise FeatureNotSupported(
            "cannot change ownership of identity sequence",
            detail=_linked(context, sequence),
        )
    new = owned(context, apply_options(sequence, options, is_new=False), options)
    return Ddl.replacing(_TAG, (sequence,), (new,))


def set_sequence_owner(context: BindContext, node: Node, owner: Oid) -> Ddl:
    """ALTER SEQUENCE … OWNER TO, which comes as ALTER TABLE does."""
    sequence = find_sequence(context, node["relation"], missing_ok=bool(node.get("missing_ok")))
    if sequence is None:
        return _skipped(node["relation"])
    (command,) = [item["AlterTableCmd"] for item in node["cmds"]]
    if command["subtype"] != "AT_ChangeOwner":
        word = command["subtype"].removeprefix("AT_")
        raise FeatureNotSupported(f"ALTER SEQUENCE {word} not supported")
    if sequence.owned_by is not None:
        raise FeatureNotSupported("cannot change owner of sequence", detail=_linked(context, sequence))
    new = replace(sequence, owner=role_named(context, command["newowner"], owner))
    return Ddl.replacing(_TAG, (sequence,), (new,))


def find_sequence(context: BindContext, range_var: Node, *, missing_ok: bool) -> Sequence | None:
    """Return the sequence a RangeVar names.

    Raises: UndefinedTable 42P01, unless missing_ok; WrongObjectType 42809.
    """
    found = lookup_relation(context, range_var)
    if isinstance(found, Sequence):
        return found
    if isinstance(found, Table | View | Index):
        raise WrongObjectType(f'"{found.name}" is not a sequence')
    if missing_ok:
        return None
    raise UndefinedTable(f'relation "{qualified(range_var)}" does not exist')


def _skipped(range_var: Node) -> Ddl:
    return Ddl(_TAG, (), (("00000", f'relation "{range_var["relname"]}" does not exist, skipping'),))


def _linked(context: BindContext, sequence: Sequence) -> str:
    if sequence.owned_by is None:
        raise ObjectNotInPrerequisiteState("sequence is not linked to a table")
    table = context.catalog.tables_by_oid[sequence.owned_by[0]]
    return f'Sequence "{sequence.name}" is linked to table "{table.name}".'
