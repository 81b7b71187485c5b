"""Generated Python: functions made from source text, which a debugger and a traceback can show.

Generated text stays thin: tuple building and calls; what the calls mean lives in tested library functions.
Source: style.md part 2, "Generated SQL and generated Python"; attrs' linecache entry.
"""

from __future__ import annotations

import itertools
import linecache
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any

_numbers = itertools.count(1)
_kept: OrderedDict[str, None] = OrderedDict()
_KEPT_MAX = 4_096
"""Sources kept for tracebacks; functions outlive their source text without harm."""


def compile_function(
    name: str, parameters: Sequence[str], body: Sequence[str], names: Mapping[str, object]
) -> Any:
    """Return `def name(parameters): body` with these global names; body lines carry their own indentation."""
    source = f"def {name}({', '.join(parameters)}):\n" + "".join([f"    {line}\n" for line in body])
    namespace: dict[str, Any] = dict(names)
    exec(_code(name, source), namespace)  # noqa: S102 - the text is ours alone, values are names
    return namespace[name]


@lru_cache(maxsize=_KEPT_MAX)
def _code(name: str, source: str) -> CodeType:
    """Compile a source text; statements of one shape share it, their constants being names."""
    file_name = f"<borealis {name} {next(_numbers)}>"
    linecache.cache[file_name] = (len(source), None, source.splitlines(keepends=True), file_name)
    _kept[file_name] = None
    if len(_kept) > _KEPT_MAX:
        linecache.cache.pop(_kept.popitem(last=False)[0], None)
    return compile(source, file_name, "exec")
