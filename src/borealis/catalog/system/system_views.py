"""SystemView: a view of pg_catalog, information_schema or sys as pg_class and pg_attribute list it; what it says is in views/, as SQL.

views/columns.tsv has the columns, as the views give them; tests/scripts/test_system_views.py writes and checks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter

from borealis.catalog.system.tables import FOLDER, JOBS, MAPPINGS
from borealis.storage.catalog_tables import (
    INFORMATION_SCHEMA_NAMESPACE,
    PG_CATALOG_NAMESPACE,
    SYS_NAMESPACE,
)
from borealis.types.base import Oid

COLUMNS = "views/columns.tsv"

_SCHEMAS = {"pg_catalog": PG_CATALOG_NAMESPACE, "information_schema": INFORMATION_SCHEMA_NAMESPACE}


@dataclass(frozen=True, slots=True)
class SystemViewColumn:
    attnum: int
    name: str
    type: Oid
    typmod: int = -1


@dataclass(frozen=True, slots=True)
class SystemView:
    oid: Oid
    schema: Oid
    name: str
    columns: tuple[SystemViewColumn, ...]


@cache
def system_views() -> tuple[SystemView, ...]:
    text = FOLDER.joinpath(COLUMNS).read_text(encoding="utf-8")
    found = []
    for (oid, schema, name), rows in groupby(map(str.split, text.splitlines()), itemgetter(0, 1, 2)):
        columns = tuple(
            SystemViewColumn(int(attnum), column, Oid(int(type_)), int(typmod))
            for _, _, _, attnum, column, type_, typmod in rows
        )
        found.append(SystemView(Oid(int(oid)), Oid(_SCHEMAS[schema]), name, columns))
    for table in (JOBS, MAPPINGS):
        own = tuple(SystemViewColumn(one.attnum, one.name, one.type) for one in table.columns)
        found.append(SystemView(table.oid, Oid(SYS_NAMESPACE), table.name, own))
    return tuple(found)
