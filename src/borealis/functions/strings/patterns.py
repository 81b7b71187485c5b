"""LIKE and ILIKE.

A constant pattern without escapes is written natively:

    abc      x = p                     abc%     x >= 'abc' AND x < 'abd', which an index can serve
    %abc%    instr(x, 'abc') > 0       %abc     the end of x = 'abc'

Other constants and parameters become patterns of SQLite's GLOB, which minds case: `a_c%d` is 'a?c*d'; a constant that begins with no
wildcard is a range besides.
What is left, patterns that differ from row to row, that are long (GLOB cannot be interrupted) or end in an escape, are Python
regular expressions, compiled once. ILIKE lowers both sides first, as PostgreSQL does in a database of several bytes a character.
"""

from __future__ import annotations

import re
from functools import lru_cache

from borealis.errors import InvalidEscapeSequence
from borealis.functions.implementation import Emitter, Sql, emitter, scalar
from borealis.functions.numeric.representation import is_cheap


def _native(text: str, pattern: Sql) -> str | None:
    """Return native text for a constant pattern of a simple shape."""
    known = pattern.constant
    if not isinstance(known, str) or "\\" in known or "_" in known:
        return None
    body = known.strip("%")
    if "%" in body:
        return None
    starts, ends = known.startswith("%"), known.endswith("%")
    if not body:
        return f"({text} IS NOT NULL OR NULL)" if known else f"({text} = '')"
    literal = f"trim({pattern.text}, '%')" if starts or ends else pattern.text
    if not starts and not ends:
        return f"({text} = {literal})"
    if starts and ends:
        return f"(instr({text}, {literal}) > 0)"
    if starts:
        return f"(substr({text}, -{len(body)}) = {literal})"
    if not is_cheap(text):
        return f"(substr({text}, 1, {len(body)}) = {literal})"
    return f"({text} >= {literal} AND {text} < pg_prefix_end({literal}))"


GLOB_CHARACTERS_MAX = 200
_PARAMETER = re.compile(r"(?:lower\()?\?\d+\)?")
_NUMBERED = re.compile(r"\?\d")
_WILDCARD = re.compile(r"[%_\\]")
_GLOB = {"%": "*", "_": "?"}
_GLOB_LITERALS = {"*": "[*]", "?": "[?]", "[": "[[]"}


def _globbed(text: str, pattern: Sql) -> str | None:
    """Return native text for a pattern that is the same for all rows."""
    if isinstance(pattern.constant, str):
        found = glob(pattern.constant)
        if found is None:
            return None
        # Written out, for SQLite calls functions of constants for each row in an ON; ?1 would be read as a parameter.
        is_plain = _NUMBERED.search(found) is None
        shown = "'" + found.replace("'", "''") + "'" if is_plain else f"pg_glob({pattern.text})"
        return f"({_prefix_range(text, pattern)}{text} GLOB {shown})"
    if not _PARAMETER.fullmatch(pattern.text) or not is_cheap(text):
        return None
    return (
        f"(CASE WHEN pg_glob({pattern.text}) IS NULL THEN pg_like({text}, {pattern.text}) "
        f"ELSE {text} GLOB pg_glob({pattern.text}) END)"
    )


def _prefix_range(text: str, pattern: Sql) -> str:
    """Return the range of the texts that begin as a constant pattern does, for an index to serve: `x >= p AND x < q AND `."""
    known = pattern.constant
    assert isinstance(known, str)
    length = _WILDCARD.search(known + "%").start()  # type: ignore[union-attr] # there is one
    if not length or not is_cheap(text):
        return ""
    prefix = f"substr({pattern.text}, 1, {length})"
    return f"{text} >= {prefix} AND {text} < pg_prefix_end({prefix}) AND "


@scalar("glob")
@lru_cache(maxsize=512)
def glob(pattern: str) -> str | None:
    """Return GLOB's pattern for LIKE's; None where GLOB is not to be asked."""
    if len(pattern) > GLOB_CHARACTERS_MAX:
        return None
    out, escaped = [], False
    for char in pattern:
        if char == "\\" and not escaped:
            escaped = True
            continue
        out.append(
            _GLOB_LITERALS.get(char, char) if escaped else _GLOB.get(char) or _GLOB_LITERALS.get(char, char)
        )
        escaped = False
    return None if escaped else "".join(out)


