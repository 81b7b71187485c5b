"""Who may run DDL: whoever owns what it changes, and may create where it makes something.

Looked at before a statement is planned, as PostgreSQL does, so that who may not learns nothing else. What does not exist is left to
the statement itself. Source: dsql-facts.md §2.5; PostgreSQL 16, aclchk.c (aclcheck_error) for texts.
"""

from __future__ import annotations

from collections.abc import Iterator

from borealis.catalog.membership import inherited_by, may_administer, may_set
from borealis.catalog.objects import Domain, Function, Statistics
from borealis.catalog.privileges import held, may, owns, securable
from borealis.catalog.relations import Sequence, Table, View
from borealis.catalog.roles import ADMIN
from borealis.catalog.schema import Schema
from borealis.errors import InsufficientPrivilege, SqlError
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.domains import find_domain
from borealis.sql.bind.names import SYSTEM_SCHEMAS, lookup_relation
from borealis.sql.parse import Node, Parsed
from borealis.sql.utility.ddl import Ddl
from borealis.sql.utility.function_names import find_named
from borealis.sql.utility.roles import role_named
from borealis.types import oids
from borealis.types.base import Oid

Object = Table | View | Sequence | Function | Domain | Statistics | Schema

_FUNCTIONS = frozenset(("OBJECT_FUNCTION", "OBJECT_ROUTINE", "OBJECT_PROCEDURE"))
_RELATIONS = frozenset(
    (
        "OBJECT_TABLE",
        "OBJECT_VIEW",
        "OBJECT_SEQUENCE",
        "OBJECT_INDEX",
        "OBJECT_COLUMN",
        "OBJECT_TABCONSTRAINT",
    )
)
_OF_DOMAINS = frozenset(("OBJECT_DOMAIN", "OBJECT_TYPE", "OBJECT_DOMCONSTRAINT"))


def check_ddl(context: BindContext, parsed: Parsed, current: Oid) -> None:
    """Raise InsufficientPrivilege 42501 where a role may not run a DDL statement."""
    node = parsed.node
    match parsed.node_name:
        case "CreateSchemaStmt":
            _check_new_schema(context, node, current)
        case "CreateStmt" | "CreateSeqStmt" | "ViewStmt":
            range_var = node.get("relation") or node.get("sequence") or node["view"]
            schema = _first_schema(context, range_var.get("schemaname"))
            # PostgreSQL points at the names of tables alone.
            position = context.position(range_var) if parsed.node_name == "CreateStmt" else None
            _check_create(context, current, schema, position)
        case "CreateFunctionStmt":
            _check_create(context, current, _schema_of_names(context, node["funcname"]))
        case "CreateDomainStmt":
            _check_create(context, current, _schema_of_names(context, node["domainname"]))
        case "IndexStmt":
            table = lookup_relation(context, node["relation"])
            if table is not None:
                _check_owner(context, current, table)
                _check_create(context, current, table.schema)
        case "CreateStatsStmt":
            for item in node.get("relations", ()):
                table = lookup_relation(context, item["RangeVar"]) if "RangeVar" in item else None
                if table is not None:
                    _check_owner(context, current, table)
            if node.get("defnames"):
                _check_create(context, current, _schema_of_names(context, node["defnames"]))
        case "DropStmt":
            for named, word in _dropped(context, node):
                schema = named if isinstance(named, Schema) else named.schema
                if not owns(context.catalog, current, schema.owner):
                    _check_owner(context, current, named, word)
        case "RenameStmt" | "AlterObjectSchemaStmt" | "AlterOwnerStmt" | "AlterTableStmt" | "CommentStmt":
            if node.get("objtype") == "OBJECT_ROLE":
                _check_role_comment(context, node, current)
            if parsed.node_name == "AlterObjectSchemaStmt" and "relation" not in node:
                _check_create(context, current, context.catalog.schemas_by_name.get(node["newschema"]))
            _check_alter(context, parsed, current)
        case "AlterSeqStmt":
            sequence = lookup_relation(context, node["sequence"])
            if sequence is not None:
                _check_owner(context, current, sequence)
        case "AlterDomainStmt":
            for domain in _domain(context, node["typeName"]):
                _check_owner(context, current, domain)
        case "AlterStatsStmt":
            for statistics in _statistics(context, node["defnames"]):
                _check_owner(context, current, statistics)


