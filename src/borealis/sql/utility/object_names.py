"""Names of indexes and constraints that were given none: `t_a_b_key`, made to fit and made unique by a number.

Source: PostgreSQL 16, CREATE TABLE; observed: both the table's and the columns' parts are cut, the longer one first.
"""

from __future__ import annotations

from borealis import limits
from borealis.catalog.catalog import Catalog
from borealis.catalog.relations import Table
from borealis.errors import DuplicateObject, DuplicateTable


def constraint_names(table: Table) -> set[str]:
    names = {index.name for index in table.indexes if index.constraint}
    names.update(check.name for check in table.checks)
    return names | {one.name for one in table.foreign_keys}


class NameChooser:
    """Chooses names for the parts of one table, none twice."""

    def __init__(self, catalog: Catalog, schema: str, table: str) -> None:
        self._table = table
        self._relations = {table}
        self._constraints_elsewhere: set[str] = set()
        for relation in catalog.relations_by_oid.values():
            if relation.schema.name == schema:
                self._relations.add(relation.name)
        for other in catalog.tables:
            if other.schema.name == schema:
                self._relations.update(index.name for index in other.indexes)
            if other.schema.name == schema and other.name != table:
                self._constraints_elsewhere.update(constraint_names(other))
        self.constraints: set[str] = set()

    def choose(self, middle: str, label: str) -> str:
        """Return a name for an index, free among the schema's relations."""
        taken = self._relations | self.constraints
        return self._free(middle, label, taken if label == "idx" else taken | self._constraints_elsewhere)

    def choose_constraint(self, middle: str, label: str) -> str:
        """Return a name for a CHECK or foreign key, which no constraint of the schema has."""
        return self._free(middle, label, self.constraints | self._constraints_elsewhere)

    def take(self, name: str) -> None:
        """Note the name of an index.

        Raises: DuplicateTable 42P07.
        """
        if name in self._relations:
            raise DuplicateTable(f'relation "{name}" already exists')
        self._relations.add(name)
        self.constraints.add(name)

    def take_constraint(self, name: str) -> None:
        """Note the given name of a constraint that is no index. Raises DuplicateObject 42710."""
        if name in self.constraints:
            raise DuplicateObject(f'constraint "{name}" for relation "{self._table}" already exists')
        self.constraints.add(name)

    def _free(self, middle: str, label: str, taken: set[str]) -> str:
        number = 0
        while True:
            name = make_object_name(self._table, middle, label + (str(number) if number else ""))
            if name not in taken:
                return name
            number += 1


def make_object_name(first: str, second: str, label: str) -> str:
    """Join the parts with underscores in at most 63 bytes."""
    room = limits.IDENTIFIER_BYTES_MAX - len(label.encode()) - 1 - (1 if second else 0)
    a, b = first.encode(), second.encode()
    while len(a) + len(b) > room:
        if len(a) > len(b):
            a = a[:-1]
        else:
            b = b[:-1]
    parts = [part.decode(errors="ignore") for part in (a, b) if part]
    return "_".join([*parts, label])