def _like(name: str, *, negated: bool, ignores_case: bool) -> Emitter:
    def emit(args: tuple[Sql, ...]) -> Sql:
        text, pattern = args
        if ignores_case:
            text = Sql(f"lower({text.text})")
            known = pattern.constant
            pattern = Sql(
                f"lower({pattern.text})", constant=lowered(known) if isinstance(known, str) else None
            )
        found = _native(text.text, pattern) or _globbed(text.text, pattern)
        found = found or f"pg_like({text.text}, {pattern.text})"
        return Sql(f"(NOT {found})" if negated else found)

    return emit


for _prefix in ("text", "name"):  # bpchar has text's
    for _suffix, _negated, _ignores_case in (
        ("like", False, False),
        ("nlike", True, False),
        ("iclike", False, True),
        ("icnlike", True, True),
    ):
        emitter(f"{_prefix}{_suffix}")(_like(_suffix, negated=_negated, ignores_case=_ignores_case))

_UPPER_TO_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def lowered(text: str) -> str:
    """Return the text with ASCII letters in lower case."""
    return text.lower() if text.isascii() else text.translate(_UPPER_TO_LOWER)


@scalar("prefix_end")
def prefix_end(prefix: str) -> str | bytes:
    """Return the least text above all that begin so; a BLOB, which is above every text, where there is none."""
    while prefix:
        last = ord(prefix[-1])
        if last < 0x10FFFF:
            return prefix[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)
        prefix = prefix[:-1]
    return b""


@scalar("like")
def like(text: str, pattern: str) -> int:
    match, dangling = _compiled(pattern)
    if dangling is not None:
        if dangling(text) is not None:
            raise InvalidEscapeSequence("LIKE pattern must not end with escape character")
        return 0
    return match(text) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str):  # type: ignore[no-untyped-def]
    """Return (full match, None), or for a pattern that ends in an escape (None, what reaches it with text left)."""
    out, escaped = [], False
    for char in pattern:
        if escaped:
            out.append(re.escape(char))
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            out.append({"%": ".*", "_": "."}.get(char) or re.escape(char))
    if escaped:
        return None, re.compile("".join(out) + ".", re.DOTALL).match
    return re.compile(_without_repeats("".join(out)), re.DOTALL).fullmatch, None


def _without_repeats(expression: str) -> str:
    """Join runs of `%`, and make each but the last take the nearest match, which is enough and never backtracks far."""
    expression = re.sub(r"(?:\.\*)+", ".*", expression)
    head, star, tail = expression.rpartition(".*")
    if not star or ".*" not in head:
        return expression
    pieces = head.split(".*")
    # An atomic group: once a piece is found at its nearest place, a later one can only be harder to place.
    middle = "".join(f"(?>.*?{piece})" if piece else "" for piece in pieces[1:])
    return f"{pieces[0]}{middle}.*{tail}"


@scalar("bytealike")
def bytes_like(data: bytes, pattern: bytes) -> int:
    # One character a byte: the pattern's own characters are ASCII.
    return like(data.decode("latin-1"), pattern.decode("latin-1"))


@scalar("byteanlike")
def bytes_not_like(data: bytes, pattern: bytes) -> int:
    return not bytes_like(data, pattern)


@scalar("like_escape", "like_escape_bytea")
def like_escape(pattern: str | bytes, escape: str | bytes) -> str | bytes:
    """Rewrite a pattern with another escape character to one with the backslash; an empty one means none."""
    if isinstance(pattern, bytes) or isinstance(escape, bytes):
        return str(like_escape(_latin(pattern), _latin(escape))).encode("latin-1")
    if not escape:
        return pattern.replace("\\", "\\\\")
    if len(escape) > 1:
        raise InvalidEscapeSequence(
            "invalid escape string", hint="Escape string must be empty or one character."
        )
    if escape == "\\":
        return pattern
    out, escaped = [], False
    for char in pattern:
        if char == escape and not escaped:
            out.append("\\")
            escaped = True
        else:
            out.append("\\\\" if char == "\\" and not escaped else char)
            escaped = False
    return "".join(out)


def _latin(data: str | bytes) -> str:
    return data.decode("latin-1") if isinstance(data, bytes) else data
