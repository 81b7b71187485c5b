"""Layout: which SQLite tables hold a relation, and the statements that write them.

    table t<oid>   _k, _u, _s, c1 … cn          key: one integer column = the rowid; any other key: WITHOUT ROWID;
                                                none: a hidden rowid _id in front, whose values the executor makes
    index i<oid>   [n1,] k1, [n2,] k2, …,       WITHOUT ROWID, keyed by all but the INCLUDE columns
                   p<attnum> …, c<attnum> …     n: 1 where the key column is null (k is 0 then), so NULLS LAST

A row's *image* is its columns in attribute order, followed by the hidden row id where the table has one. Statements number
their parameters by the image's ordinals (?1 is c1), then come the commit's sequence and the snapshot's: bindings are
made by one concatenation.

Invariants: columns have no declared type but an integer key's, so SQLite never converts a value (REAL would lose the sign
of -0.0); _k, _u, _s stand in front, so that reading them never walks a long row's overflow pages; an added column comes
last in the table as in the row. Bytes: docs/storage-format.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from borealis.types.base import Value

Image = tuple[Value, ...]
Entry = tuple[Value, ...]

SEQUENCES = ("_k", "_u", "_s")
"""A row's hidden numbers: last insert, key change or FOR UPDATE; last update; last FOR KEY SHARE. DESIGN §3."""

HIDDEN_KEY = "_id"


def table_name(oid: int) -> str:
    return f"t{oid}"


def index_name(oid: int) -> str:
    return f"i{oid}"


def column_name(attnum: int) -> str:
    return f"c{attnum}"


@dataclass(frozen=True, slots=True)
class KeyColumn:
    ordinal: int  # in the image; -1: an expression
    is_nullable: bool
    null_flag: int = 1
    """What n<j> holds for a NULL: 1, or -1 for NULLS FIRST; 0 is any other value's."""


