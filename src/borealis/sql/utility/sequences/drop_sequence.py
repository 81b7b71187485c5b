"""DROP SEQUENCE.

Source: PostgreSQL 16, DROP SEQUENCE; dependency.c for what an identity column says, as observed.
"""

from __future__ import annotations

from borealis.catalog.relations import Sequence
from borealis.errors import InvalidSchemaName, UndefinedTable
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import lookup_relation
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.drops import drop_holders
from borealis.sql.utility.sequences.alter_sequence import find_sequence
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
            dropped.append(sequence)
    return drop_holders(context, "DROP SEQUENCE", dropped, notices)


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
