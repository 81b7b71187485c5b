"""Evaluates a case through Borealis: parse, bind, compile, SQLite, text output. No tables, so no storage."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re

import apsw

from borealis.catalog.catalog import Catalog
from borealis.catalog.schema import Schema
from borealis.errors import SqlError
from borealis.executor import plan as _plan  # noqa: F401 - its import registers the compilers
from borealis.executor import sqlite_functions as _sqlite_functions  # noqa: F401
from borealis.executor.compile import expressions
from borealis.executor.compile.compilation import Compilation
from borealis.executor.compile.shown import with_names
from borealis.functions.install import install
from borealis.sql.bind import bind
from borealis.sql.parse import parse
from borealis.sql.registered.names import CatalogNames
from borealis.types import oids
from borealis.types.base import Oid, Style
from borealis.types.registry import format_type, type_of

QUERY = re.compile(r"(SELECT|VALUES|WITH|TABLE)\b", re.IGNORECASE)
SETTING = re.compile(r"SET (\w+) *(?:=|TO) *'?([^']*)'?$|RESET ALL$", re.IGNORECASE)

CATALOG = Catalog(
    1,
    Oid(26384),
    (
        Schema(Oid(11), "pg_catalog", Oid(10)),
        Schema(Oid(2200), "public", Oid(10)),
        Schema(Oid(12404), "information_schema", Oid(10)),
    ),
)
NOW_US = 757_382_400_000_000  # 2024-01-01


class Evaluator:
    def __init__(self, is_opaque=False):
        self.is_opaque = is_opaque
        self.connection = apsw.Connection(":memory:")
        self.context = install(self.connection)
        self.style = Style(now_us=NOW_US)
        self._set_context()

    def set(self, text):
        """Carry out SET name = 'value' or RESET ALL."""
        name, value = SETTING.match(text).groups()
        if name is None:
            self.style = Style(now_us=NOW_US)
        else:
            self.style = dataclasses.replace(self.style, **_style_fields(name.lower(), value))
        self._set_context()

    def _set_context(self):
        self.context.style = dataclasses.replace(self.style, names=CatalogNames(CATALOG, ("public",)))
        self.context.transaction_us = self.context.statement_us = NOW_US

    def runtime_value(self, name):
        match name:
            case "current_timestamp":
                return NOW_US
            case "current_schema":
                return "public"
            case "current_user" | "session_user" | "user":
                return "admin"
        raise NotImplementedError(name)

    def rows(self, sql):
        """Return (types, rows of text forms)."""
        (parsed,) = parse(sql)
        bound = bind(parsed, CATALOG, (), ("public",), self.style)
        compilation = Compilation()
        with _opaque_literals() if self.is_opaque else contextlib.nullcontext():
            query = with_names(compilation.query(bound.statement))
        statement = compilation.finish(query.text, query.outputs)
        encoders = [self._encoder(output) for output in statement.outputs]
        found = self.connection.execute(statement.sql, statement.bindings((), (), self))
        rows = [
            [None if value is None else encode(value).decode() for encode, value in zip(encoders, row)]
            for row in found
        ]
        return [output.type for output in statement.outputs], rows

    def _encoder(self, output):
        encode = type_of(output.type).text_encoder(self.style, output.representation)
        if output.type == oids.BPCHAR and output.typmod >= 4:
            return lambda value: encode(value.ljust(output.typmod - 4))
        return encode

    def answer(self, case_text):
        """Return (kind, answer, detail, hint) as the recording has them."""
        is_query = QUERY.match(case_text) is not None
        try:
            types, rows = self.rows(case_text if is_query else f"SELECT ({case_text})")
        except SqlError as error:
            return f"!{error.sqlstate}", error.message, error.detail, error.hint
        except Exception as error:  # what a client would see of it
            return "!XX000", repr(error), None, None
        if is_query:
            return "=", json.dumps(rows, ensure_ascii=False), None, None
        return format_type(types[0], -1), rows[0][0] if rows else None, None, None


@contextlib.contextmanager
def _opaque_literals():
    """Hide from the emitters what literals are, as if each were a column: the general path instead of the constant one."""
    known = expressions.literal
    expressions.literal = lambda compilation, node: dataclasses.replace(
        known(compilation, node), constant=None
    )
    try:
        yield
    finally:
        expressions.literal = known


def _style_fields(name, value):
    if name == "timezone":
        return {"time_zone": value}
    if name == "datestyle":
        fields = {}
        for part in value.split(","):
            word = part.strip()
            fields |= (
                {"date_order": word.upper()}
                if word.upper() in ("MDY", "DMY", "YMD")
                else {"date_style": word}
            )
        return fields
    if name == "intervalstyle":
        return {"interval_style": value}
    if name == "extra_float_digits":
        return {"extra_float_digits": int(value)}
    raise NotImplementedError(name)
