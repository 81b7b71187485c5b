"""Functions over what Borealis, like Aurora DSQL, has none of: partitions, publications, files, locks, triggers, row security."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.errors import UndefinedObject
from borealis.functions.catalogs.privileges import role_oid
from borealis.functions.implementation import Context, scalar, set_returning, template
from borealis.types import oids
from borealis.types.array import pack
from borealis.types.base import Value
from borealis.types.registry import type_of


@set_returning("pg_partition_ancestors")
def pg_partition_ancestors(relation: int) -> Iterator[tuple[Value, ...]]:
    return iter(())


@set_returning("pg_partition_tree", columns=4)
def pg_partition_tree(relation: int) -> Iterator[tuple[Value, ...]]:
    return iter(())


@set_returning("pg_get_publication_tables", columns=4)
def pg_get_publication_tables(*names: str) -> Iterator[tuple[Value, ...]]:
    return iter(())


@set_returning("pg_options_to_table", columns=2)
def pg_options_to_table(options: str) -> Iterator[tuple[Value, ...]]:
    return iter(())


@scalar("pg_relation_is_publishable")
def pg_relation_is_publishable(relation: int) -> int:
    return 0


@scalar("pg_tablespace_location")
def pg_tablespace_location(tablespace: int) -> str:
    return ""


template("pg_trigger_depth", "0")


@scalar("pg_blocking_pids", "pg_safe_snapshot_blocking_pids")
def nobody(backend: int) -> str:
    """Nobody waits for a lock."""
    return pack([])


@scalar(
    "pg_partition_root",
    "pg_relation_filenode",
    "pg_relation_filepath",
    "pg_filenode_relation",
    "pg_collation_actual_version",
    "pg_database_collation_actual_version",
    "pg_column_compression",
)
def nothing(*arguments: Value) -> Value:
    return None


@scalar("row_security_active")
def row_security_active(relation: int) -> int:
    return 0


@scalar("row_security_active_name", context=True, deterministic=False)
def row_security_active_by_name(context: Context, name: str) -> int:
    """Raises: UndefinedTable 42P01."""
    type_of(oids.REGCLASS).decode_text(name, context.style)
    return 0


def _register(what: str, word: str) -> None:
    """has_server_privilege and its like, by its six signatures: no name is one of what there is none of."""

    def by_name(context: Context, *arguments: Value) -> Value:
        if len(arguments) == _WITH_ROLE:
            role_oid(context, arguments[0])
        raise UndefinedObject(f'{word} "{arguments[-2]!s}" does not exist')

    def by_oid(context: Context, *arguments: Value) -> Value:
        if len(arguments) == _WITH_ROLE:
            role_oid(context, arguments[0])
        return None

    key = f"has_{what}_privilege"
    scalar(f"{key}_name", f"{key}_name_name", f"{key}_id_name", context=True, deterministic=False)(by_name)
    scalar(f"{key}_id", f"{key}_name_id", f"{key}_id_id", context=True, deterministic=False)(by_oid)


_WITH_ROLE = 3  # arguments

_register("server", "server")
_register("foreign_data_wrapper", "foreign-data wrapper")
