"""Arrays, and lists of values: ARRAY[…], subscripts, casts element by element, IN (…), op ANY(array), op ALL(array).

An array is the JSON text of a nested list (elements.py); json_tree visits the elements of all its dimensions, as
PostgreSQL's ANY does.
"""

from __future__ import annotations

import json

from borealis.executor.compile import comparison
from borealis.executor.compile.compilation import Compilation, compiles
from borealis.executor.compile.elements import element_text, element_value
from borealis.functions.implementation import Sql, plain
from borealis.functions.ordering import uncollated
from borealis.planner.terms import stripped
from borealis.sql.bound import expressions as bound
from borealis.types import oids
from borealis.types.base import Oid
from borealis.types.registry import type_of

_IN_LITERALS_MAX = 1_000
"""Longer lists of constants are passed as one JSON array, within SQLite's limit of variables."""


@compiles(bound.Array)
def array(compilation: Compilation, node: bound.Array) -> Sql:
    element = type_of(node.type).element
    if len(node.elements) > _IN_LITERALS_MAX and (values := _json_values(node.elements)) is not None:
        return Sql(compilation.parameters.literal(json.dumps(values)))
    if node.elements and type_of(node.elements[0].type).category == "A":
        parts = [plain(compilation.expr(each)).text for each in node.elements]
        return Sql(f"pg_array_of_arrays({', '.join(parts)})")
    texts = [element_text(plain(compilation.expr(each)).text, element) for each in node.elements]
    return Sql(f"json_array({', '.join(texts)})")


@compiles(bound.Subscript)
def subscript(compilation: Compilation, node: bound.Subscript) -> Sql:
    """Return an element; outside of the array, and with fewer indices than dimensions, it is NULL."""
    array_text = plain(compilation.expr(node.arg)).text
    indices = [compilation.expr(index).text for index in node.indices]
    if len(indices) > 1:
        return Sql(f"pg_array_element({int(node.type)}, {', '.join([array_text, *indices])})")
    first = 0 if node.arg.type in (oids.INT2VECTOR, oids.OIDVECTOR) else 1
    index = indices[0]
    # A path with a negative number would count from the end, PostgreSQL's has no such elements.
    path = f"'$[' || ({index} - {first}) || ']'"
    value = f"json_extract({array_text}, {path})"
    is_there = f"{index} >= {first} AND json_type({array_text}, {path}) <> 'array'"
    return Sql(f"(CASE WHEN {is_there} THEN {element_value(value, node.type)} END)")


@compiles(bound.ArraySlice)
def array_slice(compilation: Compilation, node: bound.ArraySlice) -> Sql:
    bounds = [each for pair in node.bounds for each in pair]
    given = "".join("0" if each is None else "1" for each in bounds)
    texts = [compilation.expr(each).text for each in bounds if each is not None]
    array_text = plain(compilation.expr(node.arg)).text
    return Sql(f"pg_array_slice({', '.join([array_text, chr(39) + given + chr(39), *texts])})")


@compiles(bound.JsonbSubscript)
def jsonb_subscript(compilation: Compilation, node: bound.JsonbSubscript) -> Sql:
    return Sql(f"pg_json_at_path({compilation.expr(node.arg).text}, {_path(compilation, node.path)})")


@compiles(bound.JsonbAssignment)
def jsonb_assignment(compilation: Compilation, node: bound.JsonbAssignment) -> Sql:
    args = (
        compilation.expr(node.arg).text,
        compilation.expr(node.value).text,
        str(int(node.path[0].type == oids.INT4)),
        _path(compilation, node.path),
    )
    return Sql(f"pg_jsonb_assigned({', '.join(args)})")


def _path(compilation: Compilation, steps: tuple[bound.Expr, ...]) -> str:
    texts = (plain(compilation.expr(step)).text for step in steps)
    return f"json_array({', '.join(f'({text} || {chr(39) * 2})' for text in texts)})"


