"""A path over a document. Items come from a generator, so that what asks for one only stops at it.

lax: arrays are unwrapped where their elements are meant, a single item counts as an array of one, and what is missing gives
nothing; strict: each is an error. Inside a predicate every error is `unknown`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from borealis.errors import (
    InvalidArgumentForSqlJsonDatetimeFunction,
    InvalidSqlJsonSubscript,
    NonNumericSqlJsonItem,
    SingletonSqlJsonItemRequired,
    SqlError,
    SqlJsonArrayNotFound,
    SqlJsonMemberNotFound,
    SqlJsonNumberNotFound,
    SqlJsonObjectNotFound,
    UndefinedObject,
)
from borealis.functions.floats.casts import float8_numeric
from borealis.functions.jsonpath.items import Truth, compared, type_name
from borealis.functions.jsonpath.moments import moment_by_template, read_moment, standard_template
from borealis.functions.numeric import arithmetic
from borealis.functions.numeric.rounding import numeric_ceil, numeric_floor
from borealis.functions.regex.matching import matches, regex
from borealis.types import oids
from borealis.types.base import Style
from borealis.types.json import JsonValue, Number, sorted_keys
from borealis.types.jsonpath_parser import pattern_checks
from borealis.types.jsonpath_tree import LEVEL_MAX, OPERATORS, Node, Path
from borealis.types.registry import type_of

Items = Iterator[JsonValue]

_ARITHMETIC: dict[str, Callable[[str, str], str]] = {
    "add": arithmetic.numeric_add,
    "sub": arithmetic.numeric_sub,
    "mul": arithmetic.numeric_mul,
    "div": arithmetic.numeric_div,
    "mod": arithmetic.numeric_mod,
}
_NUMERIC_METHODS: dict[str, Callable[[str], str]] = {
    "abs": arithmetic.numeric_abs,
    "floor": numeric_floor,
    "ceiling": numeric_ceil,
}
_INT32 = 2**31
_NOT_A_DOUBLE = "string argument of jsonpath item method .double() is not a valid representation of a double precision number"
_NOT_UNWRAPPED = frozenset({"type", "size"})


class HardError(Exception):
    """An error that neither `silent` nor a predicate hides."""

    def __init__(self, error: SqlError) -> None:
        super().__init__(error.message)
        self.error = error


class Evaluator:
    """One path over one document. zone: the session's, None where moments may not be compared by it."""

    def __init__(
        self, path: Path, root: JsonValue, variables: dict[str, JsonValue], zone: str | None
    ) -> None:
        self.is_lax = path.is_lax
        self._expr = path.expr
        self._root = root
        self._variables = variables
        self._zone = zone
        self._current: list[JsonValue] = [root]
        self._sizes: list[int] = []  # of the arrays whose subscripts are read, for `last`
        self._ignores_structure = path.is_lax
        self._object_count = 0

    def items(self) -> Items:
        return self._items(self._expr, self._root)

    def any_item(self) -> bool:
        """Whether there is an item: lax stops at the first, strict meets all errors."""
        return self._is_found(self._expr, self._root)

    def _is_found(self, node: Node, item: JsonValue) -> bool:
        if not self.is_lax:
            return bool(list(self._items(node, item)))
        if node.kind in ("plus", "minus") and node.next is None:
            # What is no number has no sign, but where nobody asks for the values that is no error.
            return any(isinstance(found, Number) for found in list(self._unwrapped(node.args[0], item)))
        found = self._items(node, item)
        return next(found, found) is not found

    # Items of a node, then of what follows it

    def _items(self, node: Node, item: JsonValue, *, unwrap: bool | None = None) -> Items:
        """Yield what a node gives for an item. unwrap: whether an array stands for its elements; by the mode if not said."""
        unwrap = self.is_lax if unwrap is None else unwrap
        match node.kind:
            case "root":
                return self._next(node, self._root)
            case "current":
                return self._next(node, self._current[-1])
            case "literal":
                return self._next(node, node.value)
            case "variable":
                return self._next(node, self._variable(str(node.value)))
            case "last":
                return self._next(node, Number(self._sizes[-1] - 1))
            case "key":
                return self._key(node, item, unwrap)
            case "any_key":
                return self._any_key(node, item, unwrap)
            case "any_array":
                return self._any_array(node, item)
            case "index":
                return self._index(node, item)
            case "any":
                return self._any(node, item)
            case "filter":
                return self._filter(node, item, unwrap)
            case "method" | "datetime":
                return self._method(node, item, unwrap)
            case "plus" | "minus":
                return self._unary(node, item)
        if node.kind in _ARITHMETIC:
            return self._binary(node, item)
        return self._next(node, self._truth(node, item))

    def _next(self, node: Node, item: JsonValue) -> Items:
        if node.next is None:
            yield item
        else:
            yield from self._items(node.next, item)

    def _elements(self, node: Node, array: list[JsonValue]) -> Items:
        for element in array:
            yield from self._items(node, element, unwrap=False)

    def _variable(self, name: str) -> JsonValue:
        if name not in self._variables:
            raise HardError(UndefinedObject(f'could not find jsonpath variable "{name}"'))
        return self._variables[name]

    def _unwrapped(self, node: Node, item: JsonValue) -> Items:
        """Yield the items of an operand: in lax mode an array's elements in its place."""
        for found in self._items(node, item):
            if self.is_lax and isinstance(found, list):
                yield from found
            else:
                yield found

    # Accessors

    def _key(self, node: Node, item: JsonValue, unwrap: bool) -> Items:
        if isinstance(item, dict):
            if node.value in item:
                yield from self._next(node, item[node.value])
            elif not self._ignores_structure:
                raise SqlJsonMemberNotFound(f'JSON object does not contain key "{node.value}"')
        elif unwrap and isinstance(item, list):
            yield from self._elements(node, item)
        elif not self._ignores_structure:
            raise SqlJsonMemberNotFound("jsonpath member accessor can only be applied to an object")

    def _any_key(self, node: Node, item: JsonValue, unwrap: bool) -> Items:
        if isinstance(item, dict):
            for name in sorted_keys(item):
                yield from self._next(node, item[name])
        elif unwrap and isinstance(item, list):
            yield from self._elements(node, item)
        elif not self._ignores_structure:
            raise SqlJsonObjectNotFound("jsonpath wildcard member accessor can only be applied to an object")

    def _any_array(self, node: Node, item: JsonValue) -> Items:
        if isinstance(item, list):
            for element in item:
                yield from self._next(node, element)
        elif self.is_lax:
            yield from self._next(node, item)
        elif not self._ignores_structure:
            raise SqlJsonArrayNotFound("jsonpath wildcard array accessor can only be applied to an array")

    def _index(self, node: Node, item: JsonValue) -> Items:
        if not isinstance(item, list) and not self.is_lax:
            if self._ignores_structure:
                return
            raise SqlJsonArrayNotFound("jsonpath array accessor can only be applied to an array")
        array = item if isinstance(item, list) else [item]
        for first_node, last_node in node.pairs:
            self._sizes.append(len(array))
            first = self._subscript(first_node, item)
            last = first if last_node is None else self._subscript(last_node, item)
            self._sizes.pop()
            if not self._ignores_structure and (first < 0 or first > last or last >= len(array)):
                raise InvalidSqlJsonSubscript("jsonpath array subscript is out of bounds")
            for element in array[max(first, 0) : max(last + 1, 0)]:
                yield from self._next(node, element)

    def _subscript(self, node: Node, item: JsonValue) -> int:
        found = list(self._items(node, item))
        if len(found) != 1 or not isinstance(found[0], Number):
            raise InvalidSqlJsonSubscript("jsonpath array subscript is not a single numeric value")
        index = math.trunc(float(found[0]))
        if not -_INT32 <= index < _INT32:
            raise InvalidSqlJsonSubscript("jsonpath array subscript is out of integer range")
        return index

    def _any(self, node: Node, item: JsonValue) -> Items:
        assert isinstance(node.value, tuple)
        first, last = node.value
        if first == 0:
            yield from self._leniently(node, item)
        yield from self._levels(node, item, 1, first, last)

    def _levels(self, node: Node, item: JsonValue, level: int, first: int, last: int) -> Items:
        if level > last:
            return
        inner: list[Any] = []
        if isinstance(item, dict):
            inner = [item[name] for name in sorted_keys(item)]
        elif isinstance(item, list):
            inner = item
        for each in inner:
            is_leaf = not isinstance(each, dict | list)
            if level >= first or (first == last == LEVEL_MAX and is_leaf):
                yield from self._leniently(node, each)
            yield from self._levels(node, each, level + 1, first, last)

    def _leniently(self, node: Node, item: JsonValue) -> Items:
        """Go on behind `**`, where not every item has what is asked of it."""
        yield from self._next(node, item) if node.next is None else self._ignoring(node.next, item)

    def _ignoring(self, node: Node, item: JsonValue) -> Items:
        before, self._ignores_structure = self._ignores_structure, True
        try:
            found = list(self._items(node, item))
        finally:
            self._ignores_structure = before
        yield from found

    def _filter(self, node: Node, item: JsonValue, unwrap: bool) -> Items:
        if unwrap and isinstance(item, list):
            yield from self._elements(node, item)
            return
        self._current.append(item)
        is_true = self._truth(node.args[0], item)
        self._current.pop()
        if is_true:
            yield from self._next(node, item)

    # Arithmetic

    def _binary(self, node: Node, item: JsonValue) -> Items:
        operator = OPERATORS[node.kind]
        numbers = []
        for side, arg in zip(("left", "right"), node.args, strict=True):
            found = list(self._unwrapped(arg, item))
            if len(found) != 1 or not isinstance(found[0], Number):
                raise SingletonSqlJsonItemRequired(
                    f"{side} operand of jsonpath operator {operator} is not a single numeric value"
                )
            numbers.append(str(found[0]))
        yield from self._next(node, Number(_ARITHMETIC[node.kind](*numbers)))

    def _unary(self, node: Node, item: JsonValue) -> Items:
        for found in self._unwrapped(node.args[0], item):
            if not isinstance(found, Number):
                sign = "+" if node.kind == "plus" else "-"
                raise SqlJsonNumberNotFound(
                    f"operand of unary jsonpath operator {sign} is not a numeric value"
                )
            value = found if node.kind == "plus" else Number(arithmetic.numeric_uminus(found))
            yield from self._next(node, value)

    # Methods

    def _method(self, node: Node, item: JsonValue, unwrap: bool) -> Items:
        name = "datetime" if node.kind == "datetime" else str(node.value)
        if unwrap and isinstance(item, list) and name not in _NOT_UNWRAPPED:
            yield from self._elements(node, item)
            return
        match name:
            case "type":
                yield from self._next(node, type_name(item))
            case "size":
                yield from self._size(node, item)
            case "double":
                yield from self._next(node, _double(item))
            case "datetime":
                yield from self._next(node, _datetime(item, node.value))
            case "keyvalue":
                yield from self._key_values(node, item)
            case _:
                if not isinstance(item, Number):
                    raise NonNumericSqlJsonItem(
                        f"jsonpath item method .{name}() can only be applied to a numeric value"
                    )
                yield from self._next(node, Number(_NUMERIC_METHODS[name](item)))

    def _size(self, node: Node, item: JsonValue) -> Items:
        if isinstance(item, list):
            yield from self._next(node, Number(len(item)))
        elif self.is_lax:
            yield from self._next(node, Number(1))
        elif not self._ignores_structure:
            raise SqlJsonArrayNotFound("jsonpath item method .size() can only be applied to an array")

    def _key_values(self, node: Node, item: JsonValue) -> Items:
        """Yield {id, key, value} of each member; the id tells objects apart, and is 0 for the document itself."""
        if not isinstance(item, dict):
            raise SqlJsonObjectNotFound("jsonpath item method .keyvalue() can only be applied to an object")
        number = 0
        if item is not self._root:
            self._object_count += 1
            number = self._object_count
        for name in sorted_keys(item):
            yield from self._next(node, {"id": Number(number), "key": name, "value": item[name]})

    # Predicates

    def _truth(self, node: Node, item: JsonValue) -> Truth:
        match node.kind:
            case "and" | "or":
                return self._connected(node, item)
            case "not":
                inner = self._truth(node.args[0], item)
                return None if inner is None else not inner
            case "unknown":
                return self._truth(node.args[0], item) is None
            case "exists":
                return self._exists(node.args[0], item)
            case "starts":
                return self._any_pair(node, item, _starts_with)
            case "like_regex":
                return self._any_pair(node, item, lambda value, _: _like_regex(value, node.value))
        return self._any_pair(node, item, lambda left, right: compared(node.kind, left, right, self._zone))

    def _connected(self, node: Node, item: JsonValue) -> Truth:
        decides = node.kind == "or"
        left = self._truth(node.args[0], item)
        if left is decides:
            return decides
        right = self._truth(node.args[1], item)
        if right is decides:
            return decides
        return None if left is None or right is None else not decides

    def _exists(self, node: Node, item: JsonValue) -> Truth:
        try:
            return self._is_found(node, item)
        except SqlError:
            return None

    def _any_pair(self, node: Node, item: JsonValue, test: Callable[[JsonValue, JsonValue], Truth]) -> Truth:
        """Test each item of the left operand with each of the right one: lax stops at the first that is true."""
        try:
            left = list(self._unwrapped(node.args[0], item))
            # like_regex has its pattern in the node, `starts with` one string that is not unwrapped.
            right: list[JsonValue] = [None]
            if len(node.args) > 1:
                items = self._items if node.kind == "starts" else self._unwrapped
                right = list(items(node.args[1], item))
        except SqlError:
            return None
        is_found = is_unknown = False
        for a in left:
            for b in right:
                result = test(a, b)
                if result is None:
                    if not self.is_lax:
                        return None
                    is_unknown = True
                elif result:
                    if self.is_lax:
                        return True
                    is_found = True
        return True if is_found else None if is_unknown else False


