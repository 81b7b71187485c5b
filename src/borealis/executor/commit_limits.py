"""What COMMIT checks before it sends anything: the transaction's age and size. Source: dsql-facts.md §3.3."""

from __future__ import annotations

from collections.abc import Sequence

from borealis.catalog.relations import Table
from borealis.limits import (
    TRANSACTION_AGE_S_MAX,
    TRANSACTION_BYTES_MAX,
    TransactionLimits,
    transaction_age_exceeded,
)
from borealis.transaction.write_set import IndexOrdinals, WriteSet

_FEW_ROWS = 4
"""So many rows of the largest size, index entries included, are below DSQL's limit of bytes a transaction."""


def check_age(age_s: float) -> None:
    if age_s > TRANSACTION_AGE_S_MAX:
        raise transaction_age_exceeded(age_s)


def check_size(write_set: WriteSet, limits: TransactionLimits, indexes_of: IndexOrdinals) -> None:
    """Raise transaction_size_exceeded; a few rows need not be measured."""
    bytes_max = limits.bytes_max
    if bytes_max is None:
        return
    if bytes_max < TRANSACTION_BYTES_MAX or sum(map(len, write_set.tables.values())) > _FEW_ROWS:
        write_set.check_size(indexes_of, bytes_max)


def index_ordinals(table: Table) -> Sequence[Sequence[int]]:
    """Return, per secondary index, the ordinals an entry holds (write_set.IndexOrdinals)."""
    key = table.primary_key
    primary = [attnum - 1 for attnum in key.columns] if key is not None else [len(table.columns)]
    return [
        [
            # What is computed is measured as it travels (Pending.entries).
            *(attnum - 1 for attnum in (() if index.is_computed else index.columns) + index.included),
            *primary,
        ]
        for index in table.secondary_indexes
    ]
