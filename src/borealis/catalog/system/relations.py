"""System rows of relations: pg_class, pg_attribute, pg_attrdef, pg_index, pg_sequence, pg_rewrite.

The system tables describe themselves too, as PostgreSQL's do.
"""

from __future__ import annotations

from collections.abc import Iterator

from borealis.catalog.catalog import Catalog
from borealis.catalog.relations import Column, Index, Relation, Sequence, Table, View
from borealis.catalog.system.acl import acl_of, column_acl
from borealis.catalog.system.built_in import built_in_by_oid, built_in_rows
from borealis.catalog.system.cluster import INDEX_METHOD, SUPERUSER, TABLE_METHOD
from borealis.catalog.system.references import reference
from borealis.catalog.system.rows import SystemRow, produces, vector
from borealis.catalog.system.system_views import system_views
from borealis.catalog.system.tables import SystemTable, system_tables
from borealis.storage.catalog_tables import PG_CATALOG_NAMESPACE
from borealis.types.base import Oid, Value
from borealis.types.row_types import row_type_of

_KINDS = {Table: "r", View: "v", Sequence: "S"}
_DEFAULT_COLLATION = 100
_C_COLLATION = 950


@produces("pg_class")
def classes(catalog: Catalog) -> Iterator[SystemRow]:
    for relation in catalog.relations_by_oid.values():
        yield {
            **_class(relation),
            "relacl": acl_of(catalog, relation),
        }
        if isinstance(relation, Table):
            for index in relation.indexes:
                yield _index_class(relation, index)
    for table in system_tables().values():
        yield _class_row(table.oid, table.name, PG_CATALOG_NAMESPACE, SUPERUSER, "r", len(table.columns))
    for view in system_views():
        row = _class_row(view.oid, view.name, view.schema, SUPERUSER, "v", len(view.columns))
        yield {**row, "relhasrules": 1}


def _class(relation: Relation) -> SystemRow:
    is_table = isinstance(relation, Table)
    row = _class_row(
        relation.oid,
        relation.name,
        relation.schema.oid,
        relation.owner,
        _KINDS[type(relation)],
        3 if isinstance(relation, Sequence) else len(relation.columns),
    )
    return {
        **row,
        "reltype": 0 if isinstance(relation, Sequence) else row_type_of(relation.oid),
        "relam": TABLE_METHOD if is_table else 0,
        "relhasindex": int(isinstance(relation, Table) and bool(relation.indexes)),
        "relchecks": len(relation.checks) if isinstance(relation, Table) else 0,
        "relhasrules": int(isinstance(relation, View)),
        "relhastriggers": int(
            isinstance(relation, Table) and bool(relation.foreign_keys or relation.referenced_by)
        ),
        "relreplident": "d" if is_table else "n",
        "reltuples": -1.0 if is_table else 0.0,
    }


def _index_class(table: Table, index: Index) -> SystemRow:
    width = len(index.columns) + len(index.included)
    row = _class_row(index.oid, index.name, table.schema.oid, table.owner, "i", width)
    return {**row, "relam": INDEX_METHOD, "relreplident": "n"}


def _class_row(oid: int, name: str, namespace: int, owner: int, kind: str, width: int) -> dict[str, Value]:
    return {
        "oid": oid,
        "relname": name,
        "relnamespace": namespace,
        "reltype": 0,
        "reloftype": 0,
        "relowner": owner,
        "relam": TABLE_METHOD if kind == "r" else 0,
        "relfilenode": 0 if kind == "v" else oid,
        "reltablespace": 0,
        "relpages": 0,
        "reltuples": 0.0,
        "relallvisible": 0,
        "reltoastrelid": 0,
        "relhasindex": 0,
        "relisshared": 0,
        "relpersistence": "p",
        "relkind": kind,
        "relnatts": width,
        "relchecks": 0,
        "relhasrules": 0,
        "relhastriggers": 0,
        "relhassubclass": 0,
        "relrowsecurity": 0,
        "relforcerowsecurity": 0,
        "relispopulated": 1,
        "relreplident": "n",
        "relispartition": 0,
        "relrewrite": 0,
        "relfrozenxid": 0,
        "relminmxid": 0,
    }


@produces("pg_attribute")
def attributes(catalog: Catalog) -> Iterator[SystemRow]:
    relations: list[Table | View] = [*catalog.tables, *catalog.views]
    for relation in relations:
        for column in relation.columns:
            yield {
                **_attribute(relation.oid, column),
                "attacl": column_acl(catalog, relation.oid, column.attnum),
            }
    for sequence in catalog.sequences:
        for attnum, (name, type_) in enumerate((("last_value", 20), ("log_cnt", 20), ("is_called", 16)), 1):
            yield _attribute_row(sequence.oid, attnum, name, type_, -1, not_null=True)
    for table in catalog.tables:
        for index in table.indexes:
            for attnum, own in enumerate((*index.columns, *index.included), 1):
                if own == 0:
                    expression = index.expressions[index.columns[: attnum - 1].count(0)]
                    yield _attribute_row(
                        index.oid,
                        attnum,
                        expression.name,
                        expression.type,
                        expression.typmod,
                        not_null=False,
                    )
                    continue
                column = table.columns[own - 1]
                yield _attribute_row(
                    index.oid, attnum, column.name, column.type, column.typmod, not_null=False
                )
    for system in system_tables().values():
        yield from _system_attributes(system)
    for view in system_views():
        for one in view.columns:
            yield _attribute_row(view.oid, one.attnum, one.name, one.type, one.typmod, not_null=False)


