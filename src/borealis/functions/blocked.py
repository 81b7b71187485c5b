"""Built-in functions that DSQL refuses, though PostgreSQL has them.

Source: dsql-facts.md §4.2: advisory locks, notification, large objects, other sessions, sizes on disk.
"""

from __future__ import annotations

import re

from borealis.functions.signatures import Function

_BLOCKED = re.compile(
    r"""
      pg_(try_)?advisory_\w+
    | pg_notify | pg_listening_channels | pg_notification_queue_usage
    | lo_\w+ | loread | lowrite
    | pg_(cancel|terminate)_backend
    | pg_(table|total_relation|relation|indexes|database|tablespace)_size
    | pg_stat_get_(?!activity$)\w+
    | pg_(read|ls|stat)_\w*(file|dir)\w*
    | pg_(reload_conf|rotate_logfile|promote|switch_wal|create_restore_point|backup_start|backup_stop)
    """,
    re.VERBOSE,
)


def is_blocked(function: Function) -> bool:
    return _BLOCKED.fullmatch(function.name) is not None
