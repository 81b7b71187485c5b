"""Rows of relation_statistics, column_statistics and extended_statistics: what ANALYZE leaves, and how the catalog shows it."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass

import apsw

from borealis.catalog.statistics import ColumnStatistics, ExtendedStatistics, pack, pack_extended
from borealis.jobs.rows import OpenJob
from borealis.types import array, oids
from borealis.types.base import Oid, Representation, Style, Value
from borealis.types.registry import stored_representation, type_of


@dataclass(frozen=True, slots=True)
class Described:
    """A column as the catalog has it now, or an expression that an index or a statistics object keeps."""

    relation: int  # the table, the index, the statistics object
    attnum: int
    type: Oid
    typmod: int

    @property
    def representation(self) -> Representation:
        return stored_representation(self.type, self.typmod)

    def text(self, value: Value) -> str | None:
        """Return a stored value as PostgreSQL shows it."""
        if value is None:
            return None
        text = type_of(self.type).text_encoder(Style(), self.representation)(value).decode()
        return text.ljust(self.typmod - 4) if self.type == oids.BPCHAR else text


Found = list[tuple[Described, ColumnStatistics]]
Extended = list[tuple[ExtendedStatistics, tuple[Described, ...]]]


def write(
    writer: apsw.Connection,
    job: OpenJob,
    count: int,
    index_counts: dict[int, int],
    found: Found,
    extended: Extended,
) -> None:
    """Put what was found of a table in the place of what was known of it; of an empty one, only that it is empty."""
    execute = writer.cursor().execute
    indexes = execute("SELECT indexrelid FROM pg_index WHERE indrelid=?", (job.object,)).fetchall()
    counts = {job.object: count} | {int(str(index)): count for (index,) in indexes}
    for relation in counts:
        execute(
            "INSERT OR REPLACE INTO relation_statistics SELECT ?,?,update_us FROM job WHERE job_id=?",
            (relation, index_counts.get(relation, counts[relation]), job.id),
        )
    if count:
        for relation in {job.object, *(described.relation for described, _ in found)}:
            execute("DELETE FROM column_statistics WHERE relation=?", (relation,))
        for described, one in found:
            execute(
                "INSERT INTO column_statistics VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", _column_row(described, one)
            )
        for together, columns in extended:
            execute(
                "INSERT OR REPLACE INTO extended_statistics VALUES(?,?,?,?,?,?)",
                (together.object, job.object, pack_extended(together), *_shown_together(together, columns)),
            )
    known = "SELECT oid FROM pg_class UNION ALL SELECT oid FROM pg_statistic_ext"
    for table in ("relation_statistics", "column_statistics"):
        execute(
            f"DELETE FROM {table} WHERE relation NOT IN ({known})"
        )  # what was dropped meanwhile, or before
    execute("DELETE FROM extended_statistics WHERE statistics NOT IN (SELECT oid FROM pg_statistic_ext)")
    execute("UPDATE meta SET statistics_version=statistics_version+1")


def _column_row(described: Described, one: ColumnStatistics) -> tuple[Value, ...]:
    common, histogram = (_shown(described, values) for values in (one.most_common, one.histogram))
    frequencies = tuple(map(_float4, one.frequencies))
    return (
        described.relation,
        described.attnum,
        _float4(one.null_fraction),
        one.width,
        _float4(one.distinct),
        pack(one.most_common),
        pack(frequencies),
        pack(one.histogram),
        None if one.correlation is None else _float4(one.correlation),
        common,
        array.pack(list(frequencies)) if frequencies else None,
        histogram,
    )


def _shown(described: Described, values: tuple[Value, ...]) -> str | None:
    """Return values as pg_stats shows them, an array of their texts."""
    return array.pack([described.text(value) for value in values]) if values else None


def _shown_together(
    found: ExtendedStatistics, columns: tuple[Described, ...]
) -> tuple[str | None, str | None, str | None]:
    """Return what pg_statistic_ext_data shows: pg_ndistinct, pg_dependencies, pg_mcv_list (ours: JSON)."""
    distinct = ", ".join(
        f'"{", ".join(map(str, one.attnums))}": {one.distinct:.0f}' for one in found.combinations
    )
    dependencies = ", ".join(
        f'"{", ".join(map(str, one.determining))} => {one.implied}": {one.degree:.6f}'
        for one in found.dependencies
    )
    common = [
        [
            [column.text(value) for column, value in zip(columns, one.values, strict=True)],
            one.frequency,
            one.base_frequency,
        ]
        for one in found.most_common
    ]
    return (
        f"{{{distinct}}}" if distinct else None,
        f"{{{dependencies}}}" if dependencies else None,
        json.dumps(common, ensure_ascii=False) if common else None,
    )


def _float4(value: float) -> float:
    """Return what a real holds of it."""
    return float(struct.unpack("f", struct.pack("f", value))[0])
