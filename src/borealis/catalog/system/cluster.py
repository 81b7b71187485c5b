"""System rows of the cluster itself: its database, roles, access methods, extension. Source: dsql-facts.md §4.10."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from borealis.catalog.catalog import Catalog
from borealis.catalog.system.acl import acl_array
from borealis.catalog.system.built_in import built_in_rows
from borealis.catalog.system.rows import SystemRow, produces
from borealis.storage.catalog_tables import ADMIN_ROLE

DATABASE = 5
TABLE_METHOD = 2
INDEX_METHOD = 10003
_BTREE = 403
SUPERUSER = 10
ROLES = {SUPERUSER: "postgres", ADMIN_ROLE: "admin"}

for _table in [
    "pg_aggregate",
    "pg_amproc",
    "pg_cast",
    "pg_collation",
    "pg_conversion",
    "pg_language",
    "pg_operator",
    "pg_range",
    "pg_ts_config",
    "pg_ts_config_map",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
]:
    produces(_table)(lambda catalog, table=_table: built_in_rows(table))  # type: ignore[misc]


def _of_own_method(table: str, column: str) -> Callable[[Catalog], Iterator[SystemRow]]:
    """Return a producer of rows that name PostgreSQL's btree, whose number is another here."""

    def rows(catalog: Catalog) -> Iterator[SystemRow]:
        for row in built_in_rows(table):
            yield {**row, column: INDEX_METHOD if row[column] == _BTREE else row[column]}

    return rows


for _table, _column in (
    ("pg_opclass", "opcmethod"),
    ("pg_opfamily", "opfmethod"),
    ("pg_amop", "amopmethod"),
):
    produces(_table)(_of_own_method(_table, _column))


@produces("pg_database")
def databases(catalog: Catalog) -> Iterator[SystemRow]:
    yield {
        "oid": DATABASE,
        "datname": "postgres",
        "datdba": ADMIN_ROLE,
        "encoding": 6,  # UTF8
        "datlocprovider": "c",
        "datistemplate": 0,
        "datallowconn": 1,
        "datconnlimit": -1,
        "datfrozenxid": 0,
        "datminmxid": 0,
        "dattablespace": 1663,
        "datcollate": "C",
        "datctype": "C",
    }


@produces("pg_authid")
def roles(catalog: Catalog) -> Iterator[SystemRow]:
    for oid, name in ROLES.items():
        is_superuser = int(oid == SUPERUSER)
        yield {
            "oid": oid,
            "rolname": name,
            "rolsuper": is_superuser,
            "rolinherit": 1,
            "rolcreaterole": 1,
            "rolcreatedb": is_superuser,
            "rolcanlogin": 1,
            "rolreplication": is_superuser,
            "rolbypassrls": is_superuser,
            "rolconnlimit": -1,
        }
    for role in catalog.roles:
        yield {
            "oid": role.oid,
            "rolname": role.name,
            "rolsuper": 0,
            "rolinherit": int(role.inherits),
            "rolcreaterole": 0,
            "rolcreatedb": 0,
            "rolcanlogin": int(role.can_login),
            "rolreplication": 0,
            "rolbypassrls": 0,
            "rolconnlimit": -1,
        }


@produces("pg_auth_members")
def memberships(catalog: Catalog) -> Iterator[SystemRow]:
    for one in catalog.memberships:
        yield {
            "oid": one.oid,
            "roleid": one.role,
            "member": one.member,
            "grantor": one.grantor,
            "admin_option": int(one.may_administer),
            "inherit_option": int(one.inherits),
            "set_option": int(one.may_set),
        }


@produces("pg_default_acl")
def default_privileges(catalog: Catalog) -> Iterator[SystemRow]:
    for number, one in enumerate(catalog.default_acls, 1):
        yield {
            "oid": number,
            "defaclrole": one.role,
            "defaclnamespace": one.schema,
            "defaclobjtype": one.kind,
            "defaclacl": acl_array(catalog, one.items),
        }


@produces("pg_am")
def access_methods(catalog: Catalog) -> Iterator[SystemRow]:
    yield {"oid": TABLE_METHOD, "amname": "btree-table", "amhandler": 3, "amtype": "t"}
    yield {"oid": INDEX_METHOD, "amname": "btree_index", "amhandler": 330, "amtype": "i"}


PG_EXTENSION = 3079  # the catalog's oid
PLPGSQL = 13563


@produces("pg_extension")
def extensions(catalog: Catalog) -> Iterator[SystemRow]:
    yield {
        "oid": PLPGSQL,
        "extname": "plpgsql",
        "extowner": SUPERUSER,
        "extnamespace": 11,
        "extrelocatable": 0,
        "extversion": "1.0",
    }


@produces("pg_tablespace")
def tablespaces(catalog: Catalog) -> Iterator[SystemRow]:
    yield {"oid": 1663, "spcname": "pg_default", "spcowner": SUPERUSER}
    yield {"oid": 1664, "spcname": "pg_global", "spcowner": SUPERUSER}
