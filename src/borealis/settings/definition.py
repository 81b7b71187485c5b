"""What a setting is: a name, a default and a check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Check = Callable[[str, str, str], str]
"""(name as the client wrote it, text it gave, the setting's value so far) → the value as SHOW answers it."""


@dataclass(frozen=True, slots=True)
class Setting:
    name: str  # as SHOW heads its column: TimeZone
    default: str
    check: Check
    description: str
    is_list: bool = False  # SET takes several arguments
    quotes: bool = False  # the arguments of a list are identifiers
    reported: bool = False  # by ParameterStatus
