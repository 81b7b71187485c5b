"""regclass: tables, views, sequences, indexes, and the relations PostgreSQL comes with."""

from __future__ import annotations

from functools import cache
from importlib import resources

from borealis.catalog.system import system_tables
from borealis.catalog.system.tables import JOBS, MAPPINGS
from borealis.errors import UndefinedTable
from borealis.sql.registered.parsing import qualified, written
from borealis.sql.registered.scope import NameScope
from borealis.types.base import Oid


@cache
def system_relations() -> dict[Oid, tuple[str, str, str]]:
    """Return (schema, name, relkind) by oid.

    Tables of pg_catalog and what sys has are those of catalog/system; views, indexes and information_schema's tables stand in
    system_relations.tsv, from pg_class of PostgreSQL 16.2 (tools/dump_signatures.py).
    """
    tables = {table.oid: ("pg_catalog", name, "r") for name, table in system_tables().items()}
    tables |= {table.oid: ("sys", table.name, "v") for table in (JOBS, MAPPINGS)}
    text = resources.files(__package__).joinpath("system_relations.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return tables | {Oid(int(oid)): (schema, name, kind) for oid, schema, name, kind in rows}


@cache
def _system_oids() -> dict[tuple[str, str], Oid]:
    return {(schema, name): oid for oid, (schema, name, _) in system_relations().items()}


def is_system_relation(schema: str, name: str) -> bool:
    """Whether PostgreSQL comes with a relation of this name."""
    return (schema, name) in _system_oids()


def find(scope: NameScope, schema: str, name: str) -> Oid | None:
    """Return the relation of a schema with this name."""
    relation = scope.catalog.relation(schema, name)
    if relation is not None:
        return relation.oid
    index = scope.catalog.index(schema, name)
    if index is not None:
        return index[1].oid
    return _system_oids().get((schema, name))


def read(scope: NameScope, text: str) -> int:
    schema, name = qualified(text)
    for path in scope.search_path if schema is None else (schema,):
        found = find(scope, path, name)
        if found is not None:
            return found
    raise UndefinedTable(f'relation "{name if schema is None else f"{schema}.{name}"}" does not exist')


def name_of(scope: NameScope, oid: Oid) -> tuple[str, str] | None:
    """Return the schema and name of a relation."""
    relation = scope.catalog.relations_by_oid.get(oid)
    if relation is not None:
        return relation.schema.name, relation.name
    for table in scope.catalog.tables:
        for index in table.indexes:
            if index.oid == oid:
                return table.schema.name, index.name
    found = system_relations().get(oid)
    return None if found is None else found[:2]


def show(scope: NameScope, oid: Oid) -> str | None:
    found = name_of(scope, oid)
    if found is None:
        return None
    schema, name = found
    first = next((path for path in scope.search_path if find(scope, path, name) is not None), None)
    return written(None if first == schema else schema, name)
