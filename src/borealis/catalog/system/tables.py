"""SystemTable: a table of pg_catalog, its columns and oids as PostgreSQL 16 has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import groupby
from operator import itemgetter

from borealis.storage.catalog_tables import ADMIN_ROLE, SYS_IAM_MAPPING, SYS_JOB
from borealis.types import oids
from borealis.types.base import Oid

FOLDER = resources.files(__package__)


@dataclass(frozen=True, slots=True)
class SystemColumn:
    attnum: int
    name: str
    type: Oid
    not_null: bool


@dataclass(frozen=True, slots=True)
class SystemTable:
    oid: Oid
    name: str
    columns: tuple[SystemColumn, ...]
    stored: str = ""
    """What of the database holds its rows under these names, where the Catalog does not."""

    @property
    def source(self) -> str:
        """What SQLite reads its rows from, columns c1…cn."""
        if not self.stored:
            return self._with_counts(f"pg_system_{self.name}")
        names = ", ".join(f"{column.name} AS c{column.attnum}" for column in self.columns)
        return f"(SELECT {names} FROM {self.stored})"

    def _with_counts(self, source: str) -> str:
        """Put in what ANALYZE has counted, which is no part of the Catalog."""
        counted = _COUNTED.get(self.name)
        if counted is None:
            return source
        names = [
            f"coalesce({counted[1]}, c{column.attnum}) AS c{column.attnum}"
            if column.name == counted[0]
            else f"c{column.attnum}"
            for column in self.columns
        ]
        return f"(SELECT {', '.join(names)} FROM {source})"


_STORED = {
    "pg_statistic": (
        "(SELECT relation AS starelid, attnum AS staattnum, 0 AS stainherit, null_fraction AS stanullfrac, width AS stawidth, "
        "distinct_count AS stadistinct, CASE WHEN most_common_shown IS NULL THEN 0 ELSE 1 END AS stakind1, "
        "CASE WHEN histogram_shown IS NULL THEN 0 ELSE 2 END AS stakind2, "
        "CASE WHEN correlation IS NULL THEN 0 ELSE 3 END AS stakind3, 0 AS stakind4, 0 AS stakind5, "
        "0 AS staop1, 0 AS staop2, 0 AS staop3, 0 AS staop4, 0 AS staop5, "
        "0 AS stacoll1, 0 AS stacoll2, 0 AS stacoll3, 0 AS stacoll4, 0 AS stacoll5, "
        "frequencies_shown AS stanumbers1, NULL AS stanumbers2, json_array(correlation) AS stanumbers3, "
        "NULL AS stanumbers4, NULL AS stanumbers5, most_common_shown AS stavalues1, histogram_shown AS stavalues2, "
        "NULL AS stavalues3, NULL AS stavalues4, NULL AS stavalues5 FROM column_statistics)"
    ),
    "pg_statistic_ext_data": (
        "(SELECT statistics AS stxoid, 0 AS stxdinherit, distinct_shown AS stxdndistinct, "
        "dependencies_shown AS stxddependencies, most_common_shown AS stxdmcv, NULL AS stxdexpr FROM extended_statistics "
        "WHERE statistics IN (SELECT oid FROM pg_statistic_ext))"
    ),
}
"""By table, what of the database holds its rows: jobs/statistics_rows.py writes them.

The expressions of a statistics object stand in pg_statistic too, under its oid and -1, -2 …: what stxdexpr holds in PostgreSQL."""

_SHOWN_AS = {oids.ANYARRAY: oids.TEXT_ARRAY}
"""What columns of no one type hold here: the values as texts."""

_COUNTED = {
    "pg_class": (
        "reltuples",
        "(SELECT CAST(row_count AS REAL) FROM relation_statistics WHERE relation = c1)",
    )
}
"""By table, the column and what SQLite has to say of it."""


def _nullable(columns: Iterable[tuple[str, Oid]]) -> tuple[SystemColumn, ...]:
    return tuple(
        SystemColumn(attnum, name, type_, not_null=False) for attnum, (name, type_) in enumerate(columns, 1)
    )


JOBS = SystemTable(
    Oid(SYS_JOB),
    "jobs",
    _nullable(
        (
            ("job_id", oids.TEXT),
            ("status", oids.TEXT),
            ("details", oids.TEXT),
            ("job_type", oids.TEXT),
            ("class_id", oids.OID),
            ("object_id", oids.OID),
            ("object_name", oids.TEXT),
            ("start_time", oids.TIMESTAMPTZ),
            ("update_time", oids.TIMESTAMPTZ),
        )
    ),
    stored="(SELECT *, start_us AS start_time, update_us AS update_time FROM job)",
)
"""sys.jobs. Source: dsql-facts.md §5.3."""

MAPPINGS = SystemTable(
    Oid(SYS_IAM_MAPPING),
    "iam_pg_role_mappings",
    _nullable(
        (
            ("iam_oid", oids.OID),
            ("arn", oids.TEXT),
            ("pg_role_oid", oids.OID),
            ("pg_role_name", oids.NAME),
            ("grantor_pg_role_oid", oids.OID),
            ("grantor_pg_role_name", oids.NAME),
        )
    ),
    stored=(
        "(SELECT m.oid AS iam_oid, arn, role AS pg_role_oid, rolname AS pg_role_name, grantor AS grantor_pg_role_oid, "
        f"CASE grantor WHEN {ADMIN_ROLE} THEN 'admin' END AS grantor_pg_role_name "
        "FROM iam_mapping AS m JOIN pg_authid AS r ON r.oid = role)"
    ),
)
"""sys.iam_pg_role_mappings; only admin grants. Source: dsql-facts.md §2.4."""

_OF_SYS = {table.name: table for table in (JOBS, MAPPINGS)}


@cache
def system_tables() -> dict[str, SystemTable]:
    """Return the tables of pg_catalog by name."""
    lines = FOLDER.joinpath("columns.tsv").read_text(encoding="utf-8").splitlines()
    fields = [line.split("\t") for line in lines]
    tables = {}
    for (oid, name), group in groupby(fields, key=itemgetter(0, 1)):
        columns = tuple(
            SystemColumn(
                int(attnum), column, _SHOWN_AS.get(Oid(int(type_)), Oid(int(type_))), not_null == "1"
            )
            for _, _, attnum, column, type_, not_null in group
        )
        tables[name] = SystemTable(Oid(int(oid)), name, columns, _STORED.get(name, ""))
    return tables


def system_table(schema: str, name: str) -> SystemTable | None:
    if schema == "sys":
        return _OF_SYS.get(name)
    return system_tables().get(name) if schema == "pg_catalog" else None
