"""The service model: operations, where their parameters stand in a request, and what these may be.

Read once from botocore's own data, so that what we accept is what AWS's clients were made from. An operation is found by method
and path; a path parameter takes one segment, escapes and all (an ARN with its slashes is sent escaped).

Source: botocore's data/dsql/2018-05-10/service-2.json.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    method: str
    path: re.Pattern[str]
    input: str
    """Its input shape's name."""


@dataclass(frozen=True, slots=True)
class ServiceModel:
    operations: Mapping[str, Operation]
    shapes: Mapping[str, Mapping[str, Any]]
    """As botocore's file has them."""

    def find(self, method: str, raw_path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation a request is for, and the parameters in its path."""
        for operation in self.operations.values():
            match = operation.path.fullmatch(raw_path) if operation.method == method else None
            if match is not None:
                return operation, {name: unquote(value) for name, value in match.groupdict().items()}
        return None


@cache
def service_model() -> ServiceModel:
    from botocore.loaders import Loader  # a tenth of a second, wanted in the control plane's process alone

    model = Loader().load_service_model("dsql", "service-2")
    operations = {
        name: Operation(name, described["http"]["method"], _path(described), described["input"]["shape"])
        for name, described in model["operations"].items()
    }
    return ServiceModel(operations, model["shapes"])


def _path(described: Mapping[str, Any]) -> re.Pattern[str]:
    uri = described["http"]["requestUri"]
    pieces = _PARAMETER.split(uri)
    pattern = "".join(
        f"(?P<{piece}>[^/]+)" if position % 2 else re.escape(piece) for position, piece in enumerate(pieces)
    )
    return re.compile(pattern)