def _starts_with(value: JsonValue, initial: JsonValue) -> Truth:
    if type(value) is not str or type(initial) is not str:
        return None
    return value.startswith(initial)


def _like_regex(value: JsonValue, pattern_and_flags: Any) -> Truth:
    if type(value) is not str:
        return None
    pattern, flags = pattern_and_flags
    found, _ = regex(pattern, _posix_flags(flags))
    return next(iter(matches(found, value)), None) is not None


def _check_pattern(pattern: str, flags: str) -> None:
    regex(pattern, _posix_flags(flags))


pattern_checks.append(_check_pattern)


def _posix_flags(flags: str) -> str:
    """Return XQuery's flags as PostgreSQL's: without s a point does not match a newline, with m ^ and $ match at each."""
    icase = "i" if "i" in flags else ""
    if "q" in flags:
        return icase + "q"
    lines = {(False, False): "p", (True, False): "", (False, True): "n", (True, True): "w"}
    return icase + lines["s" in flags, "m" in flags]


def _double(item: JsonValue) -> JsonValue:
    if not isinstance(item, Number) and type(item) is not str:
        raise NonNumericSqlJsonItem(
            "jsonpath item method .double() can only be applied to a string or numeric value"
        )
    try:
        value = type_of(oids.FLOAT8).decode_text(str(item), Style())
    except SqlError:
        if isinstance(item, Number):
            raise NonNumericSqlJsonItem(
                "numeric argument of jsonpath item method .double() is out of range for type double precision"
            ) from None
        raise NonNumericSqlJsonItem(_NOT_A_DOUBLE) from None
    if not isinstance(value, float) or math.isinf(value):
        if not isinstance(item, Number):
            raise NonNumericSqlJsonItem(_NOT_A_DOUBLE)
        raise NonNumericSqlJsonItem("NaN or Infinity is not allowed for jsonpath item method .double()")
    return item if isinstance(item, Number) else Number(float8_numeric(value))


def _datetime(item: JsonValue, template: object) -> JsonValue:
    if type(item) is not str:
        raise InvalidArgumentForSqlJsonDatetimeFunction(
            "jsonpath item method .datetime() can only be applied to a string"
        )
    if template is not None:
        try:
            standard_template(str(template))
        except SqlError as error:
            raise HardError(error) from None
        return moment_by_template(item, str(template))
    moment = read_moment(item)
    if moment is None:
        raise InvalidArgumentForSqlJsonDatetimeFunction(
            f'datetime format is not recognized: "{item}"',
            hint="Use a datetime template argument to specify the input data format.",
        )
    return moment
