"""The parameters a client may set, all of them. Any other is refused, by SET, startup packet, `options` or set_config().

`role` is settable too, for a transaction only: it is the session's, since whether a role may be taken is the catalog's to say.
Source: dsql-facts.md §4.9 (Aurora DSQL user guide, September 2026).
"""

from __future__ import annotations

from borealis.errors import FeatureNotSupported
from borealis.settings import datestyle, encoding, timezone
from borealis.settings.definition import Setting
from borealis.settings.identifiers import check_identifiers
from borealis.settings.scalars import ascii_name, boolean, enumeration, integer


def _check_search_path(name: str, text: str, current: str) -> str:
    check_identifiers(text)
    return text


def _planner(name: str, what: str) -> Setting:
    return Setting(name, "on", boolean, f"Lets the planner use {what}.")


_SETTINGS = (
    Setting("application_name", "", ascii_name, "The name the client gives itself.", reported=True),
    Setting("client_encoding", "UTF8", encoding.check, "The encoding of the client's text.", reported=True),
    Setting(
        "DateStyle",
        datestyle.DEFAULT,
        datestyle.check,
        "Form and order of dates.",
        is_list=True,
        reported=True,
    ),
    Setting("disable_sync_create_index", "on", boolean, "Refuses CREATE INDEX without ASYNC."),
    _planner("dsql.enable_batched_nestloop", "batched nested loop joins"),
    _planner("enable_bitmapscan", "bitmap scans"),
    _planner("enable_hashjoin", "hash joins"),
    _planner("enable_indexonlyscan", "index only scans"),
    _planner("enable_indexscan", "index scans"),
    _planner("enable_material", "materialization"),
    _planner("enable_mergejoin", "merge joins"),
    _planner("enable_nestloop", "nested loop joins"),
    _planner("enable_seqscan", "full scans"),
    Setting(
        "extra_float_digits", "1", integer(-15, 3), "Digits of floating-point output; above 0 shortest exact."
    ),
    Setting(
        "IntervalStyle",
        "postgres",
        enumeration("postgres", "postgres_verbose", "sql_standard", "iso_8601"),
        "Form of intervals.",
        reported=True,
    ),
    Setting(
        "search_path",
        '"$user", public',
        _check_search_path,
        "Schemas where unqualified names are looked up.",
        is_list=True,
        quotes=True,
    ),
    Setting("TimeZone", "UTC", timezone.check, "Time zone of timestamps shown and read.", reported=True),
)

ALLOWED: dict[str, Setting] = {setting.name.lower(): setting for setting in _SETTINGS}


def not_supported(name: str) -> FeatureNotSupported:
    return FeatureNotSupported(
        f'setting configuration parameter "{name}" not supported'
    )  # live, dsql-facts.md §4.9
