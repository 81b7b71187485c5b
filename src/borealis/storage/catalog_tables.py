"""The catalog's own tables: what PostgreSQL calls them, their columns and keys, and the rows every cluster starts with.

DDL writes them as rows through the same intents as data, with Change.table = PostgreSQL's own oid of the catalog; the
physical tables t<oid> and i<oid> follow from these rows when they are applied (physical.py).

Invariants: a catalog table has _k, _u, _s like any other; its physical name is PostgreSQL's; its row is all columns in
this order and its key the columns named in key.
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.types.base import Value

PG_TYPE = 1247
PG_ATTRIBUTE = 1249
PG_PROC = 1255
PG_CLASS = 1259
PG_AUTHID = 1260
PG_SEQUENCE = 2224
PG_ATTRDEF = 2604
PG_CONSTRAINT = 2606
PG_DESCRIPTION = 2609
PG_INDEX = 2610
PG_NAMESPACE = 2615
PG_REWRITE = 2618
PG_STATISTIC_EXT = 3381
SYS_JOB = 15601  # no catalog of PostgreSQL's: what sys.jobs shows
SYS_IAM_MAPPING = 15602  # what sys.iam_pg_role_mappings shows
SYS_ACL = 15603  # the privileges on all objects
PG_AUTH_MEMBERS = 1261
SYS_DEFAULT_ACL = 15604  # what pg_default_acl shows

ADMIN_ROLE = 15579
PG_CATALOG_NAMESPACE = 11
PUBLIC_NAMESPACE = 2200
INFORMATION_SCHEMA_NAMESPACE = 12404  # as PostgreSQL 16.2's initdb assigns
SYS_NAMESPACE = 15600
FIRST_USER_OID = 26384

LAST_DDL = 0
"""In relation_version, in place of a relation's oid: when DDL other than the end of a job was last applied."""


@dataclass(frozen=True, slots=True)
class CatalogTable:
    oid: int
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    has_integer_key: bool
    """The key is one integer, so the SQLite rowid."""

    rows: tuple[tuple[Value, ...], ...] = ()
    """What a new cluster holds."""

    def ordinal(self, column: str) -> int:
        return self.columns.index(column)


