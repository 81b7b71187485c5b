"""DROP SEQUENCE.

Source: PostgreSQL 16, DROP SEQUENCE; dependency.c for what an identity column says, as observed.
"""

from __future__ import annotations

from borealis.catalog.relations import Sequence, Table
from borealis.errors import DependentObjectsStillExist, FeatureNotSupported, InvalidSchemaName, UndefinedTable
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import lookup_relation
from borealis.sql.parse import Node
from borealis.sql.utility.cascades import CASCADE_HINT
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.sequences.alter_sequence import find_sequence
from borealis.sql.utility.sequences.default_uses import sequences_named
from borealis.types.base import Oid


def drop_sequence(context: BindContext, node: Node, owner: Oid) -> Ddl:
    dropped: list[Sequence] = []
    notices: list[tuple[str, str]] = []
    for item in node["objects"]:
        names = [part["String"]["sval"] for part in item["List"]["items"]]
        range_var = {"relname": names[-1]}
        if len(names) > 1:
            range_var["schemaname"] = names[-2]
        sequence = _find(context, range_var, missing_ok=bool(node.get("missing_ok")))
        if sequence is None:
            notices.append(("00000", _missing(context, range_var)))
        elif sequence not in dropped:
            _refuse_used(context, sequence)
            dropped.append(sequence)
    return Ddl.replacing("DROP SEQUENCE", before=dropped, notices=tuple(notices))


def _find(context: BindContext, range_var: Node, *, missing_ok: bool) -> Sequence | None:
    schema = range_var.get("schemaname")
    if schema is not None and schema not in context.catalog.schemas_by_name:
        if missing_ok:
            return None
        raise InvalidSchemaName(f'schema "{schema}" does not exist')
    if not missing_ok and lookup_relation(context, range_var) is None:
        raise UndefinedTable(f'sequence "{range_var["relname"]}" does not exist')
    return find_sequence(context, range_var, missing_ok=missing_ok)


def _missing(context: BindContext, range_var: Node) -> str:
    schema = range_var.get("schemaname")
    if schema is not None and schema not in context.catalog.schemas_by_name:
        return f'schema "{schema}" does not exist, skipping'
    return f'sequence "{range_var["relname"]}" does not exist, skipping'


def _refuse_used(context: BindContext, sequence: Sequence) -> None:
    """Raise where something could no longer be computed without the sequence."""
    if sequence.is_identity and sequence.owned_by is not None:
        table = context.catalog.tables_by_oid[sequence.owned_by[0]]
        column = table.columns[sequence.owned_by[1] - 1]
        raise DependentObjectsStillExist(
            f"cannot drop sequence {sequence.name} because column {column.name} of table {table.name} requires it",
            hint=f"You can drop column {column.name} of table {table.name} instead.",
        )
    users = [
        (table, column)
        for table in context.catalog.tables
        for column in table.live_columns
        if sequence.oid in sequences_named(context, column)
    ]
    if users:
        if context.parsed.node.get("behavior") == "DROP_CASCADE":
            raise FeatureNotSupported("DROP SEQUENCE with CASCADE not supported where a default needs it")
        raise DependentObjectsStillExist(
            f"cannot drop sequence {sequence.name} because other objects depend on it",
            detail="\n".join(
                f"default value for column {column.name} of table {table.name} depends on sequence {sequence.name}"
                for table, column in users
            ),
            hint=CASCADE_HINT,
        )


def owned_sequences(context: BindContext, table: Table) -> list[Sequence]:
    """Return the sequences that go with a table."""
    return [one for one in context.catalog.sequences if one.owned_by and one.owned_by[0] == table.oid]