@dataclass(frozen=True)
class IndexLayout:
    """A secondary index: a table of its own."""

    oid: int
    key: tuple[KeyColumn, ...]
    primary: tuple[int, ...]  # ordinals of the primary key, or of the hidden row id
    included: tuple[int, ...]  # ordinals
    is_unique: bool
    nulls_not_distinct: bool
    has_hidden_key: bool = False
    has_floats: bool = False
    """Two equal entries may still differ: 0.0 and -0.0."""
    is_computed: bool = False
    """Has expressions or a predicate: what its key columns hold comes with the intent, and not every row has an entry."""

    @property
    def name(self) -> str:
        return index_name(self.oid)

    @cached_property
    def search_columns(self) -> tuple[str, ...]:
        """The columns a search names: flags and keys, in order."""
        names: list[str] = []
        for number, column in enumerate(self.key, 1):
            names += [f"n{number}", f"k{number}"] if column.is_nullable else [f"k{number}"]
        return tuple(names)

    @cached_property
    def primary_columns(self) -> tuple[str, ...]:
        return ("p0",) if self.has_hidden_key else tuple(f"p{ordinal + 1}" for ordinal in self.primary)

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        return self.search_columns + self.primary_columns

    @cached_property
    def create(self) -> str:
        included = tuple(column_name(ordinal + 1) for ordinal in self.included)
        columns = ",".join(self.key_columns + included)
        return f"CREATE TABLE {self.name}({columns},PRIMARY KEY({','.join(self.key_columns)})) WITHOUT ROWID"

    @cached_property
    def create_by_row(self) -> str:
        """A way from a row to its entry; made while the table is empty, so nothing waits for it."""
        return f"CREATE UNIQUE INDEX {self.name}_row ON {self.name}({','.join(self.primary_columns)})"

    @cached_property
    def select_by_row(self) -> str:
        """Give a row's entry. Bindings: primary key."""
        included = tuple(column_name(ordinal + 1) for ordinal in self.included)
        columns = ",".join(self.key_columns + included)
        return f"SELECT {columns} FROM {self.name} WHERE {_equal(self.primary_columns)}"

    @cached_property
    def insert(self) -> str:
        marks = ",".join("?" * (len(self.key_columns) + len(self.included)))
        return f"INSERT OR REPLACE INTO {self.name} VALUES({marks})"

    @cached_property
    def delete(self) -> str:
        return f"DELETE FROM {self.name} WHERE {_equal(self.key_columns)}"

    @cached_property
    def find(self) -> str:
        """Give the primary key of a row under the key columns."""
        columns = ",".join(self.primary_columns)
        return f"SELECT {columns} FROM {self.name} WHERE {_equal(self.search_columns)} LIMIT 1"

    @cached_property
    def entry(self) -> Callable[[Image], Entry]:
        """Return the function from a row's image to its entry."""
        ordinals = [column.ordinal for column in self.key] + list(self.primary) + list(self.included)
        if not any(column.is_nullable for column in self.key):
            return _tuple_getter(ordinals)
        key = tuple((column.ordinal, column.is_nullable, column.null_flag) for column in self.key)
        rest = _tuple_getter(self.primary + self.included)

        def entry(image: Image) -> Entry:
            values: list[Value] = []
            for ordinal, is_nullable, null_flag in key:
                value = image[ordinal]
                if is_nullable:
                    values += (0, value) if value is not None else (null_flag, 0)
                else:
                    values.append(value)
            return (*values, *rest(image))

        return entry

    def computed_entry(self, keys: Entry, image: Image) -> Entry:
        """Return the entry of a row whose key values have been computed."""
        values: list[Value] = []
        for column, value in zip(self.key, keys, strict=True):
            values += (0, value) if value is not None else (column.null_flag, 0)
        return (*values, *(image[ordinal] for ordinal in self.primary + self.included))

    @cached_property
    def is_exempt(self) -> Callable[[Image], bool] | None:
        """Return a test whether an image takes no part in uniqueness (a null in its key), or None if all do."""
        ordinals = tuple(column.ordinal for column in self.key if column.is_nullable)
        if self.nulls_not_distinct or not ordinals:
            return None
        return lambda image: any(image[ordinal] is None for ordinal in ordinals)

    @property
    def ordinals(self) -> frozenset[int]:
        keys = frozenset(column.ordinal for column in self.key if not self.is_computed)
        return keys | frozenset(self.primary + self.included)


