"""What tells an object from all others: its type, its identity with every name qualified, and the identity's parts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from borealis.catalog.system.rows import SystemRow
from borealis.functions.catalogs.addresses.describe import DEFAULT_ACL_WORDS
from borealis.functions.catalogs.addresses.kinds import RELATION_WORDS, Kind, kinds_by_catalog
from borealis.functions.catalogs.addresses.qualified import QualifiedNames
from borealis.functions.catalogs.addresses.rows import SystemRows
from borealis.settings.identifiers import quote_identifier
from borealis.types.base import Value


@dataclass(frozen=True, slots=True)
class Identity:
    text: str
    names: tuple[str, ...]
    """With args what pg_get_object_address takes."""
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identified:
    """What pg_identify_object and pg_identify_object_as_address tell; all but the type is None where there is no object."""

    type: str
    schema: str | None = None
    name: str | None = None  # where it and the schema are enough to tell the object
    identity: Identity | None = None


class Identities:
    def __init__(self, rows: SystemRows) -> None:
        self._rows = rows
        self._names = QualifiedNames(rows)

    def of(self, catalog: int, oid: int, column: int) -> Identified | None:
        """Return what an object is, None where the catalog has no objects."""
        kind = kinds_by_catalog().get(catalog)
        if kind is None:
            return None
        row = self._rows.row(kind.table, oid)
        type_ = _type(kind, row, column)
        identity = None if row is None else self._identity(kind, row, column)
        if row is None or identity is None:
            return Identified(type_)
        return Identified(
            type_,
            quote_identifier(self._rows.schema_name(row[kind.schema])) if kind.schema else None,
            quote_identifier(str(row[kind.name])) if kind.name and kind.is_unique else None,
            identity,
        )

    def _identity(self, kind: Kind, row: SystemRow, column: int) -> Identity | None:
        match kind.table:
            case "pg_class":
                return self._column(row, column) if column else self._relation(row["oid"])
            case "pg_attrdef":
                return self._default(row)
            case "pg_rewrite":
                return self._on_relation(row["rulename"], row["ev_class"])
            case "pg_constraint":
                return self._constraint(row)
            case "pg_type":
                text = self._names.type(row["oid"])
                return Identity(text, (text,))
            case "pg_proc":
                return self._function(row)
            case "pg_operator":
                return self._operator(row)
            case "pg_cast":
                source, target = self._names.type(row["castsource"]), self._names.type(row["casttarget"])
                return Identity(f"({source} AS {target})", (source,), (target,))
            case "pg_opclass" | "pg_opfamily":
                return self._of_method(row)
            case "pg_amop" | "pg_amproc":
                return self._member(row)
            case "pg_auth_members":
                text = f"membership of role {self._rows.role_name(row['member'])} in role {self._rows.role_name(row['roleid'])}"
                return Identity(text, ())
            case "pg_default_acl":
                return self._default_acl(row)
        name = str(row[kind.name])
        if not kind.schema:
            return Identity(quote_identifier(name), (name,))
        return Identity(
            self._names.of(name, row[kind.schema]), (self._rows.schema_name(row[kind.schema]), name)
        )

    def _relation(self, oid: Value) -> Identity:
        row = self._rows.row("pg_class", oid)
        assert row is not None, oid
        return Identity(
            self._names.of(row["relname"], row["relnamespace"]),
            (self._rows.schema_name(row["relnamespace"]), str(row["relname"])),
        )

    def _column(self, row: SystemRow, column: Value) -> Identity | None:
        name = self._rows.column(row["oid"], column)
        if name is None:
            return None
        relation = self._relation(row["oid"])
        return Identity(f"{relation.text}.{quote_identifier(name)}", (*relation.names, name))

    def _default(self, row: SystemRow) -> Identity | None:
        relation = self._rows.row("pg_class", row["adrelid"])
        column = None if relation is None else self._column(relation, row["adnum"])
        return None if column is None else replace(column, text=f"for {column.text}")

    def _on_relation(self, name: Value, relation: Value) -> Identity:
        on = self._relation(relation)
        return Identity(f"{quote_identifier(str(name))} on {on.text}", (*on.names, str(name)))

    def _constraint(self, row: SystemRow) -> Identity:
        if row["conrelid"]:
            return self._on_relation(row["conname"], row["conrelid"])
        domain = self._names.type(row["contypid"])
        name = str(row["conname"])
        return Identity(f"{quote_identifier(name)} on {domain}", (domain,), (name,))

    def _function(self, row: SystemRow) -> Identity:
        schema = self._rows.schema_name(row["pronamespace"])
        arguments = tuple(self._names.argument_types(row))
        return Identity(self._names.function(row), (schema, str(row["proname"])), arguments)

    def _operator(self, row: SystemRow) -> Identity:
        schema = self._rows.schema_name(row["oprnamespace"])
        operands = tuple(self._names.type(row[side]) for side in ("oprleft", "oprright") if row[side])
        return Identity(self._names.operator(row), (schema, str(row["oprname"])), operands)

    def _of_method(self, row: SystemRow) -> Identity:
        """An operator class or family."""
        prefix = "opc" if "opcname" in row else "opf"
        method = self._rows.row("pg_am", row[f"{prefix}method"])
        name, schema = str(row[f"{prefix}name"]), row[f"{prefix}namespace"]
        using = "" if method is None else str(method["amname"])
        return Identity(
            f"{self._names.of(name, schema)} USING {quote_identifier(using)}",
            (using, self._rows.schema_name(schema), name),
        )

    def _member(self, row: SystemRow) -> Identity:
        """An operator or a function of an operator family."""
        is_operator = "amopfamily" in row
        prefix, word = ("amop", "operator") if is_operator else ("amproc", "function")
        number = str(row["amopstrategy" if is_operator else "amprocnum"])
        sides = tuple(self._names.type(row[f"{prefix}{side}type"]) for side in ("left", "right"))
        row_of_family = self._rows.row("pg_opfamily", row[f"{prefix}family"])
        assert row_of_family is not None, row
        family = self._of_method(row_of_family)
        text = f"{word} {number} ({', '.join(sides)}) of {family.text}"
        return Identity(text, (*family.names, number), sides)

    def _default_acl(self, row: SystemRow) -> Identity:
        role, letter = self._rows.role_name(row["defaclrole"]), str(row["defaclobjtype"])
        text, names = f"for role {quote_identifier(role)}", [role]
        if row["defaclnamespace"]:
            schema = self._rows.schema_name(row["defaclnamespace"])
            text = f"{text} in schema {quote_identifier(schema)}"
            names.append(schema)
        return Identity(f"{text} on {DEFAULT_ACL_WORDS[letter]}", tuple(names), (letter,))


def _type(kind: Kind, row: SystemRow | None, column: int) -> str:
    if row is None:
        return kind.word
    match kind.table:
        case "pg_class":
            word = RELATION_WORDS[str(row["relkind"])]
            return f"{word} column" if column else word
        case "pg_proc":
            return {"a": "aggregate", "p": "procedure"}.get(str(row["prokind"]), "function")
        case "pg_constraint":
            return "table constraint" if row["conrelid"] else "domain constraint"
    return kind.word
