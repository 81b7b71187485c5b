"""DROP VIEW."""

from __future__ import annotations

from borealis.catalog.relations import View
from borealis.errors import FeatureNotSupported, InvalidSchemaName, UndefinedTable, WrongObjectType
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import lookup_relation
from borealis.sql.parse import Node
from borealis.sql.utility.ddl import Ddl
from borealis.types.base import Oid


def drop_view(context: BindContext, node: Node, owner: Oid) -> Ddl:
    if node.get("behavior") == "DROP_CASCADE":
        raise FeatureNotSupported("DROP VIEW with CASCADE not supported")
    views: list[View] = []
    notices: list[tuple[str, str]] = []
    for item in node["objects"]:
        names = [part["String"]["sval"] for part in item["List"]["items"]]
        found = _lookup(context, names)
        if isinstance(found, View):
            if found not in views:
                views.append(found)
        elif found is not None:
            kind = type(found).__name__.lower()
            raise WrongObjectType(
                f'"{names[-1]}" is not a view', hint=f"Use DROP {kind.upper()} to remove a {kind}."
            )
        elif node.get("missing_ok"):
            notices.append(("00000", f'view "{names[-1]}" does not exist, skipping'))
        else:
            raise UndefinedTable(f'view "{".".join(names)}" does not exist')
    return Ddl.replacing("DROP VIEW", before=views, notices=tuple(notices))


def _lookup(context: BindContext, names: list[str]) -> object:
    range_var = {"relname": names[-1]}
    if len(names) > 1:
        if names[-2] not in context.catalog.schemas_by_name:
            raise InvalidSchemaName(f'schema "{names[-2]}" does not exist')
        range_var["schemaname"] = names[-2]
    return lookup_relation(context, range_var)
