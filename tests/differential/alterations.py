"""Random histories of two tables that refer to each other: altered, written, and read through views."""

from __future__ import annotations

import random

START = (
    "CREATE TABLE u (id int PRIMARY KEY, a int, b text)",
    "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL UNIQUE, b text, c int, CHECK (a > 0), CONSTRAINT k1 CHECK (t.c < 9))",
    "INSERT INTO t VALUES (1, 1, 'x', 1), (2, 2, 'y', 2)",
    "INSERT INTO u VALUES (1, 1, 'x')",
)

LOOKS = (
    "SELECT * FROM t ORDER BY id",
    "SELECT * FROM u ORDER BY id",
    (
        "SELECT conrelid::regclass::text, conname, conkey, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype <> 'p' AND conrelid IN ('t'::regclass, 'u'::regclass) ORDER BY 1, 2"
    ),
    (
        "SELECT attrelid::regclass::text, attnum, attname, atttypid, attnotnull, atthasdef FROM pg_attribute "
        "WHERE attnum > 0 AND attrelid IN ('t'::regclass, 'u'::regclass) ORDER BY 1, 2"
    ),
    (
        "SELECT relname, pg_get_viewdef(oid) FROM pg_class "
        "WHERE relkind = 'v' AND relname ~ '^[vw][0-9]+$' ORDER BY 1"
    ),
)
"""What must be the same after every step."""

END = (
    "DROP VIEW IF EXISTS w0",
    "DROP VIEW IF EXISTS w1",
    "DROP VIEW IF EXISTS v0",
    "DROP VIEW IF EXISTS v1",
    "DROP VIEW IF EXISTS v2",
    "DROP TABLE IF EXISTS t, u",
)

_COLUMNS = "abcde"
_TYPES = ("int", "text", "numeric(8,2)", "date")
_VALUES = ("1", "2", "3", "NULL", "'2020-01-01'", "'x'")
_CONSTRAINTS = ("k1", "k2", "k3")


class Alterations:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def make(self) -> str:
        """Return a statement; many name what is not there."""
        kind = self._random.choices(
            (self._of_columns, self._of_constraints, self._of_views, self._of_rows), (9, 8, 3, 9)
        )
        return kind[0]()

    def _pick(self, *choices: str) -> str:
        return self._random.choice(choices)

    @property
    def _table(self) -> str:
        return self._pick("t", "t", "t", "u")

    @property
    def _column(self) -> str:
        return self._pick(*_COLUMNS)

    @property
    def _value(self) -> str:
        return self._pick(*_VALUES)

    @property
    def _cascade(self) -> str:
        return self._pick("", " CASCADE")

    def _of_columns(self) -> str:
        column, type_ = self._column, self._pick(*_TYPES)
        command = self._pick(
            f"ADD COLUMN {column} {type_}",
            f"ADD COLUMN {column} {type_}",
            f"DROP COLUMN {column}{self._cascade}",
            f"DROP COLUMN IF EXISTS {column}{self._cascade}, ADD COLUMN {self._column} {type_}",
            f"RENAME COLUMN {column} TO {self._column}",
            f"RENAME COLUMN {column} TO {self._column}",
            f"ALTER {column} SET DEFAULT {self._value}",
            f"ALTER {column} DROP DEFAULT",
            f"ALTER {column} DROP NOT NULL",
        )
        return f"ALTER TABLE {self._table} {command}"

    def _of_constraints(self) -> str:
        table, column, name = self._table, self._column, self._pick(*_CONSTRAINTS)
        condition = self._pick(
            f"{column} IS NOT NULL",
            f"{column} > 1",
            f"{table}.{column} <> {table}.{column}",
            f"{column} IS NULL OR {self._column} IS NOT NULL",
            f"({table}).{column} IS NULL",
            f"{table} IS NOT NULL",
        )
        command = self._pick(
            f"ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID",
            f"ADD CHECK ({condition}) NOT VALID",
            f"ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES t (a) NOT VALID",
            f"ADD FOREIGN KEY ({column}) REFERENCES u NOT VALID",
            f"DROP CONSTRAINT {name}{self._cascade}",
            f"DROP CONSTRAINT IF EXISTS t_a_key{self._cascade}",
            f"RENAME CONSTRAINT {name} TO {self._pick('k1', 'k4')}",
        )
        return f"ALTER TABLE {table} {command}"

    def _of_views(self) -> str:
        table, column, view = self._table, self._column, f"v{self._random.randrange(3)}"
        targets = self._pick("*", column, f"{column}, {self._column} AS second", "id")
        over = f"w{self._random.randrange(2)}"
        return self._pick(
            f"CREATE VIEW {view} AS SELECT {targets} FROM {table} WHERE {column} IS NULL OR {table}.{column} IS NOT NULL",
            f"CREATE VIEW {over} AS SELECT x.*, {column} AS own FROM {table} x JOIN {view} y USING ({self._pick('id', column)})",
            f"DROP VIEW IF EXISTS {over}",
            f"SELECT * FROM {view} ORDER BY 1",
        )

    def _of_rows(self) -> str:
        table, column, value = self._table, self._column, self._value
        id_ = self._random.randrange(30)
        return self._pick(
            f"INSERT INTO {table} (id, {column}) VALUES ({id_}, {value})",
            f"INSERT INTO {table} (id, {column}, {self._column}) VALUES ({id_}, {value}, {self._value})",
            f"INSERT INTO {table} VALUES ({id_}, {value}, {self._value})",
            f"INSERT INTO {table} (id) VALUES ({id_})",
            f"UPDATE {table} SET {column} = {value} WHERE id > {id_}",
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table} WHERE id = {id_}",
            f"SELECT row_to_json({table}) FROM {table} ORDER BY id",
        )
