"""What depends on what, as rows of pg_depend say it: the addresses of objects and their parts, and the kinds of dependencies."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from borealis.storage.catalog_tables import PG_ATTRDEF, PG_CLASS, PG_REWRITE
from borealis.types.base import Oid


@dataclass(frozen=True, slots=True)
class Address:
    """An object: the catalog it is a row of, its oid there, and an attnum for one column of a relation.

    A default goes by its relation's oid and its column's attnum, a view's rule by the view's oid.
    """

    catalog: int
    oid: Oid
    column: int = 0

    @property
    def age(self) -> tuple[int, int, int]:
        """Its place among others in the order of their making: a default is as old as its table."""
        return self.oid, -self.catalog, self.column if self.catalog == PG_ATTRDEF else -self.column

    def contains(self, other: Address) -> bool:
        """Whether the other is this, or a column of this relation."""
        return (self.catalog, self.oid) == (other.catalog, other.oid) and self.column in (0, other.column)


class DependencyKind(enum.StrEnum):
    """What happens to the dependent when what it depends on is dropped; letters as pg_depend has them."""

    NORMAL = "n"  # the drop is refused, or by CASCADE the dependent goes too
    AUTO = "a"  # the dependent goes along
    INTERNAL = "i"  # so, and whoever drops the dependent has to drop what it is a part of


@dataclass(frozen=True, slots=True)
class Dependency:
    dependent: Address
    referenced: Address
    kind: DependencyKind


def column_of(relation: Oid, attnum: int) -> Address:
    return Address(PG_CLASS, relation, attnum)


def default_of(relation: Oid, attnum: int) -> Address:
    return Address(PG_ATTRDEF, relation, attnum)


def rule_of(view: Oid) -> Address:
    return Address(PG_REWRITE, view)
