"""Functions over what Borealis, like Aurora DSQL, has none of: partitions, publications, sizes on disk."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.functions.implementation import scalar, set_returning
from borealis.types.base import Value


@set_returning("pg_partition_ancestors")
def pg_partition_ancestors(relation: int) -> Iterator[tuple[Value, ...]]:
    yield (relation,)


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
