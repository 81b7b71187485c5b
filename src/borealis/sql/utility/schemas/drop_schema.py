"""DROP SCHEMA: an empty one, or with CASCADE what is in it, as long as nothing outside needs that.

Source: PostgreSQL 16, DROP SCHEMA; dependency.c for what is told, as observed.
"""

from __future__ import annotations

from borealis.catalog.objects import Comment, Domain, Function, Statistics
from borealis.catalog.relations import Sequence, Table, View
from borealis.catalog.rows import Object
from borealis.catalog.schema import Schema
from borealis.errors import DependentObjectsStillExist, FeatureNotSupported, InsufficientPrivilege
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS
from borealis.sql.parse import Node
from borealis.sql.utility.cascades import CASCADE_HINT, cascade_notices
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.dependencies import dependents_of
from borealis.sql.utility.schemas.alter_schema import find_schema
from borealis.sql.utility.sequences.default_uses import sequences_named
from borealis.types.base import Oid
from borealis.types.registry import format_type

_Part = Table | View | Sequence | Domain | Function | Statistics


def drop_schema(context: BindContext, node: Node, owner: Oid) -> Ddl:
    dropped: list[Schema] = []
    notices: list[tuple[str, ...]] = []
    for item in node["objects"]:
        name = item["String"]["sval"]
        if (
            name not in context.catalog.schemas_by_name
            and name not in SYSTEM_SCHEMAS
            and node.get("missing_ok")
        ):
            notices.append(("00000", f'schema "{name}" does not exist, skipping'))
            continue
        schema = find_schema(context, name)
        if name == "public":
            raise InsufficientPrivilege("must be owner of schema public")
        if schema not in dropped:
            dropped.append(schema)
    parts = [part for schema in dropped for part in _parts(context, schema)]
    shown = [_described(context, part) for part in parts if not _goes_along(part)]
    if shown and node.get("behavior") != "DROP_CASCADE":
        raise DependentObjectsStillExist(
            f"cannot drop {'schema ' + dropped[0].name if len(dropped) == 1 else 'desired object(s)'} "
            "because other objects depend on "
            f"{'it' if len(dropped) == 1 else 'them'}",
            detail="\n".join(f"{text} depends on schema {part}" for text, part in shown),
            hint=CASCADE_HINT,
        )
    _refuse_outside_uses(context, parts)
    notices += cascade_notices([text for text, _ in shown])
    gone = {part.oid for part in parts} | {schema.oid for schema in dropped}
    comments: list[Comment] = [one for one in context.catalog.comments if one.object in gone]
    before: list[Object] = [*dropped, *parts, *comments]
    return Ddl.replacing("DROP SCHEMA", before=before, notices=tuple(notices))


def _parts(context: BindContext, schema: Schema) -> list[_Part]:
    catalog = context.catalog
    found: list[_Part] = []
    for kind in (catalog.tables, catalog.views, catalog.sequences, catalog.domains, catalog.functions):
        found += [one for one in kind if one.schema == schema]
    found += [one for one in catalog.statistics if one.schema == schema]
    return sorted(found, key=lambda one: one.oid)


def _goes_along(part: _Part) -> bool:
    """Whether it is no object of its own to PostgreSQL's report: a column's sequence, a table's statistics."""
    return isinstance(part, Statistics) or (isinstance(part, Sequence) and part.owned_by is not None)


def _described(context: BindContext, part: _Part) -> tuple[str, str]:
    """Return an object as messages have it, and its schema's name."""
    word = "type" if isinstance(part, Domain) else type(part).__name__.lower()
    name = part.name
    if isinstance(part, Function):
        name += f"({','.join(format_type(one.type, -1) for one in part.arguments)})"
    shown = name if part.schema.name in context.search_path else f"{part.schema.name}.{name}"
    return f"{word} {shown}", part.schema.name


def _refuse_outside_uses(context: BindContext, parts: list[_Part]) -> None:
    """Refuse where something outside the schemas would be left without what it needs."""
    gone = {part.oid for part in parts}
    targets = [part for part in parts if isinstance(part, Table | View | Function)]
    users = [one.description for one in dependents_of(context, targets)]
    domains = {part.oid for part in parts if isinstance(part, Domain)}
    sequences = {part.oid for part in parts if isinstance(part, Sequence)}
    for table in context.catalog.tables:
        if table.oid not in gone:
            users += [
                f"column {column.name} of table {table.name}"
                for column in table.live_columns
                if column.domain in domains
                or (sequences and not sequences.isdisjoint(sequences_named(context, column)))
            ]
    if users:
        raise FeatureNotSupported(f"DROP SCHEMA of what {users[0]} needs not supported")
