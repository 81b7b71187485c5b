"""DROP TRIGGER IF EXISTS, which tools send before they make a table: there are no triggers, so it only says so.

Source: dsql-facts.md §4.2; PostgreSQL 16, dropcmds.c (does_not_exist_skipping) for texts.
"""

from __future__ import annotations

from borealis.errors import FeatureNotSupported
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import lookup_relation
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.types.base import Oid


def drop_trigger(context: BindContext, node: Node, owner: Oid) -> Ddl:
    if not node.get("missing_ok"):
        raise FeatureNotSupported("DROP TRIGGER not supported")
    notices = []
    for item in node["objects"]:
        *table, trigger = (part["String"]["sval"] for part in item["List"]["items"])
        range_var = {"relname": table[-1]} | ({"schemaname": table[-2]} if len(table) > 1 else {})
        if len(table) > 1 and table[-2] not in context.catalog.schemas_by_name:
            text = f'schema "{table[-2]}" does not exist, skipping'
        elif lookup_relation(context, range_var) is None:
            text = f'relation "{".".join(table)}" does not exist, skipping'
        else:
            text = f'trigger "{trigger}" for relation "{".".join(table)}" does not exist, skipping'
        notices.append(("00000", text))
    return Ddl.replacing("DROP TRIGGER", notices=tuple(notices))
