"""string_to_table."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.functions.implementation import set_returning
from borealis.types.base import Value


@set_returning("text_to_table", strict=False)
def text_to_table(text: Value, delimiter: Value) -> Iterator[tuple[Value, ...]]:
    return text_to_table_null(text, delimiter, None)


@set_returning("text_to_table_null", strict=False)
def text_to_table_null(text: Value, delimiter: Value, null: Value) -> Iterator[tuple[Value, ...]]:
    """Return the fields of a text; a NULL delimiter splits into characters, a field equal to `null` is NULL."""
    if text is None or text == "":
        return iter(())
    whole = str(text)
    fields = list(whole) if delimiter is None else whole.split(str(delimiter)) if delimiter else [whole]
    return ((None if field == null else field,) for field in fields)
