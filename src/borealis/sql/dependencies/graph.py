"""The dependencies of all objects of a catalog, asked for in either direction.

Nothing is kept of a catalog but what was asked for: of thousands of objects, only those that may depend on one at hand are
looked at closely.
"""

from __future__ import annotations

from collections.abc import Iterator

from borealis.catalog.catalog import Catalog
from borealis.catalog.objects import Domain
from borealis.catalog.relations import Table
from borealis.sql.dependencies.address import Address, Dependency
from borealis.sql.dependencies.edges import Holder, address_of, dependencies_of, oids_mentioned
from borealis.sql.dependencies.uses import Uses
from borealis.storage.catalog_tables import (
    PG_ATTRDEF,
    PG_CLASS,
    PG_CONSTRAINT,
    PG_REWRITE,
    PG_STATISTIC_EXT,
    PG_TYPE,
)
from borealis.types.base import Oid
from borealis.types.row_types import element_of, is_array_of_rows, is_row_type, table_of


class Graph:
    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._uses = Uses(catalog)
        self._holders: list[Holder] = [
            *catalog.relations_by_oid.values(),
            *catalog.domains,
            *catalog.functions,
            *catalog.statistics,
        ]
        self._of: dict[Address, tuple[Dependency, ...]] = {}
        self._by_mention: dict[int, list[Holder]] | None = None
        self._owners: dict[Address, Holder] | None = None

    def all(self) -> Iterator[Dependency]:
        for holder in self._holders:
            yield from self._of_holder(holder)

    def dependents(self, address: Address) -> Iterator[Dependency]:
        """Yield the dependencies on an object, or on any column of it."""
        if address.catalog in (PG_ATTRDEF, PG_REWRITE, PG_STATISTIC_EXT):
            return  # nothing ever does
        for holder in self._mentioning().get(_oid_mentioned(address), ()):
            yield from (one for one in self._of_holder(holder) if address.contains(one.referenced))

    def _mentioning(self) -> dict[int, list[Holder]]:
        """Return the objects that may depend on each oid."""
        if self._by_mention is None:
            self._by_mention = {}
            for holder in self._holders:
                for oid in oids_mentioned(holder):
                    self._by_mention.setdefault(oid, []).append(holder)
        return self._by_mention

    def referenced(self, address: Address) -> Iterator[Dependency]:
        """Yield the dependencies of an object, and of any column of it."""
        holder = self.holder(address)
        if holder is not None:
            yield from (one for one in self._of_holder(holder) if address.contains(one.dependent))

    def holder(self, address: Address) -> Holder | None:
        """Return the object that an address is of, or of a part of; None for a schema."""
        match address.catalog:
            case catalog if catalog in (PG_ATTRDEF, PG_REWRITE):
                address = Address(PG_CLASS, address.oid)
            case catalog if catalog == PG_TYPE:
                address = _relation_of_type(address)
        if self._owners is None:
            self._owners = dict(self._all_parts())
        return self._owners.get(Address(address.catalog, address.oid))

    def _of_holder(self, holder: Holder) -> tuple[Dependency, ...]:
        own = address_of(holder)
        if own not in self._of:
            self._of[own] = tuple(dependencies_of(holder, self._uses))
        return self._of[own]

    def _all_parts(self) -> Iterator[tuple[Address, Holder]]:
        for holder in self._holders:
            yield address_of(holder), holder
            if isinstance(holder, Table):
                for index in holder.indexes:
                    yield Address(PG_CLASS, index.oid), holder
                    if index.constraint:
                        yield Address(PG_CONSTRAINT, index.constraint), holder
                for key in holder.foreign_keys:
                    yield Address(PG_CONSTRAINT, key.oid), holder
            if isinstance(holder, Table | Domain):
                for check in holder.checks:
                    yield Address(PG_CONSTRAINT, check.oid), holder


def _oid_mentioned(address: Address) -> Oid:
    """Return the oid by which dependents name an object: a row type goes by its relation's."""
    return _relation_of_type(address).oid if address.catalog == PG_TYPE else address.oid


def _relation_of_type(address: Address) -> Address:
    """Return the relation of a row type, or of an array of it; any other type itself."""
    oid = element_of(address.oid) if is_array_of_rows(address.oid) else address.oid
    return Address(PG_CLASS, table_of(oid)) if is_row_type(oid) else address
