"""Parameters that can be shown but never set: what clients ask a PostgreSQL 16 about itself.

Source: dsql-facts.md §4.9, §4.12 (server_version 16.15, isolation, encoding, collation); for the rest PostgreSQL 16's
built-in defaults (pg_settings.boot_val), as far as they mean something to a client of a DSQL cluster.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fixed:
    name: str
    value: str
    description: str
    reported: bool = False  # by ParameterStatus


_FIXED = (
    Fixed("array_nulls", "on", "Reads NULL in arrays as a null."),
    Fixed("backslash_quote", "safe_encoding", "Whether \\' stands for a quote in strings."),
    Fixed("block_size", "8192", "Bytes of a disk block."),
    Fixed("bytea_output", "hex", "Form of bytea."),
    Fixed("check_function_bodies", "on", "Reads function bodies at CREATE FUNCTION."),
    Fixed("client_min_messages", "notice", "Least severity of messages sent to the client."),
    Fixed("constraint_exclusion", "partition", "Lets the planner use constraints."),
    Fixed("cursor_tuple_fraction", "0.1", "Share of a cursor's rows expected to be fetched."),
    Fixed("data_checksums", "on", "Whether data carry checksums."),
    Fixed("deadlock_timeout", "1s", "Time before a lock is checked for deadlock."),
    Fixed("default_statistics_target", "100", "Statistics kept of a column."),
    Fixed("default_table_access_method", "heap", "Access method of new tables."),
    Fixed("default_tablespace", "", "Tablespace of new tables."),
    Fixed("default_text_search_config", "pg_catalog.simple", "Text search configuration."),
    Fixed("default_toast_compression", "lz4", "Compression of large values."),
    Fixed("default_transaction_deferrable", "off", "Deferrable status of new transactions."),
    Fixed("default_transaction_isolation", "repeatable read", "Isolation level of new transactions."),
    Fixed("escape_string_warning", "on", "Warns of backslashes in ordinary strings."),
    Fixed("from_collapse_limit", "8", "Size beyond which subqueries are not merged."),
    Fixed("idle_in_transaction_session_timeout", "0", "Time a transaction may idle."),
    Fixed("idle_session_timeout", "0", "Time a session may idle."),
    Fixed("in_hot_standby", "off", "Whether this is a hot standby.", reported=True),
    Fixed("integer_datetimes", "on", "Times are 64-bit integers.", reported=True),
    Fixed("is_superuser", "off", "Whether the user is a superuser.", reported=True),
    Fixed("jit", "off", "Compiles expressions."),
    Fixed("join_collapse_limit", "8", "Size beyond which JOINs keep their order."),
    Fixed("lc_messages", "C", "Language of messages."),
    Fixed("lc_monetary", "C", "Form of amounts of money."),
    Fixed("lc_numeric", "C", "Form of numbers."),
    Fixed("lc_time", "C", "Form of dates in to_char."),
    Fixed("lo_compat_privileges", "off", "Privilege checks of large objects."),
    Fixed("lock_timeout", "0", "Time to wait for a lock."),
    Fixed("max_connections", "10000", "Connections of a cluster."),
    Fixed("max_function_args", "100", "Most arguments of a function."),
    Fixed("max_identifier_length", "63", "Most bytes of an identifier."),
    Fixed("max_index_keys", "8", "Most columns of an index."),
    Fixed("max_prepared_transactions", "0", "Most prepared transactions."),
    Fixed("max_stack_depth", "2MB", "Most stack an expression may need."),
    Fixed("password_encryption", "scram-sha-256", "How passwords are stored."),
    Fixed("plan_cache_mode", "auto", "When generic plans are used."),
    Fixed("port", "5432", "Port the server listens on."),
    Fixed("quote_all_identifiers", "off", "Quotes every identifier made."),
    Fixed("row_security", "on", "Whether row security applies."),
    Fixed("scram_iterations", "4096", "Rounds of SCRAM secrets.", reported=True),
    Fixed("segment_size", "1GB", "Size of a file's segment."),
    Fixed("server_encoding", "UTF8", "Encoding of the database.", reported=True),
    Fixed("server_version", "16.15", "Version of the server.", reported=True),
    Fixed("server_version_num", "160015", "Version of the server as a number."),
    Fixed("session_replication_role", "origin", "Which triggers and rules fire."),
    Fixed("ssl", "on", "Whether connections are encrypted."),
    Fixed("standard_conforming_strings", "on", "Backslashes are ordinary in strings.", reported=True),
    Fixed("statement_timeout", "0", "Time a statement may take."),
    Fixed("synchronize_seqscans", "on", "Lets full scans share their reading."),
    Fixed("synchronous_commit", "on", "Waits for a commit to be durable."),
    Fixed("temp_tablespaces", "", "Tablespaces of temporary tables."),
    Fixed("timezone_abbreviations", "Default", "Set of time zone abbreviations."),
    Fixed("transaction_deferrable", "off", "Deferrable status of this transaction."),
    Fixed("transaction_isolation", "repeatable read", "Isolation level of this transaction."),
    Fixed("transform_null_equals", "off", "Reads x = NULL as x IS NULL."),
    Fixed("work_mem", "4MB", "Memory of a sort or hash."),
    Fixed("xmlbinary", "base64", "Form of bytes in XML."),
    Fixed("xmloption", "content", "Reads XML as documents or content."),
)

FIXED: dict[str, Fixed] = {fixed.name: fixed for fixed in _FIXED}
