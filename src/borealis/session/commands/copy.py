"""COPY: FROM STDIN and TO STDOUT, in PostgreSQL's three formats; files and programs are refused.

COPY t (a, b) FROM STDIN is `INSERT INTO t (a, b) VALUES ($1, $2)` a row, COPY t TO STDOUT is `SELECT * FROM t`.
Source: PostgreSQL 16 COPY, whose order of checks DoCopy's is; dsql-facts.md §4.2.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any

from borealis.catalog.relations import Relation, Table, View
from borealis.catalog.relations import Sequence as Sequence_
from borealis.errors import (
    DuplicateColumn,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidColumnReference,
    SqlError,
    SyntaxError_,
    UndefinedColumn,
    WrongObjectType,
)
from borealis.session.block import Access
from borealis.session.commands.base import Command
from borealis.session.commands.query import QueryCommand, query_command
from borealis.session.copy_in import CopyIn
from borealis.session.copy_out import copy_out
from borealis.session.parameters import decoders
from borealis.settings.identifiers import quote_identifier
from borealis.sql.bind.context import BindContext
from borealis.sql.bind.names import lookup_relation
from borealis.sql.bind.privileges import role_of_session, usable_path
from borealis.sql.parse import Node, Parsed, parse
from borealis.wire import backend
from borealis.wire.copy import row_decoder
from borealis.wire.copy.options import STAR, CopyOptions, Option, OptionValue, copy_options

if TYPE_CHECKING:
    from borealis.session.portal import Portal
    from borealis.session.session import Session

_HINT = "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone."


def copy_command(session: Session, parsed: Parsed) -> Command:
    """Return the command; everything about it is checked when it runs, as COPY is no planned statement."""
    return CopyFrom(parsed) if parsed.node.get("is_from") else CopyTo(parsed)


class CopyFrom(Command):
    __slots__ = ("_parsed",)

    asks_client = True

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed

    def run(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        node = self._parsed.node
        _refuse_files(node)
        if "whereClause" in node:
            raise FeatureNotSupported("COPY FROM with WHERE not supported")
        transaction = session.block.enter(Access.WRITE, "COPY FROM", session.scope)
        options = _options(self._parsed)
        relation = node["relation"]
        _refuse_other_than_tables(
            session, relation, "to", "To enable copying to a view, provide an INSTEAD OF INSERT trigger."
        )
        columns = _columns(session, relation, _names(node), options)
        names = ", ".join(map(quote_identifier, columns))
        values = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        insert = _prepared(
            session, f"INSERT INTO {_written(relation)} ({names}) OVERRIDING SYSTEM VALUE VALUES ({values})"
        )
        format_ = backend.BINARY if options.format == "binary" else backend.TEXT
        style = session.dated_style()
        copy = CopyIn(
            row_decoder(options, relation["relname"], columns),
            decoders(insert.parameter_types, (format_,), style),
            insert.plan,
            transaction,
            session.scope,
            commits_as_it_goes=session.engine.limits.is_lifted and not session.is_in_block,
        )
        portal.is_run = True
        session.write(backend.copy_in_response(format_, (format_,) * len(columns)))
        session.begin_copy(copy)
        return None


class CopyTo(Command):
    __slots__ = ("_parsed",)

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed

    def run(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        node = self._parsed.node
        _refuse_files(node)
        options = _options(self._parsed)
        query = self._query(session, options)
        transaction = session.block.enter(query.access, query.name, session.scope)
        portal.result = transaction.execute(query.plan, (), session.scope)
        portal.is_run = True
        return copy_out(session, portal, query, options)

    def _query(self, session: Session, options: CopyOptions) -> QueryCommand:
        node = self._parsed.node
        if "relation" in node:
            relation = node["relation"]
            _refuse_other_than_tables(session, relation, "from", "Try the COPY (SELECT ...) TO variant.")
            columns = _columns(session, relation, _names(node), options)
            return _prepared(
                session, f"SELECT {', '.join(map(quote_identifier, columns))} FROM {_written(relation)}"
            )
        ((name, inner),) = node["query"].items()
        if "intoClause" in inner:
            raise FeatureNotSupported("COPY (SELECT INTO) is not supported")
        query = query_command(session, Parsed(self._parsed.text, name, inner), ())
        if query.fields is None:
            raise FeatureNotSupported("COPY query must have a RETURNING clause")
        return query


def _refuse_files(node: Node) -> None:
    is_from = bool(node.get("is_from"))
    if node.get("is_program"):
        raise InsufficientPrivilege(
            "permission denied to COPY to or from an external program",
            detail='Only roles with privileges of the "pg_execute_server_program" role may COPY to or from an '
            "external program.",
            hint=_HINT,
        )
    if "filename" in node:
        way, role = ("from", "pg_read_server_files") if is_from else ("to", "pg_write_server_files")
        raise InsufficientPrivilege(
            f"permission denied to COPY {way} a file",
            detail=f'Only roles with privileges of the "{role}" role may COPY {way} a file.',
            hint=_HINT,
        )


def _options(parsed: Parsed) -> CopyOptions:
    options = []
    for item in parsed.node.get("options", ()):
        element = item["DefElem"]
        position = parsed.position(element.get("location"))
        options.append(Option(element["defname"], _option_value(element.get("arg")), position))
    return copy_options(options, is_from=bool(parsed.node.get("is_from")))


def _option_value(node: Any) -> OptionValue:
    match node:
        case None:
            return None
        case {"String": {"sval": text}}:
            return str(text)
        case {"String": _}:
            return ""
        case {"Integer": number}:
            return int(number.get("ival", 0))
        case {"Float": {"fval": number}}:
            return str(number)
        case {"Boolean": value}:
            return bool(value.get("boolval", False))
        case {"List": {"items": items}}:
            return tuple(str(item["String"].get("sval", "")) for item in items)
        case {"A_Star": _}:
            return "*"
    raise SyntaxError_("syntax error in an option of COPY")


def _names(node: Node) -> list[str]:
    return [item["String"]["sval"] for item in node.get("attlist", ())]


def _columns(session: Session, relation: Node, named: Sequence[str], options: CopyOptions) -> list[str]:
    """Return the columns to copy: those named, or all. Names here and in FORCE options must be the relation's."""
    table = _table(session, relation)
    if table is None:
        query = _prepared(session, f"SELECT * FROM {_written(relation)}")
        assert query.fields is not None
        there = [field.name for field in query.fields]
    else:  # who copies some columns, or into it, may not be one who may read them all
        there = [column.name for column in table.live_columns]
    seen: set[str] = set()
    for name in named:
        if name not in there:
            raise UndefinedColumn(f'column "{name}" of relation "{relation["relname"]}" does not exist')
        if name in seen:
            raise DuplicateColumn(f'column "{name}" specified more than once')
        seen.add(name)
    for name in (*options.force_quote, *options.force_not_null, *options.force_null):
        if name not in there and name != STAR:
            raise UndefinedColumn(f'column "{name}" of relation "{relation["relname"]}" does not exist')
    generated = {column.name for column in table.live_columns if column.generated} if table else set()
    for name in named:
        if name in generated:
            raise InvalidColumnReference(
                f'column "{name}" is a generated column',
                detail="Generated columns cannot be used in COPY.",
            )
    return list(named) or [name for name in there if name not in generated]


