"""CREATE SEQUENCE, and the sequence of an identity column.

Source: dsql-facts.md §4.8, §4.12; PostgreSQL 16, DefineSequence and process_owned_by (sequence.c) for texts.
"""

from __future__ import annotations

from collections.abc import Sequence as Items
from dataclasses import replace

from borealis import limits
from borealis.catalog.relations import Sequence, Table
from borealis.catalog.schema import Schema
from borealis.errors import (
    DuplicateTable,
    FeatureNotSupported,
    InsufficientPrivilege,
    ObjectNotInPrerequisiteState,
    SyntaxError_,
    UndefinedColumn,
    UndefinedTable,
    WrongObjectType,
)
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS, creation_schema, lookup_relation
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.relation_names import relation_exists
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.sequences.options import Options, apply_options, check_cache, read_options
from borealis.types.base import Oid

_TAG = "CREATE SEQUENCE"


def create_sequence(context: BindContext, node: Node, owner: Oid) -> Ddl:
    relation = node["sequence"]
    if relation.get("relpersistence", "p") != "p":
        word = "TEMPORARY" if relation["relpersistence"] == "t" else "UNLOGGED"
        raise FeatureNotSupported(f"{word} sequence not supported")
    schema = creation_schema(context, relation)
    if schema.name in SYSTEM_SCHEMAS:
        raise InsufficientPrivilege(f"permission denied for schema {schema.name}")
    options = read_options(context, node.get("options", ()), subject="sequence")
    name = relation["relname"]
    if relation_exists(context.catalog, schema.name, name):
        if node.get("if_not_exists"):
            return Ddl(_TAG, (), (("42P07", f'relation "{name}" already exists, skipping'),))
        raise DuplicateTable(f'relation "{name}" already exists')
    check_cache(options, _TAG)
    check_count(context)
    sequence = new_sequence(context.catalog.next_oid, name, schema, owner, options)
    sequence = owned(context, sequence, options)
    return Ddl.replacing(_TAG, after=(sequence,))


def check_count(context: BindContext) -> None:
    if len(context.catalog.sequences) >= limits.SEQUENCES_MAX:
        raise limits.too_many_sequences()


def new_sequence(oid: Oid, name: str, schema: Schema, owner: Oid, options: Options) -> Sequence:
    """Return a sequence of the options, with PostgreSQL's defaults for the others."""
    return apply_options(Sequence(oid, name, schema, owner, 1, 1, 1, 1, 1), options, is_new=True)


def owned(context: BindContext, sequence: Sequence, options: Options) -> Sequence:
    """Return the sequence with the owner that OWNED BY names, if it is there."""
    if "owned_by" not in options.nodes:
        return sequence
    names = [part["String"]["sval"] for part in options.nodes["owned_by"]["arg"]["List"]["items"]]
    if len(names) == 1:
        if names != ["none"]:
            raise SyntaxError_(
                "invalid OWNED BY option", hint="Specify OWNED BY table.column or OWNED BY NONE."
            )
        return _with_owner(sequence, None)
    table = _owner_table(context, names[:-1])
    if table.owner != sequence.owner:
        raise ObjectNotInPrerequisiteState("sequence must have same owner as table it is linked to")
    if table.schema != sequence.schema:
        raise ObjectNotInPrerequisiteState("sequence must be in same schema as table it is linked to")
    column = next((one for one in table.live_columns if one.name == names[-1]), None)
    if column is None:
        raise UndefinedColumn(f'column "{names[-1]}" of relation "{table.name}" does not exist')
    return _with_owner(sequence, (table.oid, column.attnum))


def _with_owner(sequence: Sequence, owner: tuple[Oid, int] | None) -> Sequence:
    return replace(sequence, owned_by=owner)


def _owner_table(context: BindContext, names: Items[str]) -> Table:
    range_var = {"relname": names[-1]}
    if len(names) > 1:
        range_var["schemaname"] = names[-2]
    found = lookup_relation(context, range_var)
    if found is None:
        raise UndefinedTable(f'relation "{".".join(names)}" does not exist')
    if not isinstance(found, Table):
        raise WrongObjectType(f'sequence cannot be owned by relation "{found.name}"')
    return found
