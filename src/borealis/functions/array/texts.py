"""Arrays to text with a delimiter, and back."""

from __future__ import annotations

from borealis.functions.array.elements import element_of, flat, values
from borealis.functions.implementation import Context, Sql, scalar, typed_emitter
from borealis.types.array import pack
from borealis.types.base import Oid, Style, Value
from borealis.types.registry import type_of


@typed_emitter("array_to_text", "array_to_text_null")
def array_to_text(args: tuple[Sql, ...], arg_types: tuple[Oid, ...], result: Oid) -> Sql:
    null = args[2].text if len(args) > 2 else "NULL"
    return Sql(f"pg_array_to_text({args[0].text}, {args[1].text}, {null}, {element_of(arg_types[0])})")


@scalar("array_to_text", strict=False, context=True)
def to_text(context: Context, array: str | None, delimiter: str | None, null: str | None, oid: int) -> Value:
    """NULL elements are left out, unless there is a text for them."""
    if array is None or delimiter is None:
        return None
    shown = (null if text is None else text for text in texts(array, oid, context.style))
    return delimiter.join(text for text in shown if text is not None)


def texts(array: str, element: int, style: Style) -> list[str | None]:
    """Return what the output function of their type makes of the elements, row by row."""
    encode = type_of(Oid(element)).encode_text
    return [None if value is None else encode(value, style) for value in flat(values(array, element))]


@scalar("text_to_array", "text_to_array_null", strict=False)
def text_to_array(text: str | None, delimiter: str | None, null: str | None = None) -> Value:
    """Without a delimiter each character is an element; an empty one does not cut."""
    if text is None:
        return None
    if not text:
        return "[]"
    parts = list(text) if delimiter is None else text.split(delimiter) if delimiter else [text]
    return pack([None if part == null else part for part in parts])


@scalar("hex_element", strict=False)
def hex_element(value: bytes | None) -> Value:
    """Return a bytea as an element of JSON, an empty one too."""
    return None if value is None else value.hex()