def check_references(context: BindContext, ddl: Ddl, current: Oid) -> None:
    """Raise where a statement makes foreign keys to tables without REFERENCES, or columns of domains without USAGE."""
    catalog = context.catalog
    roles = inherited_by(catalog, current)
    for table in ddl.made:
        if isinstance(table, Domain | Function):
            _check_domains(context, table, current)
        if not isinstance(table, Table):
            continue
        old = catalog.tables_by_oid.get(table.oid)
        known = {one.oid for one in old.foreign_keys} if old is not None else set()
        for key in table.foreign_keys:
            referenced = catalog.tables_by_oid.get(key.referenced_table)
            if key.oid in known or referenced is None or referenced.owner in roles:
                continue
            thing = securable(referenced)
            if "x" not in held(catalog, current, thing) and not all(
                "x" in held(catalog, current, thing, column) for column in key.referenced_columns
            ):
                raise InsufficientPrivilege(f"permission denied for table {referenced.name}")
        had = {column.attnum for column in old.columns} if old is not None else set()
        for column in table.columns:
            domain = catalog.domains_by_oid.get(column.domain)
            if domain is not None and column.attnum not in had and not may(catalog, current, domain, "U"):
                raise InsufficientPrivilege(f"permission denied for type {_shown(context, domain)}")


def _check_domains(context: BindContext, made: Domain | Function, current: Oid) -> None:
    """Raise where a new domain is over one without USAGE, or a new function takes one."""
    catalog = context.catalog
    if made.oid in catalog.domains_by_oid or made.oid in catalog.functions_by_oid:
        return
    over = [made.base_type] if isinstance(made, Domain) else [one.domain for one in made.arguments]
    for oid in over:
        domain = catalog.domains_by_oid.get(oid)
        if domain is not None and not may(catalog, current, domain, "U"):
            raise InsufficientPrivilege(f"permission denied for type {_shown(context, domain)}")


def _check_alter(context: BindContext, parsed: Parsed, current: Oid) -> None:
    node = parsed.node
    kind = node.get("renameType") or node.get("objectType") or node.get("objtype") or ""
    is_comment = parsed.node_name == "CommentStmt"
    is_constraint = kind == "OBJECT_TABCONSTRAINT" and is_comment
    for named, word in _named(context, node, kind, is_constraint=is_constraint):
        if is_comment and (is_constraint or kind == "OBJECT_COLUMN"):
            word = f"relation {named.name}"
        elif is_comment and isinstance(named, Function):
            word = f"function {_as_said(node['object'])}"
        _check_owner(context, current, named, word)
        schema = None if isinstance(named, Schema) else named.schema
        match parsed.node_name:
            case "RenameStmt" if kind not in (
                "OBJECT_COLUMN",
                "OBJECT_TABCONSTRAINT",
                "OBJECT_DOMCONSTRAINT",
            ):
                if schema is None:
                    _check_database(current)
                else:
                    _check_create(context, current, schema)
            case "AlterObjectSchemaStmt" if "relation" in node:
                _check_create(context, current, context.catalog.schemas_by_name.get(node["newschema"]))
            case "AlterOwnerStmt":
                _check_new_owner(context, current, named, node["newowner"])
            case "AlterTableStmt":
                for item in node["cmds"]:
                    command = item["AlterTableCmd"]
                    if command["subtype"] == "AT_ChangeOwner":
                        _check_new_owner(context, current, named, command["newowner"])


def _check_new_owner(context: BindContext, current: Oid, named: Object, spec: Node) -> None:
    catalog = context.catalog
    new = role_named(context, spec, current)
    if new == named.owner:
        return
    if not may_set(catalog, current, new):
        raise InsufficientPrivilege(f'must be able to SET ROLE "{catalog.roles_by_oid[new].name}"')
    if isinstance(named, Schema):
        _check_database(current)
    elif not may(catalog, new, named.schema, "C"):
        raise InsufficientPrivilege(f"permission denied for schema {named.schema.name}")


def _check_role_comment(context: BindContext, node: Node, current: Oid) -> None:
    """Only admin makes roles, and administers all there are but itself."""
    role = context.catalog.roles_by_name.get(node["object"]["String"]["sval"])
    if role is None:
        return
    if current != ADMIN.oid:
        raise InsufficientPrivilege(
            "permission denied", detail="The current user must have the CREATEROLE attribute."
        )
    if not may_administer(context.catalog, current, role.oid):
        raise InsufficientPrivilege(
            "permission denied",
            detail=f'The current user must have the ADMIN option on role "{role.name}".',
        )


def _as_said(named: Node) -> str:
    """Return a function's name as the statement has it."""
    return ".".join(part["String"]["sval"] for part in named["ObjectWithArgs"]["objname"])


def _check_new_schema(context: BindContext, node: Node, current: Oid) -> None:
    _check_database(current)
    if "authrole" in node:
        owner = role_named(context, node["authrole"], current)
        if not may_set(context.catalog, current, owner):
            name = context.catalog.roles_by_oid[owner].name
            raise InsufficientPrivilege(f'must be able to SET ROLE "{name}"')


def _check_database(current: Oid) -> None:
    if current != ADMIN.oid:  # whose the database is
        raise InsufficientPrivilege("permission denied for database postgres")


def _check_create(
    context: BindContext, current: Oid, schema: Schema | None, position: int | None = None
) -> None:
    if schema is not None and not may(context.catalog, current, schema, "C"):
        raise InsufficientPrivilege(f"permission denied for schema {schema.name}", position=position)


