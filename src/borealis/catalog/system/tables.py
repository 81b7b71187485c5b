"""SystemTable: a table of pg_catalog, its columns and oids as PostgreSQL 16 has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import groupby
from operator import itemgetter

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


@cache
def system_tables() -> dict[str, SystemTable]:
    """Return the tables of pg_catalog by name."""
    lines = FOLDER.joinpath("columns.tsv").read_text(encoding="utf-8").splitlines()
    fields = [line.split("\t") for line in lines]
    tables = {}
    for (oid, name), group in groupby(fields, key=itemgetter(0, 1)):
        columns = tuple(
            SystemColumn(int(attnum), column, Oid(int(type_)), not_null == "1")
            for _, _, attnum, column, type_, not_null in group
        )
        tables[name] = SystemTable(Oid(int(oid)), name, columns)
    return tables
