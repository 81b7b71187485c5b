"""Objects and their parts as messages name them: `default value for column a of table t`.

Source: PostgreSQL 16, getObjectDescription (objectaddress.c), as observed.
"""

from __future__ import annotations

from borealis.catalog.objects import Domain, Statistics
from borealis.catalog.relations import Sequence, Table, View
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bind.context import BindContext
from borealis.sql.dependencies.address import Address
from borealis.sql.dependencies.graph import Graph
from borealis.sql.registered.names import CatalogNames
from borealis.storage.catalog_tables import (
    PG_ATTRDEF,
    PG_CLASS,
    PG_CONSTRAINT,
    PG_NAMESPACE,
    PG_PROC,
    PG_REWRITE,
    PG_TYPE,
)
from borealis.types import oids
from borealis.types.base import Oid

_KINDS: dict[type, str] = {Table: "table", View: "view", Sequence: "sequence"}


class Descriptions:
    def __init__(self, context: BindContext, graph: Graph) -> None:
        self._graph = graph
        self._path = context.search_path
        self._names = CatalogNames(graph.catalog, context.search_path)

    def of(self, address: Address) -> str:
        match address.catalog:
            case catalog if catalog == PG_CLASS:
                return self._relation(address)
            case catalog if catalog == PG_ATTRDEF:
                return f"default value for {self._relation(address)}"
            case catalog if catalog == PG_REWRITE:
                return f"rule _RETURN on {self._relation(address)}"
            case catalog if catalog == PG_CONSTRAINT:
                return self._constraint(address)
            case catalog if catalog == PG_TYPE:
                return f"type {self._names.name_of(oids.REGTYPE, address.oid)}"
            case catalog if catalog == PG_PROC:
                return f"function {self._names.name_of(oids.REGPROCEDURE, address.oid)}"
            case catalog if catalog == PG_NAMESPACE:
                schemas = {schema.oid: schema.name for schema in self._graph.catalog.schemas}
                return f"schema {schemas[address.oid]}"
        holder = self._graph.holder(address)
        assert isinstance(holder, Statistics), address
        shown = quote_identifier(holder.name)
        if holder.schema.name not in self._path:
            shown = f"{quote_identifier(holder.schema.name)}.{shown}"
        return f"statistics object {shown}"

    def _relation(self, address: Address) -> str:
        relation = self._graph.catalog.relations_by_oid.get(address.oid)
        kind = "index" if relation is None else _KINDS[type(relation)]
        text = f"{kind} {self._name(address.oid)}"
        if not address.column:
            return text
        assert isinstance(relation, Table | View), address
        return f"column {relation.columns[address.column - 1].name} of {text}"

    def _constraint(self, address: Address) -> str:
        holder = self._graph.holder(address)
        if isinstance(holder, Domain):
            (name,) = (check.name for check in holder.checks if check.oid == address.oid)
            return f"constraint {name}"
        assert isinstance(holder, Table), address
        parts = [(check.oid, check.name) for check in holder.checks]
        parts += [(key.oid, key.name) for key in holder.foreign_keys]
        parts += [(index.constraint, index.name) for index in holder.indexes]
        (name,) = (name for oid, name in parts if oid == address.oid)
        return f"constraint {name} on table {self._name(holder.oid)}"

    def _name(self, relation: Oid) -> str:
        return self._names.name_of(oids.REGCLASS, relation) or str(relation)
