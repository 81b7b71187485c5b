"""What keeps a role from being dropped: the objects it owns, and the ACLs it stands in. Source: PostgreSQL 16, pg_shdepend.c for texts."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.catalog.catalog import Catalog
from borealis.catalog.relations import Sequence, View
from borealis.catalog.roles import AclItem
from borealis.sql.utility.function_names import signature_text
from borealis.storage.catalog_tables import PG_CLASS, PG_NAMESPACE, PG_PROC, PG_TYPE
from borealis.types.base import Oid

_KINDS = {
    "r": "relations",
    "S": "sequences",
    "f": "functions",
    "T": "types",
    "n": "schemas",
}


_LAST = Oid(2**32 - 1)


def dependents_of(catalog: Catalog, role: Oid) -> list[str]:
    """Return a line for each: `owner of table t`, `privileges for schema s`."""
    described = _descriptions(catalog)
    found = [(place, 0, f"owner of {text}") for place, (owner, text) in described.items() if owner == role]
    for one in catalog.acls:
        place = (one.catalog, one.object)
        if _names(one.items, role) and place in described and described[place][0] != role:
            text = described[place][1]
            if one.column:
                relation = catalog.relations_by_oid[one.object]
                assert not isinstance(relation, Sequence)
                text = f"column {relation.columns[one.column - 1].name} of {text}"
            found.append((place, one.column, f"privileges for {text}"))
    for default in catalog.default_acls:
        if default.role == role or _names(default.items, role):
            owner = catalog.roles_by_oid[default.role].name
            where = ""
            if default.schema:
                schema = next(one.name for one in catalog.schemas if one.oid == default.schema)
                where = f" in schema {schema}"
            verb = "owner of" if default.role == role else "privileges for"
            text = f"{verb} default privileges on new {_KINDS[default.kind]} belonging to role {owner}{where}"
            found.append(((Oid(826), _LAST), 0, text))  # theirs are no oids that are kept
    return [text for _, _, text in sorted(found, key=lambda one: (one[0][1], one[0][0], one[1]))]


def _names(items: tuple[AclItem, ...], role: Oid) -> bool:
    return any(role in (one.grantee, one.grantor) for one in items)


def _descriptions(catalog: Catalog) -> dict[tuple[Oid, Oid], tuple[Oid, str]]:
    """Return owner and description of every object, by catalog and oid."""
    return {(Oid(place), oid): (owner, text) for place, oid, owner, text in _objects(catalog)}


def _objects(catalog: Catalog) -> Iterator[tuple[int, Oid, Oid, str]]:
    for relation in catalog.relations_by_oid.values():
        kind = (
            "sequence"
            if isinstance(relation, Sequence)
            else "view"
            if isinstance(relation, View)
            else "table"
        )
        yield PG_CLASS, relation.oid, relation.owner, f"{kind} {_shown(relation.schema.name, relation.name)}"
    for schema in catalog.schemas:
        yield PG_NAMESPACE, schema.oid, schema.owner, f"schema {schema.name}"
    for function in catalog.functions:
        text = _shown(function.schema.name, signature_text(function))
        yield PG_PROC, function.oid, function.owner, f"function {text}"
    for domain in catalog.domains:
        yield PG_TYPE, domain.oid, domain.owner, f"type {_shown(domain.schema.name, domain.name)}"
    for statistics in catalog.statistics:
        yield (
            3381,
            statistics.oid,
            statistics.owner,
            f"statistics object {_shown(statistics.schema.name, statistics.name)}",
        )


def _shown(schema: str, name: str) -> str:
    return name if schema == "public" else f"{schema}.{name}"