NAMESPACE = CatalogTable(
    PG_NAMESPACE,
    "pg_namespace",
    ("oid", "nspname", "nspowner"),
    ("oid",),
    has_integer_key=True,
    rows=(
        (PG_CATALOG_NAMESPACE, "pg_catalog", ADMIN_ROLE),
        (PUBLIC_NAMESPACE, "public", ADMIN_ROLE),
        (INFORMATION_SCHEMA_NAMESPACE, "information_schema", ADMIN_ROLE),
        (SYS_NAMESPACE, "sys", ADMIN_ROLE),
    ),
)
CLASS = CatalogTable(
    PG_CLASS,
    "pg_class",
    ("oid", "relname", "relnamespace", "relowner", "relkind"),
    ("oid",),
    has_integer_key=True,
)
ATTRIBUTE = CatalogTable(
    PG_ATTRIBUTE,
    "pg_attribute",
    (
        "attrelid",
        "attnum",
        "attname",
        "atttypid",
        "atttypmod",
        "attnotnull",
        "attisdropped",
        "attdomain",
        "attidentity",
        "attgenerated",
        "attstorage",
    ),
    ("attrelid", "attnum"),
    has_integer_key=False,
)
ATTRDEF = CatalogTable(
    PG_ATTRDEF,
    "pg_attrdef",
    ("adrelid", "adnum", "adsource"),
    ("adrelid", "adnum"),
    has_integer_key=False,
)
INDEX = CatalogTable(
    PG_INDEX,
    "pg_index",
    (
        "indexrelid",
        "indrelid",
        "indisunique",
        "indisprimary",
        "indnullsnotdistinct",
        "indisvalid",
        "indnkeyatts",
        "indkey",
        "indoption",
        "indexprs",
        "indpred",
    ),
    ("indexrelid",),
    has_integer_key=True,
)
CONSTRAINT = CatalogTable(
    PG_CONSTRAINT,
    "pg_constraint",
    (
        "oid",
        "conname",
        "conrelid",
        "contype",
        "conindid",
        "conkey",
        "consource",
        "contypid",
        "convalidated",
        "condeferrable",
        "condeferred",
        "confrelid",
        "confkey",
        "confupdtype",
        "confdeltype",
        "confmatchtype",
        "confdelsetcols",
    ),
    ("oid",),
    has_integer_key=True,
)
REWRITE = CatalogTable(
    PG_REWRITE,
    "pg_rewrite",
    ("ev_class", "ev_action", "search_path"),
    ("ev_class",),
    has_integer_key=True,
)
SEQUENCE = CatalogTable(
    PG_SEQUENCE,
    "pg_sequence",
    (
        "seqrelid",
        "seqstart",
        "seqincrement",
        "seqmin",
        "seqmax",
        "seqcache",
        "seqcycle",
        "seqowner",
        "seqownercolumn",
        "seqidentity",
        "seqgeneration",
        "seqrestart",
    ),
    ("seqrelid",),
    has_integer_key=True,
)
TYPE = CatalogTable(
    PG_TYPE,
    "pg_type",
    ("oid", "typname", "typnamespace", "typowner", "typbasetype", "typtypmod", "typnotnull", "typdefault"),
    ("oid",),
    has_integer_key=True,
)
PROC = CatalogTable(
    PG_PROC,
    "pg_proc",
    (
        "oid",
        "proname",
        "pronamespace",
        "proowner",
        "prorettype",
        "proretset",
        "provolatile",
        "proisstrict",
        "prosecdef",
        "proparallel",
        "proargs",
        "prosrc",
        "probody",
        "proconfig",
    ),
    ("oid",),
    has_integer_key=True,
)
STATISTIC_EXT = CatalogTable(
    PG_STATISTIC_EXT,
    "pg_statistic_ext",
    (
        "oid",
        "stxrelid",
        "stxname",
        "stxnamespace",
        "stxowner",
        "stxkeys",
        "stxkind",
        "stxexprs",
        "stxstattarget",
    ),
    ("oid",),
    has_integer_key=True,
)
DESCRIPTION = CatalogTable(
    PG_DESCRIPTION,
    "pg_description",
    ("objoid", "classoid", "objsubid", "description"),
    ("objoid", "classoid", "objsubid"),
    has_integer_key=False,
)
JOB = CatalogTable(
    SYS_JOB,
    "job",
    (
        "job_id",
        "status",
        "details",
        "job_type",
        "class_id",
        "object_id",
        "object_name",
        "start_us",
        "update_us",
    ),
    ("job_id",),
    has_integer_key=False,
)
ROLE = CatalogTable(
    PG_AUTHID,
    "pg_authid",
    ("oid", "rolname", "rolcanlogin", "rolinherit"),
    ("oid",),
    has_integer_key=True,
)
IAM_MAPPING = CatalogTable(
    SYS_IAM_MAPPING,
    "iam_mapping",
    ("oid", "arn", "role", "grantor"),
    ("oid",),
    has_integer_key=True,
)
AUTH_MEMBERS = CatalogTable(
    PG_AUTH_MEMBERS,
    "pg_auth_members",
    ("oid", "roleid", "member", "grantor", "admin_option", "inherit_option", "set_option"),
    ("oid",),
    has_integer_key=True,
)
ACL = CatalogTable(
    SYS_ACL,
    "acl",
    ("objoid", "classoid", "objsubid", "items"),
    ("objoid", "classoid", "objsubid"),
    has_integer_key=False,
    rows=((PUBLIC_NAMESPACE, PG_NAMESPACE, 0, f"{ADMIN_ROLE}=CU/{ADMIN_ROLE} 0=U/{ADMIN_ROLE}"),),
)
DEFAULT_ACL = CatalogTable(
    SYS_DEFAULT_ACL,
    "default_acl",
    ("role", "namespace", "objtype", "items"),
    ("role", "namespace", "objtype"),
    has_integer_key=False,
)

CATALOG_TABLES = (
    NAMESPACE,
    CLASS,
    ATTRIBUTE,
    ATTRDEF,
    INDEX,
    CONSTRAINT,
    REWRITE,
    SEQUENCE,
    TYPE,
    PROC,
    STATISTIC_EXT,
    DESCRIPTION,
    JOB,
    ROLE,
    IAM_MAPPING,
    AUTH_MEMBERS,
    ACL,
    DEFAULT_ACL,
)
CATALOG_TABLES_BY_OID = {table.oid: table for table in CATALOG_TABLES}

RELATIONS_OF_ROW = {
    PG_CLASS: (CLASS.ordinal("oid"),),
    PG_ATTRIBUTE: (ATTRIBUTE.ordinal("attrelid"),),
    PG_ATTRDEF: (ATTRDEF.ordinal("adrelid"),),
    PG_INDEX: (INDEX.ordinal("indrelid"),),
    # A foreign key changes what a write of the referenced table has to check.
    PG_CONSTRAINT: (CONSTRAINT.ordinal("conrelid"), CONSTRAINT.ordinal("confrelid")),
    PG_REWRITE: (REWRITE.ordinal("ev_class"),),
    PG_SEQUENCE: (SEQUENCE.ordinal("seqrelid"),),
}
"""Where a catalog's row names the relations it belongs to (0: none); changing the row changes those relations."""