@dataclass(frozen=True)
class TableLayout:
    oid: int
    name: str
    columns: tuple[str, ...]  # physical names by ordinal, dropped ones included
    key: tuple[int, ...]  # ordinals in key order; empty: the hidden row id
    has_integer_key: bool
    indexes: tuple[IndexLayout, ...] = ()

    @property
    def has_hidden_key(self) -> bool:
        return not self.key

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        return tuple(self.columns[ordinal] for ordinal in self.key) or (HIDDEN_KEY,)

    @cached_property
    def image_columns(self) -> tuple[str, ...]:
        return self.columns if self.key else (*self.columns, HIDDEN_KEY)

    @cached_property
    def create(self) -> str:
        hidden = "" if self.key else f"{HIDDEN_KEY} INTEGER PRIMARY KEY,"
        if self.has_integer_key:
            columns = [f"{c} INTEGER PRIMARY KEY" if i in self.key else c for i, c in enumerate(self.columns)]
        else:
            columns = list(self.columns)
        body = hidden + ",".join((*SEQUENCES, *columns))
        if self.has_hidden_key or self.has_integer_key:
            return f"CREATE TABLE {self.name}({body})"
        return f"CREATE TABLE {self.name}({body},PRIMARY KEY({','.join(self.key_columns)})) WITHOUT ROWID"

    def add_column(self, ordinal: int) -> str:
        return f"ALTER TABLE {self.name} ADD COLUMN {self.columns[ordinal]}"

    @cached_property
    def insert(self) -> str:
        """Insert an image unless its key exists. Bindings: image + (seq,)."""
        width = len(self.image_columns)
        hidden = "" if self.key else f"?{width},"
        values = "".join(f",?{number}" for number in range(1, len(self.columns) + 1))
        return f"INSERT OR IGNORE INTO {self.name} VALUES({hidden}?{width + 1},0,0{values})"

    def update(self, sets: str, guards: Iterable[str]) -> str:
        """Write an image over its row where no guard exceeds the snapshot. Bindings: image + (seq, snapshot_seq)."""
        width = len(self.image_columns)
        written = [f"{c}=?{i + 1}" for i, c in enumerate(self.columns) if i not in self.key]
        numbers = [ordinal + 1 for ordinal in self.key] or [width]
        return (
            f"UPDATE {self.name} SET {','.join([*written, f'{sets}=?{width + 1}'])} "
            f"WHERE {_equal(self.key_columns, numbers)}{_guarded(guards, width + 2)}"
        )

    def touch(self, sets: str, guards: Iterable[str]) -> str:
        """Set a number of a row where no guard exceeds the snapshot. Bindings: key + (seq, snapshot_seq)."""
        width = len(self.key_columns)
        where = _equal(self.key_columns, range(1, width + 1))
        return f"UPDATE {self.name} SET {sets}=?{width + 1} WHERE {where}{_guarded(guards, width + 2)}"

    def delete(self, guards: Iterable[str]) -> str:
        """Remove a row where no guard exceeds the snapshot. Bindings: key + (seq, snapshot_seq)."""
        width = len(self.key_columns)
        where = _equal(self.key_columns, range(1, width + 1))
        return f"DELETE FROM {self.name} WHERE {where}{_guarded(guards, width + 2)}"

    @cached_property
    def select_numbers(self) -> str:
        return f"SELECT {','.join(SEQUENCES)} FROM {self.name} WHERE {_equal(self.key_columns)}"

    @cached_property
    def select_image(self) -> str:
        """Give a row's image."""
        return f"SELECT {','.join(self.image_columns)} FROM {self.name} WHERE {_equal(self.key_columns)}"

    @cached_property
    def indexed_image(self) -> str:
        """The select list of an image in which only what some index needs is read; the rest is null."""
        needed = frozenset[int]().union(*(index.ordinals for index in self.indexes))
        return ",".join(c if i in needed else "NULL" for i, c in enumerate(self.image_columns))

    @cached_property
    def select_indexed(self) -> str:
        return f"SELECT {self.indexed_image} FROM {self.name} WHERE {_equal(self.key_columns)}"

    def select_batch(self, *, after: bool) -> str:
        """Give images as indexes need them, preceded by nothing, in key order. Bindings: [key +] (rows_max,)."""
        key = ",".join(self.key_columns)
        marks = ",".join("?" * len(self.key_columns))
        where = f" WHERE ({key})>({marks})" if after else ""
        return f"SELECT {key},{self.indexed_image} FROM {self.name}{where} ORDER BY {key} LIMIT ?"


def _equal(columns: Iterable[str], numbers: Iterable[int] | None = None) -> str:
    if numbers is None:
        return " AND ".join(f"{column}=?" for column in columns)
    return " AND ".join(f"{column}=?{number}" for column, number in zip(columns, numbers, strict=True))


def _guarded(guards: Iterable[str], number: int) -> str:
    return "".join(f" AND {guard}<=?{number}" for guard in guards)


def _tuple_getter(ordinals: Iterable[int]) -> Callable[[Image], Entry]:
    """Return itemgetter, but a tuple for one ordinal and for none too."""
    wanted = tuple(ordinals)
    if len(wanted) > 1:
        return itemgetter(*wanted)
    if not wanted:
        return lambda image: ()
    (only,) = wanted
    return lambda image: (image[only],)
