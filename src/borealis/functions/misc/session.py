"""What the session is: user, database, schema, settings; and pg_sleep with its kin."""

from __future__ import annotations

import time

from borealis.errors import FeatureNotSupported, NullValueNotAllowed, UndefinedObject
from borealis.functions.datetime.moments import plus_interval_in_zone
from borealis.functions.floats.values import to_python
from borealis.functions.implementation import Context, scalar, template
from borealis.types.base import Value
from borealis.types.interval import unpack

template("pgsql_version", "'PostgreSQL 16'")  # exactly so, dsql-facts.md §5
template("dsql_major_version", "1")  # sys.dsql_major_version(), dsql-facts.md §4.9
template("pg_client_encoding", "'UTF8'")
template("getdatabaseencoding", "'UTF8'")
template("pg_is_in_recovery", "0")
template("pg_jit_available", "0")


@scalar("current_user", context=True, deterministic=False)
def current_user(context: Context) -> Value:
    return context.current_user


@scalar("session_user", context=True, deterministic=False)
def session_user(context: Context) -> Value:
    return context.session_user


@scalar("current_database", context=True, deterministic=False)
def current_database(context: Context) -> Value:
    return context.database


@scalar("current_schema", context=True, deterministic=False)
def current_schema(context: Context) -> Value:
    """Return the first schema of search_path, which the executor keeps to those that exist."""
    return context.search_path[0] if context.search_path else None


@scalar("pg_backend_pid", context=True, deterministic=False)
def pg_backend_pid(context: Context) -> Value:
    return context.client.pid


@scalar("show_config_by_name", context=True, deterministic=False)
def current_setting(context: Context, name: str) -> Value:
    value = context.setting(name)
    if value is None:
        raise UndefinedObject(f'unrecognized configuration parameter "{name}"')
    return value


@scalar("show_config_by_name_missing_ok", context=True, deterministic=False)
def current_setting_or_null(context: Context, name: str, missing_ok: int) -> Value:
    return context.setting(name) if missing_ok else current_setting(context, name)


@scalar("set_config_by_name", strict=False, context=True, deterministic=False)
def set_config(context: Context, name: str | None, text: str | None, is_local: int | None) -> Value:
    """SET as a function; NULL stands for the default. What may be set is the session's to say."""
    if name is None:
        raise NullValueNotAllowed("SET requires parameter name")
    if context.set_setting is None:
        raise FeatureNotSupported(f'setting configuration parameter "{name}" not supported')
    return context.set_setting(name, text, bool(is_local))


_SLICE_S = 0.02


@scalar("pg_sleep", context=True, deterministic=False)
def pg_sleep(context: Context, seconds: Value) -> Value:
    return _sleep(context, to_python(seconds))


@scalar("pg_sleep_for(interval)", context=True, deterministic=False)
def pg_sleep_for(context: Context, duration: Value) -> Value:
    now_us = context.clock_us()
    until_us = plus_interval_in_zone(context.style.time_zone, now_us, *unpack(duration))
    return _sleep(context, (until_us - now_us) / 1e6)


@scalar("pg_sleep_until(timestamptz)", context=True, deterministic=False)
def pg_sleep_until(context: Context, moment: int) -> Value:
    return _sleep(context, (moment - context.clock_us()) / 1e6)


def _sleep(context: Context, seconds: float) -> Value:
    """Sleep in slices, so that a cancel is seen; the statement runs off the event loop."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not context.is_interrupted():
        time.sleep(min(left, _SLICE_S))
    return ""
