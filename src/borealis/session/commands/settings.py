"""SET, RESET and SHOW. Source: PostgreSQL 16 SET, SHOW; dsql-facts.md §3.1, §4.2, §4.9."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from borealis.catalog.catalog import Catalog
from borealis.catalog.membership import may_set
from borealis.errors import FeatureNotSupported, InsufficientPrivilege, InvalidParameterValue, SyntaxError_
from borealis.session.commands.base import Command, Immediate
from borealis.session.commands.transactions import ISOLATION_LEVEL, read_modes
from borealis.session.rows import FixedRows, send_rows
from borealis.settings.allow_list import ALLOWED, not_supported
from borealis.settings.identifiers import quote_identifier, truncate_identifier
from borealis.sql.parse import Node
from borealis.types import oids
from borealis.types.base import Style
from borealis.types.registry import type_of
from borealis.wire import backend
from borealis.wire.backend import Field

if TYPE_CHECKING:
    from borealis.session.portal import Portal
    from borealis.session.session import Session

_SET = "SET"
_IDENTITY = ("role", "session_authorization")
_HOUR_MASKS = (1 << 10, 1 << 10 | 1 << 11)  # INTERVAL HOUR, INTERVAL HOUR TO MINUTE as typmods
_ANY_FIELDS = 0x7FFF


def set_command(node: Node) -> Command:
    match node["kind"]:
        case "VAR_RESET_ALL":
            return ResetAll()
        case "VAR_RESET":
            return SetOne(node, "RESET")
        case "VAR_SET_MULTI":
            return SetTransaction(node)
    return SetOne(node, "SET")


class SetOne(Immediate):
    """SET name TO …, SET LOCAL, SET … TO DEFAULT, and RESET name."""

    __slots__ = ("_is_local", "_node", "tag")

    def __init__(self, node: Node, tag: str) -> None:
        self._node = node
        self._is_local = bool(node.get("is_local"))
        self.tag = tag

    def carry_out(self, session: Session) -> str:
        name = self._node["name"]
        session.block.start()
        if name in _IDENTITY:
            self._set_identity(session, name)
        else:
            self._set(session, name)
        if self._is_local and not session.is_in_block:
            session.warn("25P01", "SET LOCAL can only be used in transaction blocks")
        return self.tag

    def _set(self, session: Session, name: str) -> None:
        if name.lower() not in ALLOWED:
            raise not_supported(name)
        match self._node["kind"]:
            case "VAR_SET_VALUE":
                text: str | None = flatten(name, self._node.get("args", ()), session.scope.style)
            case "VAR_SET_CURRENT":
                text = session.settings[name.lower()]
            case _:
                text = None
        if name == "application_name" and text is not None:
            text = _truncated(session, text)
        session.settings.set(name, text, local=self._is_local)

    def _set_identity(self, session: Session, name: str) -> None:
        """SET LOCAL ROLE, and what gives the session's own role back.

        Raises: InvalidParameterValue 22023, no such role; InsufficientPrivilege 42501, one the user may not be.
        """
        if self._node["kind"] != "VAR_SET_VALUE":
            if name == "role":
                session.settings.set_role("none", local=self._is_local)
            return
        role = flatten(name, self._node.get("args", ()), session.scope.style)
        if name != "role" or not self._is_local or not session.is_in_block:
            raise not_supported(name)
        if role is not None and role != "none":
            _check_may_be(session.engine.catalog, session.settings.user, role)
        session.settings.set_role(role or "none", local=True)


def _check_may_be(catalog: Catalog, user: str, name: str) -> None:
    roles = catalog.roles_by_name
    if name not in roles:
        raise InvalidParameterValue(f'role "{name}" does not exist')
    if user not in roles or not may_set(catalog, roles[user].oid, roles[name].oid):
        raise InsufficientPrivilege(f'permission denied to set role "{name}"')


class ResetAll(Immediate):
    __slots__ = ()

    def carry_out(self, session: Session) -> str:
        session.block.start()
        session.settings.reset_all()
        return "RESET"


class SetTransaction(Immediate):
    """SET SESSION CHARACTERISTICS, which is taken, and SET TRANSACTION, which DSQL refuses."""

    __slots__ = ("_modes", "_name")

    def __init__(self, node: Node) -> None:
        self._name = node["name"]
        self._modes = node.get("args", ())

    def carry_out(self, session: Session) -> str:
        if self._name == "TRANSACTION":
            _check_isolation(self._modes)
        if self._name != "SESSION CHARACTERISTICS":
            raise not_supported(self._name)
        session.block.start()
        is_read_only = read_modes(self._modes)
        if is_read_only is not None:
            session.settings.set_read_only_default(is_read_only)
        return _SET


def _check_isolation(modes: Any) -> None:
    """Raise the error of a level that is not there, which SET TRANSACTION prefers to that of its own."""
    for mode in modes:
        element = mode["DefElem"]
        if element["defname"] == "transaction_isolation":
            level = element["arg"]["A_Const"]["sval"]["sval"]
            if level != ISOLATION_LEVEL:
                raise FeatureNotSupported(f"Unsupported isolation level: {level.upper()}")


def flatten(name: str, args: Any, style: Style) -> str | None:
    """Return SET's arguments as the one text a setting takes; None (DEFAULT) if there are none.

    Raises: InvalidParameterValue 22023, more than one where the setting is no list.
    """
    if not args:
        return None
    setting = ALLOWED.get(name.lower())
    if len(args) > 1 and not (setting and setting.is_list):
        raise InvalidParameterValue(f"SET {name} takes only one argument")
    quotes = setting is not None and setting.quotes
    return ", ".join(_argument(arg, quotes=quotes, style=style) for arg in args)


def _argument(arg: Node, *, quotes: bool, style: Style) -> str:
    if "TypeCast" in arg:
        return _interval(arg["TypeCast"], style)
    match arg["A_Const"]:
        case {"ival": number}:
            return str(number.get("ival", 0))
        case {"fval": number}:
            return str(number["fval"])
        case {"sval": string}:
            text: str = string.get("sval", "")
            return quote_identifier(text) if quotes else text
    raise SyntaxError_("syntax error in the value of a setting")


def _interval(cast: Node, style: Style) -> str:
    """Return SET TIME ZONE INTERVAL's argument as the time zone check reads it."""
    mask = next(
        (m["A_Const"]["ival"].get("ival", 0) for m in cast["typeName"].get("typmods", ())), _ANY_FIELDS
    )
    if mask != _ANY_FIELDS and mask & ~_HOUR_MASKS[1]:
        raise SyntaxError_("time zone interval must be HOUR or HOUR TO MINUTE")
    text = cast["arg"]["A_Const"]["sval"].get("sval", "")
    if mask == _HOUR_MASKS[0] and text.strip().lstrip("+-").isdigit():
        text = f"{text} hours"
    interval = type_of(oids.INTERVAL)
    return f"INTERVAL '{interval.encode_text(interval.decode_text(text, style), style)}'"