def _refuse_other_than_tables(session: Session, relation: Node, direction: str, hint: str) -> None:
    """Raise WrongObjectType 42809 for views and sequences; the hint is what to do about a view."""
    found = _relation(session, relation)
    if isinstance(found, View):
        raise WrongObjectType(f'cannot copy {direction} view "{found.name}"', hint=hint)
    if isinstance(found, Sequence_):
        raise WrongObjectType(f'cannot copy {direction} sequence "{found.name}"')


def _table(session: Session, relation: Node) -> Table | None:
    found = _relation(session, relation)
    return found if isinstance(found, Table) else None


def _relation(session: Session, relation: Node) -> Relation | None:
    catalog, scope = session.engine.catalog, session.scope
    path = usable_path(catalog, role_of_session(catalog, scope.user), scope.search_path)
    context = BindContext(Parsed("", "CopyStmt", {}), catalog, (), path, scope.style)
    return lookup_relation(context, relation)


def _prepared(session: Session, text: str) -> QueryCommand:
    """Prepare a statement of ours; its positions would mean nothing to the client."""
    (parsed,) = parse(text)
    try:
        return query_command(session, parsed, ())
    except SqlError as error:
        error.position = None
        raise


def _written(relation: Node) -> str:
    names = [relation[key] for key in ("catalogname", "schemaname", "relname") if key in relation]
    return ".".join(map(quote_identifier, names))
