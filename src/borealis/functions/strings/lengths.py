"""The length coercions varchar(n) and char(n), and the types name and "char".

An explicit cast cuts; an assignment refuses what is too long unless the rest is blanks. bpchar stands without trailing
blanks, so padding is output's.
"""

from __future__ import annotations

from borealis.errors import StringDataRightTruncation
from borealis.functions.implementation import Sql, emitter, scalar
from borealis.functions.numeric.representation import is_cheap
from borealis.limits import IDENTIFIER_BYTES_MAX

_HEADER = 4  # a typmod is the declared length and PostgreSQL's header


def _coercion(key: str, type_name: str) -> None:
    @emitter(key)
    def emit(args: tuple[Sql, ...]) -> Sql:
        text, typmod, explicit = args
        if not isinstance(typmod.constant, int):
            return Sql(f"pg_{key}_cut({text.text}, {typmod.text}, {explicit.text})")
        if typmod.constant < _HEADER:
            return text
        call = f"pg_{key}_cut({text.text}, {typmod.constant}, {explicit.text})"
        if not is_cheap(text.text):
            return Sql(call)
        return Sql(
            f"(CASE WHEN length({text.text}) <= {typmod.constant - _HEADER} THEN {text.text} ELSE {call} END)"
        )

    @scalar(f"{key}_cut")
    def cut(text: str, typmod: int, explicit: int) -> str:
        limit = typmod - _HEADER
        if typmod < _HEADER or len(text) <= limit:
            return text
        if not explicit and text[limit:].strip(" "):
            raise StringDataRightTruncation(f"value too long for type {type_name}({limit})")
        return text[:limit].rstrip(" ") if key == "bpchar" else text[:limit]


_coercion("varchar", "character varying")
_coercion("bpchar", "character")


@scalar("text_name", "bpchar_name")
def to_name(text: str) -> str:
    """Cut to 63 bytes, at a character's boundary."""
    data = text.encode()
    return text if len(data) <= IDENTIFIER_BYTES_MAX else data[:IDENTIFIER_BYTES_MAX].decode(errors="ignore")
