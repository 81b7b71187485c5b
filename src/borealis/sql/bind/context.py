"""What binding one statement carries along: the catalog, the search path, the parameters, the ids given out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from borealis.catalog.catalog import Catalog
from borealis.catalog.objects import Function
from borealis.catalog.privileges import may
from borealis.catalog.relations import Relation, Table, View
from borealis.catalog.schema import SYSTEM_SCHEMAS
from borealis.errors import (
    AmbiguousParameter,
    IndeterminateDatatype,
    InsufficientPrivilege,
    UndefinedParameter,
)
from borealis.sql.bind.trace import BindTrace
from borealis.sql.bind.walk import children
from borealis.sql.bound.expressions import Expr, Param
from borealis.sql.parse import Node, Parsed, leftmost_location
from borealis.sql.registered.names import CatalogNames
from borealis.types import oids
from borealis.types.base import Oid, Style
from borealis.types.registry import format_type

if TYPE_CHECKING:
    from borealis.sql.bind.dml_target import DmlTarget

_E = TypeVar("_E", bound=Expr)

_PARAMETER_NUMBER_MAX = 65_535


class Parameters:
    """The types of $1…$n: those the client declared, and those found where it left them open.

    An open one takes the type of the first place that wants one; a second place that wants another is 42P08.
    """

    def __init__(self, declared: tuple[Oid, ...]) -> None:
        self.types: list[Oid] = [oid or oids.UNKNOWN for oid in declared]

    def reference(self, number: int, position: int | None) -> Param:
        if not 0 < number <= _PARAMETER_NUMBER_MAX:
            raise UndefinedParameter(f"there is no parameter ${number}", position=position)
        while len(self.types) < number:
            self.types.append(oids.UNKNOWN)
        return Param(self.types[number - 1], -1, number)

    def resolve(self, param: Param, wanted: Oid, position: int | None) -> Param:
        """Give an open parameter its type."""
        known = self.types[param.number - 1]
        if known == oids.UNKNOWN:
            self.types[param.number - 1] = wanted
        elif known != wanted:
            raise AmbiguousParameter(
                f"inconsistent types deduced for parameter ${param.number}",
                detail=f"{format_type(known, -1)} versus {format_type(wanted, -1)}",
                position=position,
            )
        return Param(wanted, -1, param.number)

    def final(self) -> tuple[Oid, ...]:
        for number, oid in enumerate(self.types, 1):
            if oid == oids.UNKNOWN:
                raise IndeterminateDatatype(f"could not determine data type of parameter ${number}")
        return tuple(self.types)


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the names and numbers of a function's arguments mean while its body is bound."""

    function: str
    names: tuple[str, ...]
    exprs: tuple[Expr, ...]

    def named(self, fields: Sequence[str]) -> Expr | None:
        """Return what `argument` or `function.argument` means."""
        if len(fields) > 2 or (len(fields) == 2 and fields[0] != self.function):
            return None
        for name, expr in zip(self.names, self.exprs, strict=True):
            if name and name == fields[-1]:
                return expr
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """A relation that a view or a function reads."""

    relation: Relation
    reader: Oid | None  # None: whoever runs the statement
    range_var: int  # the id() of the node that names it