def _attribute(relation: Oid, column: Column) -> SystemRow:
    row = _attribute_row(
        relation,
        column.attnum,
        f"........pg.dropped.{column.attnum}........" if column.is_dropped else column.name,
        0 if column.is_dropped else column.domain or column.type,
        -1 if column.domain else column.typmod,
        not_null=column.not_null,
        base=column.type,
    )
    return {
        **row,
        "atthasdef": int(column.default is not None and not column.identity),
        "attidentity": column.identity,
        "attgenerated": column.generated,
        "attisdropped": int(column.is_dropped),
        "attstorage": column.storage or row["attstorage"],
    }


def _system_attributes(table: SystemTable) -> Iterator[SystemRow]:
    for column in table.columns:
        row = _attribute_row(table.oid, column.attnum, column.name, column.type, -1, not_null=column.not_null)
        yield {**row, "attcollation": _C_COLLATION if row["attcollation"] else 0}


def _attribute_row(
    relation: int, attnum: int, name: str, type_: int, typmod: int, *, not_null: bool, base: int = 0
) -> dict[str, Value]:
    described = built_in_by_oid("pg_type").get(base or type_, {})
    return {
        "attrelid": relation,
        "attname": name,
        "atttypid": type_,
        "attlen": described.get("typlen", -1),
        "attnum": attnum,
        "attcacheoff": -1,
        "atttypmod": typmod,
        "attndims": int(bool(described.get("typelem")) and described.get("typlen") == -1),
        "attbyval": described.get("typbyval", 0),
        "attalign": described.get("typalign", "i"),
        "attstorage": described.get("typstorage", "x"),
        "attcompression": "",
        "attnotnull": int(not_null),
        "atthasdef": 0,
        "atthasmissing": 0,
        "attidentity": "",
        "attgenerated": "",
        "attisdropped": 0,
        "attislocal": 1,
        "attinhcount": 0,
        "attstattarget": -1,
        "attcollation": described.get("typcollation", 0),
    }


def default_oid(relation: Oid, attnum: int) -> Oid:
    """Return the oid of a column's default: PostgreSQL's are numbered, ours follow from the column."""
    return Oid((1 << 29) + relation * 64 + attnum % 64)


def rule_oid(view: Oid) -> Oid:
    return Oid((1 << 29) + view)


@produces("pg_attrdef")
def defaults(catalog: Catalog) -> Iterator[SystemRow]:
    for table in catalog.tables:
        for column in table.live_columns:
            if column.default is not None and not column.identity:
                yield {
                    "oid": default_oid(table.oid, column.attnum),
                    "adrelid": table.oid,
                    "adnum": column.attnum,
                    "adbin": reference("DEFAULT", relid=table.oid, attnum=column.attnum),
                }


@produces("pg_index")
def indexes(catalog: Catalog) -> Iterator[SystemRow]:
    classes_by_type = {
        row["opcintype"]: row["oid"]
        for row in built_in_rows("pg_opclass")
        if row["opcmethod"] == 403 and row["opcdefault"]
    }
    for table in catalog.tables:
        for index in table.indexes:
            expressions = iter(index.expressions)
            types = [
                table.columns[attnum - 1].type if attnum else next(expressions).type
                for attnum in index.columns
            ]
            yield {
                "indexrelid": index.oid,
                "indrelid": table.oid,
                "indnatts": len(index.columns) + len(index.included),
                "indnkeyatts": len(index.columns),
                "indisunique": int(index.is_unique),
                "indnullsnotdistinct": int(index.nulls_not_distinct),
                "indisprimary": int(index.is_primary),
                "indisexclusion": 0,
                "indimmediate": 1,
                "indisclustered": 0,
                "indisvalid": int(index.is_valid),
                "indcheckxmin": 0,
                "indisready": 1,
                "indislive": 1,
                "indisreplident": 0,
                "indkey": vector((*index.columns, *index.included)),
                "indcollation": vector(_C_COLLATION if type_ in (25, 1042, 1043) else 0 for type_ in types),
                "indclass": vector(int(str(classes_by_type.get(type_, 0))) for type_ in types),
                "indoption": vector(2 if place in index.nulls_first else 0 for place in range(len(types))),
                "indexprs": reference("KEYS", indexrelid=index.oid) if index.expressions else None,
                "indpred": None if index.predicate is None else reference("PREDICATE", indexrelid=index.oid),
            }


@produces("pg_sequence")
def sequences(catalog: Catalog) -> Iterator[SystemRow]:
    for sequence in catalog.sequences:
        yield {
            "seqrelid": sequence.oid,
            "seqtypid": 20,
            "seqstart": sequence.start,
            "seqincrement": sequence.increment,
            "seqmax": sequence.maximum,
            "seqmin": sequence.minimum,
            "seqcache": sequence.cache,
            "seqcycle": int(sequence.is_cyclic),
        }


@produces("pg_rewrite")
def rules(catalog: Catalog) -> Iterator[SystemRow]:
    for view in catalog.views:
        yield {
            "oid": rule_oid(view.oid),
            "rulename": "_RETURN",
            "ev_class": view.oid,
            "ev_type": "1",
            "ev_enabled": "O",
            "is_instead": 1,
            "ev_qual": "<>",
            "ev_action": reference("RULE", ev_class=view.oid),
        }
