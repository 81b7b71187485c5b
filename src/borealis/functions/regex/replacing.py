r"""regexp_replace. In the replacement \1 to \9 are groups, \& the match, \\ a backslash."""

from __future__ import annotations

import re
from functools import lru_cache

from borealis.errors import InvalidParameterValue
from borealis.functions.implementation import scalar
from borealis.functions.regex.compiled import Regex
from borealis.functions.regex.functions import at_least
from borealis.functions.regex.matcher import Spans
from borealis.functions.regex.matching import cut, matches, regex, whole

_REFERENCE = re.compile(r"\\([1-9&\\])")


@lru_cache(maxsize=256)
def _template(replacement: str) -> tuple[str | int, ...]:
    """Return texts and the numbers of groups; a backslash before anything else is itself."""
    parts: list[str | int] = []
    at = 0
    for found in _REFERENCE.finditer(replacement):
        parts.append(replacement[at : found.start()])
        mark = found[1]
        parts.append("\\" if mark == "\\" else 0 if mark == "&" else int(mark))
        at = found.end()
    parts.append(replacement[at:])
    return tuple(parts)


def replace(found: Regex, text: str, replacement: str, start: int, n: int) -> str:
    """Replace the n-th match from a place on, or with 0 all of them."""
    template = _template(replacement)
    out: list[str] = []
    copied = 0
    for count, spans in enumerate(matches(found, text, start), 1):
        if n and count != n:
            continue
        begin, end = whole(spans)
        out.append(text[copied:begin])
        out += [part if isinstance(part, str) else _group(text, spans, part) for part in template]
        copied = end
        if n:
            break
    return "".join(out) + text[copied:]


def _group(text: str, spans: Spans, number: int) -> str:
    return (cut(text, spans[number]) or "") if number < len(spans) else ""


@scalar("textregexreplace_noopt")
def replace_first(text: str, pattern: str, replacement: str) -> str:
    return replace(regex(pattern)[0], text, replacement, 0, 1)


@scalar("textregexreplace")
def replace_with_flags(text: str, pattern: str, replacement: str, flags: str) -> str:
    if flags[:1].isdigit():
        raise InvalidParameterValue(
            f'invalid regular expression option: "{flags[0]}"',
            hint="If you meant to use regexp_replace() with a start parameter, "
            "cast the fourth argument to integer explicitly.",
        )
    found, is_global = regex(pattern, flags)
    return replace(found, text, replacement, 0, 0 if is_global else 1)


@scalar("textregexreplace_extended", "textregexreplace_extended_no_flags", "textregexreplace_extended_no_n")
def replace_from(
    text: str, pattern: str, replacement: str, start: int, n: int | None = None, flags: str = ""
) -> str:
    at_least("start", start, 1)
    if n is not None:
        at_least("n", n, 0)
    found, is_global = regex(pattern, flags)
    return replace(found, text, replacement, start - 1, n if n is not None else 0 if is_global else 1)
