"""ALTER COLUMN ADD GENERATED … AS IDENTITY, SET GENERATED and sequence options, RESTART, DROP IDENTITY.

Source: dsql-facts.md §4.5, §4.8; PostgreSQL 16, ATExecAddIdentity and its siblings (tablecmds.c) for texts.
"""

from __future__ import annotations

from dataclasses import replace

from borealis.catalog.relations import Column, Sequence
from borealis.errors import ObjectNotInPrerequisiteState
from borealis.sql.parse import Node
from borealis.sql.utility.alter_table.alteration import Alteration
from borealis.sql.utility.alter_table.column_default import alterable_column
from borealis.sql.utility.sequences.identity import identity_default, identity_sequence, read_identity
from borealis.sql.utility.sequences.options import Options, apply_options, read_options

_ALWAYS = 97  # as the grammar has SET GENERATED: the letters a and d


def add_identity(alteration: Alteration, command: Node) -> None:
    column = alterable_column(alteration, command["name"])
    table = alteration.table
    definition = read_identity(alteration.context, column.type, column.attnum, command["def"]["Constraint"])
    if not column.not_null:
        raise ObjectNotInPrerequisiteState(
            f'column "{column.name}" of relation "{table.name}" must be declared NOT NULL before identity can be added'
        )
    if column.identity:
        raise ObjectNotInPrerequisiteState(
            f'column "{column.name}" of relation "{table.name}" is already an identity column'
        )
    if column.default is not None:
        raise ObjectNotInPrerequisiteState(
            f'column "{column.name}" of relation "{table.name}" already has a default value'
        )
    sequence = identity_sequence(
        alteration.context,
        definition,
        alteration.new_oid(),
        table.oid,
        table.schema,
        table.owner,
        alteration.name_chooser(),
        column.name,
    )
    alteration.create(sequence)
    alteration.replace_column(
        replace(column, identity=definition.when, default=identity_default(sequence.oid))
    )


def set_identity(alteration: Alteration, command: Node) -> None:
    """SET GENERATED, SET and RESTART of the sequence's options."""
    column = alterable_column(alteration, command["name"])
    _check_identity(alteration, column)
    options = read_options(alteration.context, command["def"]["List"]["items"], subject="identity column")
    generated = options.nodes.get("generated")
    if generated is not None:
        when = "a" if generated["arg"]["Integer"].get("ival", 0) == _ALWAYS else "d"
        alteration.replace_column(replace(column, identity=when))
    if options.said:
        sequence = _sequence(alteration, column)
        alteration.change(sequence, _altered(sequence, options))


def _altered(sequence: Sequence, options: Options) -> Sequence:
    return apply_options(sequence, options, is_new=False)


def drop_identity(alteration: Alteration, command: Node) -> None:
    column = alterable_column(alteration, command["name"])
    if not column.identity and command.get("missing_ok"):
        text = f'column "{column.name}" of relation "{alteration.table.name}" is not an identity column, skipping'
        alteration.notice("00000", text)
        return
    _check_identity(alteration, column)
    alteration.change(_sequence(alteration, column), None)
    alteration.replace_column(replace(column, identity="", default=None))


def _check_identity(alteration: Alteration, column: Column) -> None:
    if not column.identity:
        raise ObjectNotInPrerequisiteState(
            f'column "{column.name}" of relation "{alteration.table.name}" is not an identity column'
        )


def _sequence(alteration: Alteration, column: Column) -> Sequence:
    owner = (alteration.table.oid, column.attnum)
    return next(
        one for one in alteration.context.catalog.sequences if one.owned_by == owner and one.is_identity
    )