def _truncated(session: Session, text: str) -> str:
    short = truncate_identifier(text)
    if short != text:
        session.notice("42622", f'identifier "{text}" will be truncated to "{short}"')
    return short


_TEXT_FIELD = {"table": 0, "attnum": 0, "type": oids.TEXT, "type_length": -1, "typmod": -1, "format": 0}


class Show(Command):
    """SHOW name and SHOW ALL: rows of text, described before the name is looked up as PostgreSQL does."""

    __slots__ = ("_name", "fields")

    def __init__(self, session: Session, node: Node) -> None:
        self._name: str = node["name"]
        heads = (
            ("name", "setting", "description")
            if self._name == "all"
            else (session.settings.show(self._name)[0],)
        )
        self.fields: tuple[Field, ...] = tuple(Field(name=head, **_TEXT_FIELD) for head in heads)

    def run(self, session: Session, portal: Portal, rows_max: int) -> Awaitable[None] | None:
        if portal.result is None:
            session.block.start()
            settings = session.settings
            rows: list[Any] = (
                list(settings.show_all()) if self._name == "all" else [(settings.show(self._name)[1],)]
            )
            portal.result = FixedRows(rows)
        pending = send_rows(session, portal, rows_max, "")
        if portal.completion is not None:
            portal.completion = backend.command_complete("SHOW")
        return pending
