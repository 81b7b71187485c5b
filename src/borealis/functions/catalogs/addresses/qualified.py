"""Names with their schema, whatever the search path: those that identify an object."""

from __future__ import annotations

from borealis.catalog.system.rows import SystemRow
from borealis.functions.catalogs.addresses.rows import SystemRows
from borealis.settings.identifiers import quote_identifier
from borealis.types.array import unpack
from borealis.types.base import Oid, Value
from borealis.types.registry import format_type
from borealis.types.row_types import is_row_type


class QualifiedNames:
    def __init__(self, rows: SystemRows) -> None:
        self._rows = rows

    def of(self, name: Value, schema: Value) -> str:
        return f"{quote_identifier(self._rows.schema_name(schema))}.{quote_identifier(str(name))}"

    def type(self, oid: Value) -> str:
        """Return a type's name; SQL's own names of types stand without a schema."""
        row = self._rows.row("pg_type", oid)
        if row is None:
            return "???"
        element = self._rows.row("pg_type", row["typelem"])
        if element is not None and element["typarray"] == row["oid"]:
            return f"{self.type(row['typelem'])}[]"
        number = Oid(int(str(oid)))
        if row["typtype"] in ("b", "p") and not is_row_type(number):
            shown = format_type(number, -1)
            if shown != quote_identifier(str(row["typname"])):
                return shown
        return self.of(row["typname"], row["typnamespace"])

    def function(self, row: SystemRow) -> str:
        return f"{self.of(row['proname'], row['pronamespace'])}({','.join(self.argument_types(row))})"

    def argument_types(self, row: SystemRow) -> list[str]:
        return [self.type(oid) for oid in unpack(str(row["proargtypes"]))]

    def operator(self, row: SystemRow) -> str:
        operands = ",".join(self.type(row[side]) if row[side] else "NONE" for side in ("oprleft", "oprright"))
        return (
            f"{quote_identifier(self._rows.schema_name(row['oprnamespace']))}.{row['oprname']!s}({operands})"
        )
