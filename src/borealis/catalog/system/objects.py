"""System rows of what is no relation: schemas, types, functions, comments, extended statistics."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.catalog.catalog import Catalog
from borealis.catalog.objects import Domain, Function
from borealis.catalog.relations import Sequence
from borealis.catalog.system.acl import acl_of
from borealis.catalog.system.built_in import built_in_by_oid, built_in_rows
from borealis.catalog.system.cluster import PG_EXTENSION, PLPGSQL
from borealis.catalog.system.rows import SystemRow, array, produces, vector
from borealis.types.row_types import array_of, row_type_of

_SQL_LANGUAGE = 14
_RECORD_IN, _RECORD_OUT = 2290, 2291
_DOMAIN_IN = 2597


@produces("pg_namespace")
def schemas(catalog: Catalog) -> Iterator[SystemRow]:
    for schema in catalog.schemas:
        yield {
            "oid": schema.oid,
            "nspname": schema.name,
            "nspowner": schema.owner,
            "nspacl": acl_of(catalog, schema),
        }


@produces("pg_type")
def types(catalog: Catalog) -> Iterator[SystemRow]:
    yield from built_in_rows("pg_type")
    composite = built_in_by_oid("pg_type")[2249]  # record
    array = built_in_by_oid("pg_type")[2287]  # record[]
    for relation in catalog.relations_by_oid.values():
        if isinstance(relation, Sequence):
            continue
        row = {
            **composite,
            "oid": row_type_of(relation.oid),
            "typname": relation.name,
            "typnamespace": relation.schema.oid,
            "typowner": relation.owner,
            "typtype": "c",
            "typcategory": "C",
            "typrelid": relation.oid,
            "typarray": array_of(row_type_of(relation.oid)),
        }
        yield row
        yield {
            **array,
            "oid": row["typarray"],
            "typname": f"_{relation.name}",
            "typnamespace": relation.schema.oid,
            "typowner": relation.owner,
            "typtype": "b",
            "typcategory": "A",
            "typelem": row["oid"],
        }
    for domain in catalog.domains:
        yield {**_domain(catalog, domain), "typacl": acl_of(catalog, domain)}


def _domain(catalog: Catalog, domain: Domain) -> SystemRow:
    base = domain
    while base.base_type in catalog.domains_by_oid:
        base = catalog.domains_by_oid[base.base_type]
    return {
        **built_in_by_oid("pg_type")[base.base_type],
        "oid": domain.oid,
        "typname": domain.name,
        "typnamespace": domain.schema.oid,
        "typowner": domain.owner,
        "typtype": "d",
        "typinput": _DOMAIN_IN,
        "typarray": 0,
        "typelem": 0,
        "typnotnull": int(domain.not_null),
        "typbasetype": domain.base_type,
        "typtypmod": domain.typmod,
    }


@produces("pg_proc")
def functions(catalog: Catalog) -> Iterator[SystemRow]:
    yield from built_in_rows("pg_proc")
    for function in catalog.functions:
        yield {**_function(function), "proacl": acl_of(catalog, function)}


def _function(function: Function) -> SystemRow:
    arguments = function.arguments
    has_outputs = any(one.mode != "i" for one in arguments)
    has_names = any(one.name for one in arguments)
    return {
        "oid": function.oid,
        "proname": function.name,
        "pronamespace": function.schema.oid,
        "proowner": function.owner,
        "prolang": _SQL_LANGUAGE,
        "procost": 100.0,
        "prorows": 1000.0 if function.returns_set else 0.0,
        "provariadic": next((one.type for one in arguments if one.mode == "v"), 0),
        "prosupport": 0,
        "prokind": "f",
        "prosecdef": int(function.is_security_definer),
        "proleakproof": 0,
        "proisstrict": int(function.is_strict),
        "proretset": int(function.returns_set),
        "provolatile": function.volatility,
        "proparallel": function.parallel,
        "pronargs": len(function.input_types),
        "pronargdefaults": sum(one.default is not None for one in arguments),
        "prorettype": function.result,
        "proargtypes": vector(function.input_types),
        "proallargtypes": array([one.type for one in arguments]) if has_outputs else None,
        "proargmodes": array([one.mode for one in arguments]) if has_outputs else None,
        "proargnames": array([one.name for one in arguments]) if has_names else None,
        "prosrc": function.source,
        "proconfig": array([f"{name}={value}" for name, value in function.settings])
        if function.settings
        else None,
    }


@produces("pg_description")
def comments(catalog: Catalog) -> Iterator[SystemRow]:
    for comment in catalog.comments:
        yield {
            "objoid": comment.object,
            "classoid": comment.catalog,
            "objsubid": comment.column,
            "description": comment.text,
        }
    yield from built_in_rows("pg_description")
    yield {
        "objoid": PLPGSQL,
        "classoid": PG_EXTENSION,
        "objsubid": 0,
        "description": "PL/pgSQL procedural language",
    }


@produces("pg_statistic_ext")
def statistics(catalog: Catalog) -> Iterator[SystemRow]:
    for one in catalog.statistics:
        yield {
            "oid": one.oid,
            "stxrelid": one.table,
            "stxname": one.name,
            "stxnamespace": one.schema.oid,
            "stxowner": one.owner,
            "stxstattarget": one.target,
            "stxkeys": vector(one.columns),
            "stxkind": array(list(one.kinds)),
        }
