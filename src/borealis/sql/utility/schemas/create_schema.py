"""CREATE SCHEMA, with the tables, views, sequences and grants that stand in the statement.

The elements are planned one after the other, each against the catalog the ones before it leave, and all become one change of the
catalog. Source: dsql-facts.md §3.3, §4.2; PostgreSQL 16, CreateSchemaCommand and transformCreateSchemaStmtElements for order and texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from borealis import limits
from borealis.catalog.catalog import Catalog
from borealis.catalog.relations import Sequence, Table, View
from borealis.catalog.roles import Acl
from borealis.catalog.rows import Object
from borealis.catalog.schema import Schema
from borealis.errors import DuplicateSchema, FeatureNotSupported, InvalidSchemaDefinition, ReservedName
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import SYSTEM_SCHEMAS
from borealis.sql.parse import Node
from borealis.sql.utility.create_table import create_table
from borealis.sql.utility.create_view import create_view
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.privileges.defaults import first_acls
from borealis.sql.utility.privileges.grant import grant
from borealis.sql.utility.roles import role_named
from borealis.sql.utility.sequences.create_sequence import create_sequence
from borealis.types.base import Oid

_TAG = "CREATE SCHEMA"
_SCHEMAS_MAX = 10
_UNCOUNTED = {"public", *SYSTEM_SCHEMAS}

_Planner = Callable[[BindContext, Node, Oid], Ddl]
_ELEMENTS: dict[str, tuple[_Planner, str]] = {
    "CreateSeqStmt": (create_sequence, "sequence"),
    "CreateStmt": (create_table, "relation"),
    "ViewStmt": (create_view, "view"),
    "GrantStmt": (grant, ""),
}
"""What may stand in the statement, in the order PostgreSQL makes it, with the field that names it: no grant is of one schema."""


def create_schema(context: BindContext, node: Node, owner: Oid) -> Ddl:
    role = node.get("authrole")
    schema_owner = owner if role is None else role_named(context, role, owner)
    name = node.get("schemaname") or context.catalog.roles_by_oid[schema_owner].name
    elements = node.get("schemaElts", ())
    if node.get("if_not_exists") and elements:
        raise FeatureNotSupported("CREATE SCHEMA IF NOT EXISTS cannot include schema elements")
    check_name(name)
    if name in context.catalog.schemas_by_name or name in SYSTEM_SCHEMAS:
        if node.get("if_not_exists"):
            return Ddl(_TAG, (), (("42P06", f'schema "{name}" already exists, skipping'),))
        raise DuplicateSchema(f'schema "{name}" already exists')
    if sum(schema.name not in _UNCOUNTED for schema in context.catalog.schemas) >= _SCHEMAS_MAX:
        raise limits.too_many_schemas()
    schema = Schema(context.catalog.next_oid, name, schema_owner)
    made = _elements(context, schema, elements)
    granted = {(one.catalog, one.object, one.column): one for one in made if isinstance(one, Acl)}
    before = [one for one in context.catalog.acls if (one.catalog, one.object, one.column) in granted]
    rest = [one for one in made if not isinstance(one, Acl)]
    return Ddl.replacing(_TAG, before, (schema, *rest, *granted.values()))


def check_name(name: str) -> None:
    """Raise ReservedName 42939 for a name that is kept for system schemas."""
    if name.startswith("pg_"):
        raise ReservedName(
            f'unacceptable schema name "{name}"', detail='The prefix "pg_" is reserved for system schemas.'
        )


def _elements(context: BindContext, schema: Schema, elements: list[Node]) -> list[Object]:
    """Plan what stands in the statement; return the objects made."""
    for element in elements:
        (kind,) = element
        if kind not in _ELEMENTS:
            word = kind.removesuffix("Stmt").upper()
            raise FeatureNotSupported(f"{word} in CREATE SCHEMA not supported")
        if field := _ELEMENTS[kind][1]:
            _check_place(schema, element[kind][field])
    made: list[Object] = []
    catalog = replace(
        context.catalog,
        schemas=(*context.catalog.schemas, schema),
        next_oid=Oid(context.catalog.next_oid + 1),
    )
    for kind, (planner, _) in _ELEMENTS.items():
        for element in elements:
            if kind in element:
                objects = _planned(context, catalog, schema, planner, element[kind])
                objects += tuple(first_acls(catalog, objects))
                made += objects
                catalog = _with(catalog, objects)
    return made


def _check_place(schema: Schema, range_var: Node) -> None:
    given = range_var.get("schemaname")
    if given is not None and given != schema.name:
        raise InvalidSchemaDefinition(
            f"CREATE specifies a schema ({given}) different from the one being created ({schema.name})"
        )


def _planned(
    context: BindContext, catalog: Catalog, schema: Schema, planner: _Planner, element: Node
) -> tuple[Object, ...]:
    search_path = (schema.name, *(path for path in context.search_path if path != schema.name))
    inner = BindContext(
        replace(context.parsed, node=element), catalog, (), search_path, replace(context.style, names=None)
    )
    inner.setting = context.setting
    inner.role = context.role
    return planner(inner, element, schema.owner).made


def _with(catalog: Catalog, objects: tuple[Object, ...]) -> Catalog:
    """Return the catalog as it is once the objects are made."""
    acls = {(one.catalog, one.object, one.column): one for one in catalog.acls}
    acls |= {(one.catalog, one.object, one.column): one for one in objects if isinstance(one, Acl)}
    return replace(
        catalog,
        acls=tuple(acls.values()),
        tables=(*catalog.tables, *(one for one in objects if isinstance(one, Table))),
        views=(*catalog.views, *(one for one in objects if isinstance(one, View))),
        sequences=(*catalog.sequences, *(one for one in objects if isinstance(one, Sequence))),
        next_oid=Oid(
            max([catalog.next_oid, *(1 + _last_oid(one) for one in objects if not isinstance(one, Acl))])
        ),
    )


def _last_oid(one: Object) -> int:
    """Return the greatest oid an object took for itself and its parts."""
    if not isinstance(one, Table):
        return 0 if not hasattr(one, "oid") else int(one.oid)
    parts = [index.oid for index in one.indexes] + [index.constraint for index in one.indexes]
    parts += [check.oid for check in one.checks] + [key.oid for key in one.foreign_keys]
    return int(max([one.oid, *parts]))
