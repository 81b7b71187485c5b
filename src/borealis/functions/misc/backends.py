"""pg_stat_get_activity, from which pg_stat_ssl is read: a session sees itself alone, as Aurora DSQL tells nothing of others.

Source: dsql-facts.md §4.10; the columns are PostgreSQL 16's.
"""

from __future__ import annotations

from collections.abc import Iterator

from borealis.catalog.system.cluster import DATABASE
from borealis.functions.implementation import Context, set_returning
from borealis.types.base import Value

_COLUMNS = 31
_WITHOUT_COUNTERPART = 12  # from query to backend_xmin


@set_returning("pg_stat_get_activity", columns=_COLUMNS, context=True, strict=False)
def pg_stat_get_activity(context: Context, pid: Value) -> Iterator[tuple[Value, ...]]:
    client = context.client
    if pid not in (None, client.pid):
        return
    role = context.catalog.roles_by_name.get(context.session_user)
    encryption = client.encryption
    tls: tuple[Value, ...] = (0, None, None, None)
    if encryption is not None:
        tls = (1, encryption.version, encryption.cipher, encryption.bits)
    yield (
        *(DATABASE, client.pid, None if role is None else role.oid, context.setting("application_name")),
        *("active", *(None,) * _WITHOUT_COUNTERPART, "client backend"),
        *tls,
        *(None, None, None, 0, None, 0, 0, None, None),
    )
