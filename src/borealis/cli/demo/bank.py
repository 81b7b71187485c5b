"""The bank: its two tables, one transfer, and the check that no money was made or lost."""

from __future__ import annotations

import random
from dataclasses import dataclass
from uuid import UUID

import asyncpg

INITIAL_BALANCE = 100
_LOAD_ROWS = 1_000  # a transaction may write 3,000

_ACCOUNTS = "CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)"
_TRANSACTIONS = """
    CREATE TABLE transactions (
        id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
        payer_id int NOT NULL,
        payee_id int NOT NULL,
        amount int NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
"""
_DEBIT = "UPDATE accounts SET balance = balance - $2 WHERE id = $1 RETURNING balance"
_CREDIT = "UPDATE accounts SET balance = balance + $2 WHERE id = $1"
_RECORD = "INSERT INTO transactions (payer_id, payee_id, amount) VALUES ($1, $2, $3) RETURNING id"


class TablesExist(Exception):
    """The database has tables of these names already, perhaps somebody's."""


@dataclass(frozen=True, slots=True)
class Transfer:
    payer: int
    payee: int
    amount: int


def random_transfer(accounts: int, chance: random.Random) -> Transfer:
    payer, payee = chance.sample(range(1, accounts + 1), 2)
    return Transfer(payer, payee, 1)


async def create(connection: asyncpg.Connection, accounts: int, *, replace: bool) -> None:
    """Create the tables and the accounts.

    Raises: TablesExist unless replace, which drops them.
    """
    if replace:
        await connection.execute("DROP TABLE IF EXISTS accounts")
        await connection.execute("DROP TABLE IF EXISTS transactions")
    try:
        await connection.execute(_ACCOUNTS)
        await connection.execute(_TRANSACTIONS)
    except asyncpg.DuplicateTableError as error:
        raise TablesExist(str(error)) from None
    for first in range(1, accounts + 1, _LOAD_ROWS):
        last = min(first + _LOAD_ROWS - 1, accounts)
        await connection.execute(
            f"INSERT INTO accounts SELECT id, {INITIAL_BALANCE} FROM generate_series({first}, {last}) AS id"
        )


async def move(connection: asyncpg.Connection, transfer: Transfer) -> UUID:
    """Move money in one transaction; the id it returns is durable in `transactions`.

    Raises: asyncpg.SerializationError where another transfer of one of the accounts committed first.
    """
    async with connection.transaction():
        await connection.fetchval(_DEBIT, transfer.payer, transfer.amount)
        await connection.execute(_CREDIT, transfer.payee, transfer.amount)
        recorded: UUID = await connection.fetchval(_RECORD, transfer.payer, transfer.payee, transfer.amount)
    return recorded


async def total(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT sum(balance) FROM accounts"))


async def missing(connection: asyncpg.Connection, acknowledged: set[UUID]) -> tuple[int, int]:
    """Return how many acknowledged transfers are not recorded, and how many recorded were never acknowledged."""
    recorded = {row[0] for row in await connection.fetch("SELECT id FROM transactions")}
    return len(acknowledged - recorded), len(recorded - acknowledged)
