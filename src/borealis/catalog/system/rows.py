"""Rows of the system catalogs: who gives them, and how they become tuples.

A producer yields mappings from column to value as it is stored at run time (types/); what it leaves out is null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from borealis.catalog.catalog import Catalog
from borealis.catalog.system.tables import SystemTable
from borealis.types.array import pack
from borealis.types.base import Value

SystemRow = Mapping[str, Value]
Producer = Callable[[Catalog], Iterable[SystemRow]]

_PRODUCERS: dict[str, Producer] = {}


def produces(table: str) -> Callable[[Producer], Producer]:
    """Register the function that gives the rows of a system table."""

    def register(producer: Producer) -> Producer:
        assert table not in _PRODUCERS, table
        _PRODUCERS[table] = producer
        return producer

    return register


def rows_of(table: SystemTable, catalog: Catalog) -> Iterator[tuple[Value, ...]]:
    producer = _PRODUCERS.get(table.name)
    if producer is None:
        return
    names = [column.name for column in table.columns]
    for row in producer(catalog):
        yield tuple(row.get(name) for name in names)


def vector(numbers: Iterable[int]) -> str:
    """Return an int2vector or oidvector."""
    return pack(list(numbers))


def array(values: Iterable[Value]) -> str:
    return pack(list(values))
