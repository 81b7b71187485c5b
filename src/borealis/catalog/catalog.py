"""Catalog: everything one version of a cluster's catalog holds, with the ways to find it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from borealis.catalog.objects import Comment, Domain, Function, Statistics
from borealis.catalog.relations import Index, Relation, Sequence, Table, View
from borealis.catalog.roles import ADMIN, Acl, AclItem, DefaultAcl, Membership, Role, RoleMapping
from borealis.catalog.schema import Schema
from borealis.types.base import Oid


@dataclass(frozen=True)
class Catalog:
    version: int
    next_oid: Oid  # what the next DDL may give out; the adjudicator refuses two DDLs of one version
    schemas: tuple[Schema, ...] = ()
    tables: tuple[Table, ...] = ()
    views: tuple[View, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    domains: tuple[Domain, ...] = ()
    functions: tuple[Function, ...] = ()
    statistics: tuple[Statistics, ...] = ()
    comments: tuple[Comment, ...] = ()
    roles: tuple[Role, ...] = ()  # without admin
    role_mappings: tuple[RoleMapping, ...] = ()
    memberships: tuple[Membership, ...] = ()
    acls: tuple[Acl, ...] = ()
    default_acls: tuple[DefaultAcl, ...] = ()
    last_ddl_version: int = (
        0  # since then only jobs have ended: an index may be read, a constraint is known to hold
    )

    @cached_property
    def schemas_by_name(self) -> dict[str, Schema]:
        return {schema.name: schema for schema in self.schemas}

    @cached_property
    def roles_by_name(self) -> dict[str, Role]:
        return {role.name: role for role in (ADMIN, *self.roles)}

    @cached_property
    def mapped_arns(self) -> frozenset[tuple[str, str]]:
        """Role names with the principals that may connect as them; a role has to have LOGIN."""
        names = {role.oid: role.name for role in self.roles if role.can_login}
        return frozenset((names[one.role], one.arn) for one in self.role_mappings if one.role in names)

    @cached_property
    def roles_by_oid(self) -> dict[Oid, Role]:
        return {role.oid: role for role in (ADMIN, *self.roles)}

    @cached_property
    def acls_by_place(self) -> dict[tuple[Oid, Oid, int], tuple[AclItem, ...]]:
        """ACLs by the object's catalog, its oid, and the column or 0."""
        return {(one.catalog, one.object, one.column): one.items for one in self.acls}

    @cached_property
    def relations_by_oid(self) -> dict[Oid, Relation]:
        found: dict[Oid, Relation] = {}
        for relations in (self.tables, self.views, self.sequences):
            found |= {relation.oid: relation for relation in relations}
        return found

    @cached_property
    def tables_by_oid(self) -> dict[Oid, Table]:
        return {table.oid: table for table in self.tables}

    @cached_property
    def domains_by_oid(self) -> dict[Oid, Domain]:
        return {domain.oid: domain for domain in self.domains}

    @cached_property
    def functions_by_oid(self) -> dict[Oid, Function]:
        return {function.oid: function for function in self.functions}

    def relation(self, schema: str, name: str) -> Relation | None:
        return self._relations_by_name.get((schema, name))

    def table(self, schema: str, name: str) -> Table | None:
        found = self.relation(schema, name)
        return found if isinstance(found, Table) else None

    def index(self, schema: str, name: str) -> tuple[Table, Index] | None:
        return self._indexes_by_name.get((schema, name))

    def domain(self, schema: str, name: str) -> Domain | None:
        return self._domains_by_name.get((schema, name))

    def functions_named(self, schema: str, name: str) -> tuple[Function, ...]:
        return tuple(self._functions_by_name.get((schema, name), ()))

    @cached_property
    def _relations_by_name(self) -> dict[tuple[str, str], Relation]:
        return {
            (relation.schema.name, relation.name): relation for relation in self.relations_by_oid.values()
        }

    @cached_property
    def _indexes_by_name(self) -> dict[tuple[str, str], tuple[Table, Index]]:
        return {
            (table.schema.name, index.name): (table, index)
            for table in self.tables
            for index in table.indexes
        }

    @cached_property
    def _domains_by_name(self) -> dict[tuple[str, str], Domain]:
        return {(domain.schema.name, domain.name): domain for domain in self.domains}

    @cached_property
    def _functions_by_name(self) -> dict[tuple[str, str], list[Function]]:
        found: dict[tuple[str, str], list[Function]] = defaultdict(list)
        for function in self.functions:
            found[function.schema.name, function.name].append(function)
        return found
