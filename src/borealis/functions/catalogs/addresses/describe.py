"""An object as messages name it: `column a of table t`, by the names that the search path makes visible."""

from __future__ import annotations

from dataclasses import dataclass

from borealis.catalog.system.rows import SystemRow
from borealis.functions.catalogs.addresses.kinds import RELATION_WORDS, Kind, kinds_by_catalog
from borealis.functions.catalogs.addresses.rows import SystemRows
from borealis.settings.identifiers import quote_identifier
from borealis.types import oids
from borealis.types.base import Names, Oid, Value


@dataclass(frozen=True, slots=True)
class Descriptions:
    """What a catalog's objects are called; names and search_path as the session has them."""

    rows: SystemRows
    names: Names
    search_path: tuple[str, ...]

    def of(self, catalog: int, oid: int, column: int = 0) -> str | None:
        """Return an object's description, None where there is none."""
        kind = kinds_by_catalog().get(catalog)
        row = None if kind is None else self.rows.row(kind.table, oid)
        if kind is None or row is None:
            return None
        if kind.table == "pg_class" and column:
            return self._column(oid, column)
        match kind.table:
            case "pg_class":
                return self._relation(row)
            case "pg_attrdef":
                return f"default value for {self._column(row['adrelid'], row['adnum'])}"
            case "pg_rewrite":
                return f"rule {row['rulename']!s} on {self._relation_of(row['ev_class'])}"
            case "pg_constraint":
                on = f" on {self._relation_of(row['conrelid'])}" if row["conrelid"] else ""
                return f"constraint {row['conname']!s}{on}"
            case "pg_type":
                return f"type {self._name(oids.REGTYPE, oid)}"
            case "pg_proc":
                return f"function {self._name(oids.REGPROCEDURE, oid)}"
            case "pg_operator":
                return f"operator {self._name(oids.REGOPERATOR, oid)}"
            case "pg_cast":
                return f"cast from {self._type(row['castsource'])} to {self._type(row['casttarget'])}"
            case "pg_opclass" | "pg_opfamily":
                return self._of_method(row)
            case "pg_amop" | "pg_amproc":
                return self._member(row)
            case "pg_auth_members":
                return f"membership of role {self.rows.role_name(row['member'])} in role {self.rows.role_name(row['roleid'])}"
            case "pg_default_acl":
                return self._default_acl(row)
        return f"{kind.word} {self._shown(kind, row) if kind.schema else row[kind.name]!s}"

    def _shown(self, kind: Kind, row: SystemRow) -> str:
        """Return a name, with its schema where the search path leads to another object of the name or to none."""
        path = self.search_path if "pg_catalog" in self.search_path else ("pg_catalog", *self.search_path)
        schemas = {
            self.rows.schema_name(one[kind.schema])
            for one in self.rows.named(kind.table, kind.name, row[kind.name])
        }
        own = self.rows.schema_name(row[kind.schema])
        name = quote_identifier(str(row[kind.name]))
        is_visible = next((schema for schema in path if schema in schemas), None) == own
        return name if is_visible else f"{quote_identifier(own)}.{name}"

    def _name(self, kind: Oid, oid: Value) -> str:
        return self.names.name_of(kind, Oid(int(str(oid)))) or str(oid)

    def _relation(self, row: SystemRow) -> str:
        return f"{RELATION_WORDS[str(row['relkind'])]} {self._name(oids.REGCLASS, row['oid'])}"

    def _relation_of(self, oid: Value) -> str:
        row = self.rows.row("pg_class", oid)
        return "" if row is None else self._relation(row)

    def _column(self, relation: Value, column: Value) -> str | None:
        name = self.rows.column(relation, column)
        return None if name is None else f"column {name} of {self._relation_of(relation)}"

    def _type(self, oid: Value) -> str:
        return self._name(oids.REGTYPE, oid)

    def _access_method(self, oid: Value) -> str:
        row = self.rows.row("pg_am", oid)
        return "" if row is None else str(row["amname"])

    def _of_method(self, row: SystemRow) -> str:
        """An operator class or family."""
        is_class = "opcname" in row
        kind = kinds_by_catalog()[_OPCLASS if is_class else _OPFAMILY]
        method = self._access_method(row["opcmethod" if is_class else "opfmethod"])
        return f"{kind.word} {self._shown(kind, row)} for access method {method}"

    def _member(self, row: SystemRow) -> str:
        """An operator or a function of an operator family."""
        if "amopfamily" in row:
            what, number, prefix = "operator", row["amopstrategy"], "amop"
            name = self._name(oids.REGOPERATOR, row["amopopr"])
        else:
            what, number, prefix = "function", row["amprocnum"], "amproc"
            name = self._name(oids.REGPROCEDURE, row["amproc"])
        sides = (self._type(row[f"{prefix}{side}type"]) for side in ("left", "right"))
        family = self.rows.row("pg_opfamily", row[f"{prefix}family"])
        within = "" if family is None else self._of_method(family)
        return f"{what} {number!s} ({', '.join(sides)}) of {within}: {name}"

    def _default_acl(self, row: SystemRow) -> str:
        objects = "relations" if row["defaclobjtype"] == "r" else DEFAULT_ACL_WORDS[str(row["defaclobjtype"])]
        text = (
            f"default privileges on new {objects} belonging to role {self.rows.role_name(row['defaclrole'])}"
        )
        return (
            f"{text} in schema {self.rows.schema_name(row['defaclnamespace'])}"
            if row["defaclnamespace"]
            else text
        )


DEFAULT_ACL_WORDS = {"r": "tables", "S": "sequences", "f": "functions", "T": "types", "n": "schemas"}
_OPCLASS, _OPFAMILY = 2616, 2753
