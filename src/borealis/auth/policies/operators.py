"""Condition operators: StringEquals and its kin, over a request's condition keys.

A block of conditions holds if every key of every operator does; a key holds if any of its values matches (with a negated
operator: if none does). A key the request lacks makes a condition false, but true for negated operators, ...IfExists and
ForAllValues. Comparison never raises: what cannot be read as the operator's type does not match.

Source: AWS's IAM documentation, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from borealis.auth.policies.pattern import Keys, compile_pattern, equals, matches, resolve

_VARIABLE_OR_COLON = re.compile(r"(\$\{[^}]*\}|:)")

_Compare = Callable[[str, str, Keys, bool], bool]
"""Wanted (the policy's), actual (the request's), keys and whether wanted may have variables, to whether they match."""


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    compare: _Compare
    is_negated: bool = False
    check: Callable[[str], bool] | None = None
    """Whether a value is one of the operator's type, for those without variables."""


@dataclass(frozen=True, slots=True)
class Condition:
    operator: Operator
    quantifier: str | None
    """ForAllValues, ForAnyValue or neither."""
    if_exists: bool
    key: str
    values: tuple[str, ...]

    def holds(self, keys: Keys, *, has_variables: bool) -> bool:
        actual = keys.get(self.key)
        operator = self.operator
        if operator.name == "Null":
            return any((value.lower() == "true") is (not actual) for value in self.values)
        if not actual:
            if self.quantifier is not None:
                return self.quantifier == "ForAllValues" or self.if_exists
            return self.if_exists or operator.is_negated
        if self.quantifier == "ForAllValues":
            return all(self._matches(value, keys, has_variables) for value in actual)
        if self.quantifier == "ForAnyValue":
            return any(self._matches(value, keys, has_variables) for value in actual)
        if operator.is_negated:
            return all(self._matches(value, keys, has_variables) for value in actual)
        return any(self._matches(value, keys, has_variables) for value in actual)

    def _matches(self, actual: str, keys: Keys, has_variables: bool) -> bool:
        compare = self.operator.compare
        found = any(compare(wanted, actual, keys, has_variables) for wanted in self.values)
        return found is not self.operator.is_negated


def _string_equals(wanted: str, actual: str, keys: Keys, has_variables: bool) -> bool:
    return equals(wanted, actual, keys, has_variables=has_variables)


def _string_equals_fold(wanted: str, actual: str, keys: Keys, has_variables: bool) -> bool:
    folded = {name: tuple(value.casefold() for value in values) for name, values in keys.items()}
    return equals(wanted.casefold(), actual.casefold(), folded, has_variables=has_variables)


def _string_like(wanted: str, actual: str, keys: Keys, has_variables: bool) -> bool:
    return matches(wanted, actual, keys, has_variables=has_variables)


def arn_like(wanted: str, actual: str, keys: Keys, has_variables: bool) -> bool:
    """Match two ARNs part by part: a * reaches over no colon but those of the last part."""
    wanted_parts, actual_parts = _arn_parts(wanted), actual.split(":", 5)
    if len(actual_parts) != 6:
        return False
    if len(wanted_parts) != 6:
        return wanted == "*"
    return all(
        matches(part, found, keys, has_variables=has_variables)
        for part, found in zip(wanted_parts, actual_parts, strict=True)
    )


@lru_cache(maxsize=1_024)
def _arn_parts(pattern: str) -> list[str]:
    """Split a pattern at its colons but those inside ${…}: variables have them in their names."""
    parts: list[str] = [""]
    for piece in _VARIABLE_OR_COLON.split(pattern):
        if piece == ":" and len(parts) < 6:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


@lru_cache(maxsize=1_024)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _ip_address(wanted: str, actual: str, keys: Keys, has_variables: bool) -> bool:
    network, address = _network(wanted), _address(actual)
    return network is not None and address is not None and address in network


def _bool(wanted: str, actual: str, keys: Keys, has_variables: bool) -> bool:
    return wanted.lower() == actual.lower()


def _binary(wanted: str, actual: str, keys: Keys, has_variables: bool) -> bool:
    left, right = _decode(wanted), _decode(actual)
    return left is not None and left == right


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(text: str) -> Decimal | None:
    """Read ISO 8601 or seconds since 1970."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return _number(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return Decimal(str(moment.timestamp()))


def _ordered(read: Callable[[str], Decimal | None], holds: Callable[[Decimal, Decimal], bool]) -> _Compare:
    def compare(wanted: str, actual: str, keys: Keys, has_variables: bool) -> bool:
        parts = resolve(compile_pattern(wanted, has_variables), keys)
        if parts is None:
            return False
        left = read(actual)
        right = read("".join(part if isinstance(part, str) else part.value for part in parts))
        return left is not None and right is not None and holds(left, right)

    return compare


def _is_bool(text: str) -> bool:
    return text.lower() in {"true", "false"}


def _is_network(text: str) -> bool:
    return _network(text) is not None


def _is_arn_pattern(text: str) -> bool:
    return text == "*" or text.count(":") >= 5


def _operators() -> dict[str, Operator]:
    found = [
        Operator("Null", _bool, check=_is_bool),
        Operator("Bool", _bool, check=_is_bool),
        Operator("BinaryEquals", _binary, check=lambda text: _decode(text) is not None),
    ]
    for name, compare, check in (
        ("StringEquals", _string_equals, None),
        ("StringEqualsIgnoreCase", _string_equals_fold, None),
        ("StringLike", _string_like, None),
        ("ArnEquals", arn_like, _is_arn_pattern),
        ("ArnLike", arn_like, _is_arn_pattern),
        ("IpAddress", _ip_address, _is_network),
    ):
        negated = (
            f"Not{name}"
            if name == "IpAddress"
            else name.replace("String", "StringNot").replace("Arn", "ArnNot")
        )
        found.append(Operator(name, compare, check=check))
        found.append(Operator(negated, compare, is_negated=True, check=check))
    for prefix, read in (("Numeric", _number), ("Date", _moment)):
        is_readable = _readable(read)
        equal = _ordered(read, lambda actual, wanted: actual == wanted)
        found.append(Operator(f"{prefix}Equals", equal, check=is_readable))
        found.append(Operator(f"{prefix}NotEquals", equal, is_negated=True, check=is_readable))
        for name, holds in _ORDERINGS.items():
            found.append(Operator(prefix + name, _ordered(read, holds), check=is_readable))
    return {operator.name.lower(): operator for operator in found}


def _readable(read: Callable[[str], Decimal | None]) -> Callable[[str], bool]:
    return lambda text: read(text) is not None


_ORDERINGS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "LessThan": lambda actual, wanted: actual < wanted,
    "LessThanEquals": lambda actual, wanted: actual <= wanted,
    "GreaterThan": lambda actual, wanted: actual > wanted,
    "GreaterThanEquals": lambda actual, wanted: actual >= wanted,
}

OPERATORS = _operators()
"""By lower-case name."""
