"""pg_show_all_settings: the rows of pg_settings. Whether a value comes from SET or from the start is not kept, nor shown."""

from __future__ import annotations

from collections.abc import Iterator

from borealis.functions.implementation import Context, set_returning
from borealis.settings.allow_list import ALLOWED
from borealis.settings.fixed import FIXED
from borealis.settings.kinds import kind_of
from borealis.types.base import Value

_READ_ONLY = {
    "default_transaction_read_only": "Read-only status of new transactions.",
    "transaction_read_only": "Read-only status of this transaction.",
}


@set_returning("show_all_settings", columns=17, context=True)
def show_all_settings(context: Context) -> Iterator[tuple[Value, ...]]:
    names = {one.name: (one.description, one.default) for one in ALLOWED.values()}
    fixed = {one.name: (one.description, one.value) for one in FIXED.values()}
    statuses = {name: (text, "off") for name, text in _READ_ONLY.items()}
    for name, (description, default) in sorted((names | fixed | statuses).items(), key=_by_name):
        value = context.setting(name)
        if value is None:
            continue
        shown, boot = kind_of(name, value), kind_of(name, default)
        yield (
            name,
            shown.value,
            shown.unit,
            None,  # category
            description,
            None,  # extra_desc
            "internal" if name in fixed else "user",
            shown.vartype,
            "default" if value == default else "session",
            None,  # min_val, max_val, enumvals
            None,
            None,
            boot.value,
            boot.value,
            None,  # sourcefile, sourceline
            None,
            0,
        )


def _by_name(item: tuple[str, object]) -> str:
    return item[0].lower()
