"""The limits of a DSQL cluster: value, error and text.

Source: dsql-facts.md §3.3 (Aurora DSQL quotas, September 2026).
"""

from __future__ import annotations

from dataclasses import dataclass

from borealis.errors import ProgramLimitExceeded, TooManyColumns

TRANSACTION_ROWS_MAX = 3_000  # INSERT + UPDATE + DELETE + FOR UPDATE; index entries do not count
TRANSACTION_BYTES_MAX = 10 * 1024 * 1024  # rows and index entries, at COMMIT
TRANSACTION_AGE_S_MAX = 300
ROW_BYTES_MAX = 2 * 1024 * 1024
COLUMN_BYTES_MAX = 1024 * 1024
KEY_BYTES_MAX = 1024
KEY_DECLARED_BYTES_MAX = 2_000
KEY_COLUMNS_MAX = 8
TABLE_COLUMNS_MAX = 255
TABLE_INDEXES_MAX = 24
TABLE_STATISTICS_MAX = 5
SCHEMAS_MAX = 10
SEQUENCES_MAX = 5_000
TABLES_MAX = 1_000
VIEWS_MAX = 5_000
VIEW_BYTES_MAX = 512 * 1024  # of its stored tree; a definition of 131 to 524 KiB of text
VIEW_COLUMNS_MAX = 1_600
MESSAGE_BYTES_MAX = 10 * 1024 * 1024
IDENTIFIER_BYTES_MAX = 63
CONNECTIONS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class TransactionLimits:
    """What one transaction may write; None is no limit."""

    rows_max: int | None = TRANSACTION_ROWS_MAX
    bytes_max: int | None = TRANSACTION_BYTES_MAX

    @property
    def is_lifted(self) -> bool:
        return self.rows_max is None


DSQL_LIMITS = TransactionLimits()
LIFTED_LIMITS = TransactionLimits(None, None)
"""For loading a node of one's own: `borealis start --limits lifted`."""


def transaction_rows_exceeded() -> ProgramLimitExceeded:
    return ProgramLimitExceeded("transaction row limit exceeded")


def transaction_size_exceeded(size_bytes: int) -> ProgramLimitExceeded:
    return ProgramLimitExceeded(
        "transaction size limit 10mb exceeded",
        detail=f"Current transaction size {-(-size_bytes // (1024 * 1024))}mb > 10mb",
    )


def transaction_age_exceeded(age_s: float) -> ProgramLimitExceeded:
    return ProgramLimitExceeded(
        "transaction age limit of 300s exceeded",
        detail=f"Current transaction age {int(age_s)}s exceeds 300s",
    )


def row_size_exceeded() -> ProgramLimitExceeded:
    return ProgramLimitExceeded("maximum row size exceeded")


def column_size_exceeded(type_name: str) -> ProgramLimitExceeded:
    return ProgramLimitExceeded(
        f"datatype limit greater than {COLUMN_BYTES_MAX} bytes not supported for {type_name}"
    )


def key_size_exceeded() -> ProgramLimitExceeded:
    return ProgramLimitExceeded("key size too large")


def declared_key_size_exceeded() -> ProgramLimitExceeded:
    return ProgramLimitExceeded(f"key size greater than {KEY_DECLARED_BYTES_MAX} bytes not supported")


def too_many_key_columns() -> TooManyColumns:
    return TooManyColumns("more than 8 column keys in an index are not supported")


def too_many_columns() -> TooManyColumns:
    return TooManyColumns("tables can have at most 255 columns")


def too_many_indexes() -> ProgramLimitExceeded:
    return ProgramLimitExceeded("more than 24 indexes per table are not allowed")


def too_many_statistics() -> ProgramLimitExceeded:
    return ProgramLimitExceeded("more than 5 extended statistics per table are not allowed")


def too_many_tables() -> ProgramLimitExceeded:
    return ProgramLimitExceeded("creating more than 1000 tables not allowed")


def too_many_sequences() -> ProgramLimitExceeded:
    return ProgramLimitExceeded(f"creating more than {SEQUENCES_MAX} sequences is not allowed")


def too_many_views() -> ProgramLimitExceeded:
    return ProgramLimitExceeded("creating more than 5000 views not allowed")


def too_many_view_columns() -> TooManyColumns:
    return TooManyColumns(f"tables can have at most {VIEW_COLUMNS_MAX} columns")


def view_too_large() -> ProgramLimitExceeded:
    return ProgramLimitExceeded("view definition too large")


def too_many_schemas() -> ProgramLimitExceeded:
    return ProgramLimitExceeded("more than 10 schemas not allowed")
