"""jsonb_path_exists, jsonb_path_match, jsonb_path_query and their kin; @? and @@."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from borealis.errors import InvalidParameterValue, SingletonSqlJsonItemRequired, SqlError
from borealis.functions.implementation import Context, scalar, set_returning
from borealis.functions.json.scan import dump, load, within_stack
from borealis.functions.jsonpath.evaluator import Evaluator, HardError
from borealis.functions.jsonpath.items import as_json
from borealis.types.base import Value
from borealis.types.json import JsonValue
from borealis.types.jsonpath import compiled


def _evaluator(target: str, path: str, variables: str, zone: str | None) -> Evaluator:
    named = load(variables)
    if not isinstance(named, dict):
        raise InvalidParameterValue(
            '"vars" argument is not an object',
            detail='Jsonpath parameters should be encoded as key-value pairs of "vars" object.',
        )
    return Evaluator(compiled(path), load(target), named, zone)


def _found(evaluator: Evaluator, is_silent: object) -> Iterator[JsonValue]:
    """Yield the items; silently none after an error."""
    try:
        yield from map(as_json, evaluator.items())
    except SqlError:
        if not is_silent:
            raise


def _exists(evaluator: Evaluator, is_silent: object) -> Value:
    try:
        return int(evaluator.any_item())
    except SqlError:
        if not is_silent:
            raise
        return None


def _match(evaluator: Evaluator, is_silent: object) -> Value:
    found = list(_found(evaluator, is_silent))
    if len(found) == 1 and (found[0] is None or isinstance(found[0], bool)):
        return None if found[0] is None else int(found[0])
    if is_silent:
        return None
    raise SingletonSqlJsonItemRequired("single boolean result is expected")


def _query_array(evaluator: Evaluator, is_silent: object) -> Value:
    return dump(list(_found(evaluator, is_silent)))


def _query_first(evaluator: Evaluator, is_silent: object) -> Value:
    items = list(_found(evaluator, is_silent))
    return dump(items[0]) if items else None


def _bare_errors(call: Callable[..., Any]) -> Callable[..., Any]:
    """Raise a HardError's own error, which nothing of the path has hidden."""

    @wraps(call)
    def bare(*args: Any) -> Any:
        try:
            return call(*args)
        except HardError as error:
            raise error.error from None

    return bare


def _pair(name: str, result: Callable[[Evaluator, object], Value]) -> None:
    @scalar(name)
    @within_stack
    @_bare_errors
    def plain(target: str, path: str, variables: str, is_silent: int) -> Value:
        return result(_evaluator(target, path, variables, None), is_silent)

    @scalar(f"{name}_tz", context=True)
    @within_stack
    @_bare_errors
    def zoned(context: Context, target: str, path: str, variables: str, is_silent: int) -> Value:
        return result(_evaluator(target, path, variables, context.style.time_zone), is_silent)


_pair("jsonb_path_exists", _exists)
_pair("jsonb_path_match", _match)
_pair("jsonb_path_query_array", _query_array)
_pair("jsonb_path_query_first", _query_first)


@scalar("jsonb_path_exists_opr")
@within_stack
@_bare_errors
def jsonb_path_exists_opr(target: str, path: str) -> Value:
    return _exists(_evaluator(target, path, "{}", None), True)


@scalar("jsonb_path_match_opr")
@within_stack
@_bare_errors
def jsonb_path_match_opr(target: str, path: str) -> Value:
    return _match(_evaluator(target, path, "{}", None), True)


@_bare_errors
@within_stack
def _rows(target: str, path: str, variables: str, is_silent: int, zone: str | None) -> list[tuple[Value]]:
    return [(dump(item),) for item in _found(_evaluator(target, path, variables, zone), is_silent)]


@set_returning("jsonb_path_query")
def jsonb_path_query(target: str, path: str, variables: str, is_silent: int) -> Iterator[tuple[Value]]:
    return iter(_rows(target, path, variables, is_silent, None))


@set_returning("jsonb_path_query_tz", context=True)
def jsonb_path_query_tz(
    context: Context, target: str, path: str, variables: str, is_silent: int
) -> Iterator[tuple[Value]]:
    return iter(_rows(target, path, variables, is_silent, context.style.time_zone))