def _check_owner(context: BindContext, current: Oid, named: Object, word: str = "") -> None:
    if not owns(context.catalog, current, named.owner):
        name = _shown(context, named) if isinstance(named, Domain) else named.name
        what = word or f"{_WORDS[type(named)]} {name}"
        raise InsufficientPrivilege(f"must be owner of {what}")


def _shown(context: BindContext, domain: Domain) -> str:
    """Return a domain's name as regtype shows it."""
    names = context.style.names
    return (names.name_of(oids.REGTYPE, domain.oid) if names is not None else None) or domain.name


_WORDS = {
    Table: "table",
    View: "view",
    Sequence: "sequence",
    Function: "function",
    Domain: "type",
    Statistics: "statistics object",
    Schema: "schema",
}


def _named(
    context: BindContext, node: Node, kind: str, *, is_constraint: bool
) -> Iterator[tuple[Object, str]]:
    """Yield the objects an ALTER or COMMENT names that are there, and what to call them where not by their kind."""
    if "relation" in node:
        yield from _relation(context, node["relation"])
        return
    if kind == "OBJECT_SCHEMA":
        name = node["subname"] if "subname" in node else node["object"]["String"]["sval"]
        schema = context.catalog.schemas_by_name.get(name)
        if schema is not None:
            yield schema, ""
        return
    named = node.get("object")
    if named is None:
        return
    if kind in _FUNCTIONS:
        yield from ((one, "") for one in _function(context, named["ObjectWithArgs"]))
    elif kind in _OF_DOMAINS:
        names = named["TypeName"]["names"] if "TypeName" in named else named["List"]["items"]
        if kind == "OBJECT_DOMCONSTRAINT" and "TypeName" in names[0]:
            names = names[0]["TypeName"]["names"]
        yield from ((one, "") for one in _domain(context, names))
    elif kind == "OBJECT_STATISTIC_EXT":
        yield from ((one, "") for one in _statistics(context, named["List"]["items"]))
    elif kind in _RELATIONS and "List" in named:
        names = [part["String"]["sval"] for part in named["List"]["items"]]
        if kind == "OBJECT_COLUMN" or is_constraint:
            names = names[:-1]  # the column, the constraint
        yield from _relation(context, _range_var(names))


def _dropped(context: BindContext, node: Node) -> Iterator[tuple[Object, str]]:
    kind = node["removeType"]
    for item in node["objects"]:
        if kind in _FUNCTIONS:
            word = f"function {_as_said(item)}"
            yield from ((one, word) for one in _function(context, item["ObjectWithArgs"]))
        elif kind == "OBJECT_SCHEMA":
            schema = context.catalog.schemas_by_name.get(item["String"]["sval"])
            if schema is not None:
                yield schema, ""
        elif kind in ("OBJECT_DOMAIN", "OBJECT_TYPE"):
            yield from ((one, "") for one in _domain(context, item["TypeName"]["names"]))
        elif kind == "OBJECT_STATISTIC_EXT":
            yield from ((one, "") for one in _statistics(context, item["List"]["items"]))
        elif kind in _RELATIONS:
            names = [part["String"]["sval"] for part in item["List"]["items"]]
            yield from _relation(context, _range_var(names))


def _range_var(names: list[str]) -> Node:
    range_var = {"relname": names[-1]}
    return range_var if len(names) == 1 else range_var | {"schemaname": names[-2]}


def _relation(context: BindContext, range_var: Node) -> Iterator[tuple[Object, str]]:
    found = lookup_relation(context, range_var)
    if found is not None:
        yield found, ""
        return
    schema, name = range_var.get("schemaname"), range_var["relname"]
    for path in (schema,) if schema is not None else context.search_path:
        index = context.catalog.index(path, name)
        if index is not None:
            yield index[0], f"index {name}"
            return


def _function(context: BindContext, node: Node) -> Iterator[Function]:
    try:
        yield find_named(context, node)
    except SqlError:
        return  # the statement says it better


def _domain(context: BindContext, parts: list[Node]) -> Iterator[Domain]:
    domain = find_domain(context, [part["String"]["sval"] for part in parts])
    if domain is not None:
        yield domain


def _statistics(context: BindContext, parts: list[Node]) -> Iterator[Statistics]:
    names = [part["String"]["sval"] for part in parts]
    for schema in names[-2:-1] or context.search_path:
        for one in context.catalog.statistics:
            if (one.schema.name, one.name) == (schema, names[-1]):
                yield one
                return


def _schema_of_names(context: BindContext, parts: list[Node]) -> Schema | None:
    names = [part["String"]["sval"] for part in parts]
    return _first_schema(context, names[-2] if len(names) > 1 else None)


def _first_schema(context: BindContext, named: str | None) -> Schema | None:
    """Return the schema something new goes into, if there is one."""
    schemas = context.catalog.schemas_by_name
    if named is not None:
        return schemas.get(named)
    return next(
        (schemas[path] for path in context.search_path if path in schemas and path not in SYSTEM_SCHEMAS),
        None,
    )