class BindContext:
    """One statement while it is bound."""

    def __init__(
        self,
        parsed: Parsed,
        catalog: Catalog,
        parameter_types: tuple[Oid, ...],
        search_path: tuple[str, ...],
        style: Style,
    ) -> None:
        self.parsed = parsed
        self.text = parsed.text  # of the message, also while a stored tree is bound
        self.catalog = catalog
        self.parameters = Parameters(parameter_types)
        self.search_path = search_path
        self.style = (
            style
            if style.names
            else replace(style, names=CatalogNames(catalog, search_path, self.check_usage))
        )
        self.tables: set[Oid] = set()
        self.expanding: set[Oid] = set()  # views and functions being bound, to stop at one that uses itself
        self.expansions = 0  # bodies of functions bound
        self.arguments: Arguments | None = None  # of the function whose body is bound
        # Each RangeVar bound, by its id(), and what it found: a tree that is stored keeps it.
        self.resolved: dict[int, tuple[Node, Table | View]] = {}
        self.named: dict[int, tuple[Node, Table | View]] = {}  # the same, in bodies of functions too
        # The same of functions, domains and relations named in literals: what the stored node says besides.
        self.kept: dict[int, tuple[Node, Node]] = {}
        # What privileges are asked for; checked when all is bound (privileges.py).
        self.role: Oid | None = None  # who runs the statement
        self.ranges: dict[
            int, list[int]
        ] = {}  # by the id() of a RangeVar, the relations it became in bound trees
        self.targets: dict[int, DmlTarget] = {}  # by the same, what is written to
        self.whole_rows: set[int] = (
            set()
        )  # relations whose row was named, though columns of it may be all that is left
        self.runner: Oid | None = None  # whose privileges functions run with: None is the role's
        self.reader: Oid | None = None  # and relations are read with: a view's owner's inside the view
        self.read_as: list[Reading] = []  # what views read
        self.called: list[Reading] = []  # what functions read
        self.functions: list[
            tuple[Function, Oid | None]
        ] = []  # those called that CREATE FUNCTION made, as whom
        self.is_cacheable = True
        self.setting: Callable[[str], str | None] = lambda name: None  # the session's, for DDL
        self.trace: BindTrace | None = None  # kept where the tree is to be shown as SQL
        self._last_id = 0
        # Bound nodes carry no locations; those an error may name later are kept here, alive while binding lasts.
        self._locations: dict[int, tuple[Expr, int | None]] = {}
        self._literals: dict[int, tuple[Expr, Node]] = {}

    @contextmanager
    def reading_as(self, owner: Oid) -> Iterator[None]:
        """While it lasts, relations are read with a role's privileges: those of a view's owner."""
        outside, self.reader = self.reader, owner
        try:
            yield
        finally:
            self.reader = outside

    @contextmanager
    def running_as(self, owner: Oid | None) -> Iterator[None]:
        """While it lasts, all is done with a role's privileges; None: with those of whoever calls."""
        outside = self.reader, self.runner
        if owner is not None:
            self.runner = owner
        self.reader = self.runner
        try:
            yield
        finally:
            self.reader, self.runner = outside

    def check_usage(self, schema: str, position: int | None = None) -> None:
        """Raise InsufficientPrivilege 42501 where the statement itself names something in a schema its role may not use."""
        if self.role is None or self.reader is not None or schema in SYSTEM_SCHEMAS:
            return
        found = self.catalog.schemas_by_name.get(schema)
        if found is not None and not may(self.catalog, self.role, found, "U"):
            raise InsufficientPrivilege(f"permission denied for schema {schema}", position=position)

    def new_range(self, range_var: Node) -> int:
        """Return a number for the relation that a RangeVar stands for."""
        number = self.new_id()
        self.ranges.setdefault(id(range_var), []).append(number)
        return number

    def row_type_name(self, table: Oid) -> str | None:
        """Return what a table's row type is called: as regclass shows the table."""
        names = self.style.names
        return None if names is None else names.name_of(oids.REGCLASS, table)

    def new_id(self) -> int:
        """Return a number for a relation or CTE, unique in the statement."""
        self._last_id += 1
        return self._last_id

    def position(self, node_or_location: object) -> int | None:
        """Return the character position of a parse node's location, or of a location itself."""
        if isinstance(node_or_location, int):
            return self.parsed.position(node_or_location)
        if isinstance(node_or_location, dict):
            return self.parsed.position(node_or_location.get("location", 0))
        return None

    def leftmost(self, node: object) -> int | None:
        """Return the character position where a parse node's text begins."""
        return self.parsed.position(leftmost_location(node))

    def remember(self, expr: _E, position: int | None) -> _E:
        self._locations[id(expr)] = (expr, position)
        return expr

    def keep(self, node: Node, found: Node) -> None:
        """Note what a node says besides, or instead, when it is stored: what its names found."""
        self.kept[id(node)] = node, found

    def remember_literal(self, expr: Expr, node: Node) -> None:
        self._literals[id(expr)] = expr, node

    def keep_literal(self, expr: Expr, type_: Oid, oid: int) -> None:
        """Note that a literal was read as the oid of what it names: so it is stored."""
        found = self._literals.get(id(expr))
        if found is not None:
            self.keep(found[1], {"sval": {"sval": str(oid)}, "object": {"type": type_, "oid": oid}})

    def remember_from(self, expr: _E, position: int | None, first: Expr) -> _E:
        """Remember an operator or a cast, which begins where its operand does, if that stands in front of it."""
        before = self.position_of(first)
        if position is None or (before is not None and before < position):
            position = before
        return self.remember(expr, position)

    def position_of(self, expr: Expr) -> int | None:
        """Return where an expression begins: what was not remembered, where the first thing in it does."""
        found = self._locations.get(id(expr))
        if found is not None:
            return found[1]
        inside = (self.position_of(child) for child in children(expr) if isinstance(child, Expr))
        return min((at for at in inside if at is not None), default=None)