@compiles(bound.CoerceArray)
def coerce_array(compilation: Compilation, node: bound.CoerceArray) -> Sql:
    """Cast the elements one by one, in order, of all dimensions; then give the array its shape back."""
    source = type_of(node.arg.type).element
    name = compilation.new_name()
    compilation.elements.append(Sql(element_value(f"{name}.value", source)))
    element = plain(compilation.expr(node.element))
    compilation.elements.pop()
    cast = element_text(element.text, node.element.type)
    text = compilation.expr(node.arg).text
    return Sql(
        f"(SELECT pg_array_shaped(json_group_array({cast} ORDER BY {name}.id), {text}) "
        f"FROM json_tree({text}) AS {name} WHERE {name}.type <> 'array')"
    )


@compiles(bound.InList)
def in_list(compilation: Compilation, node: bound.InList) -> Sql:
    negation = "NOT " if node.negated else ""
    left = compilation.expr(node.left)
    if len(node.items) > _IN_LITERALS_MAX and comparison.is_native(node.left.type):
        values = _json_values(node.items)
        if values is not None:
            rows = f"SELECT {element_value('value', node.items[0].type)} FROM json_each({compilation.parameters.literal(json.dumps(values))})"
            return Sql(f"({left.text} {negation}IN ({rows}))")
    items = [compilation.expr(item) for item in node.items]
    types: list[Oid] = [node.left.type, *(item.type for item in node.items)]
    texts = comparison.comparable([left, *items], types)
    return uncollated(f"({texts[0]} {negation}IN ({', '.join(texts[1:])}))")


def _json_values(items: tuple[bound.Expr, ...]) -> list[object] | None:
    """Return the values as JSON has them, if all are constants."""
    values: list[object] = []
    for item in items:
        if not isinstance(item, bound.Const):
            return None
        values.append(item.value.hex() if isinstance(item.value, bytes) else item.value)
    return values


@compiles(bound.ScalarArray)
def scalar_array(compilation: Compilation, node: bound.ScalarArray) -> Sql:
    """ANY: TRUE if an element compares TRUE, else NULL if one compares NULL, else FALSE; ALL the other way round."""
    array_text = plain(compilation.expr(node.array)).text
    members = _native_members(compilation, node, array_text)
    if members is not None:
        return Sql(f"(CASE WHEN {array_text} IS NOT NULL THEN {members} END)")
    name, test = _element_test(compilation, node)
    decided = (
        "max(b) THEN 1 WHEN count(*) = count(b) THEN 0"
        if node.is_any
        else "NOT min(b) THEN 0 WHEN count(*) = count(b) THEN 1"
    )
    return Sql(
        f"(CASE WHEN {array_text} IS NOT NULL THEN (SELECT CASE WHEN {decided} END FROM "
        f"(SELECT {test} AS b FROM json_tree({array_text}) AS {name} WHERE {name}.type <> 'array')) END)"
    )


def scalar_array_condition(compilation: Compilation, node: bound.ScalarArray) -> str:
    """Return text that is true where it is; NULL may come out as FALSE, so that a key can be looked up."""
    array_text = plain(compilation.expr(node.array)).text
    return _native_members(compilation, node, array_text) or compilation.expr(node).text


def _element_test(compilation: Compilation, node: bound.ScalarArray) -> tuple[str, str]:
    name = compilation.new_name()
    element = type_of(node.array.type).element
    compilation.elements.append(Sql(element_value(f"{name}.value", element)))
    test = compilation.expr(node.comparison).text
    compilation.elements.pop()
    return name, test


def _native_members(compilation: Compilation, node: bound.ScalarArray, array_text: str) -> str | None:
    """Return `left IN (elements)` for = ANY over a type whose = is SQLite's."""
    operands = comparison.equality_operands(node.comparison)
    if not node.is_any or operands is None or not _is_element(operands[1]):
        return None
    if comparison.is_scaled(left := compilation.expr(operands[0])):
        return None
    value = element_value("value", type_of(node.array.type).element)
    return f"({left.text} IN (SELECT {value} FROM json_tree({array_text}) WHERE type <> 'array'))"


def _is_element(expr: bound.Expr) -> bool:
    expr = stripped(expr)
    return isinstance(expr, bound.Param) and expr.number == 0
