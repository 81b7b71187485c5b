"""`borealis demo`: the banking run on a running node, or on one it starts and throws away."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import ssl
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import click
from rich.console import Console
from rich.live import Live

from borealis.cli.demo import bank
from borealis.cli.demo.clients import Load
from borealis.cli.demo.counters import Counters
from borealis.cli.demo.screen import progress_table
from borealis.cli.local_node import ADMIN, DATABASE, LocalNode
from borealis.clock import SystemClock

_WITHOUT_RETRY_SHARE = 0.1
_REFRESH_S = 0.5
_TOKEN_EXPIRES_S = 60


@dataclass(frozen=True, slots=True)
class Options:
    data: Path | None
    host: str | None
    port: int
    accounts: int
    transfers: int
    clients: int
    seed: int
    replace: bool
    as_json: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    counters: Counters
    without_retry: Counters
    total_before: int
    total_after: int
    lost: int  # acknowledged, and not in transactions
    unacknowledged: int  # in transactions, and never acknowledged

    @property
    def is_proved(self) -> bool:
        return self.total_before == self.total_after and not self.lost and not self.unacknowledged

    def as_json(self) -> str:
        latencies = self.counters.latencies
        return json.dumps(
            {
                "committed": self.counters.committed + self.without_retry.committed,
                "occ_conflicts": self.counters.occ_conflicts + self.without_retry.occ_conflicts,
                "retries": self.counters.retries,
                "errors": self.counters.errors + self.without_retry.errors,
                "tps": round(self.counters.tps, 1),
                "latency_ms": {
                    f"p{round(share * 100)}": round(latencies.percentile_s(share) * 1e3, 3)
                    for share in (0.5, 0.95, 0.99)
                },
                "total_before": self.total_before,
                "total_after": self.total_after,
                "lost": self.lost,
                "unacknowledged": self.unacknowledged,
            }
        )


@dataclass(frozen=True, slots=True)
class Target:
    """The node to run on, and the password of each new connection to it."""

    host: str
    port: int
    password: Callable[[], str]

    @classmethod
    def local(cls, data: Path) -> Target:
        """Name the node that runs on a data directory; its password is a fresh token."""
        node = LocalNode.find(data)
        if node.is_trusting:
            return cls(node.said["host"], node.said["port"], lambda: "")
        return cls(
            node.said["host"], node.said["port"], lambda: node.token(ADMIN, None, "default", _TOKEN_EXPIRES_S)
        )


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Run on the node of this directory. Without it and --host a throw-away node is started.",
)
@click.option("--host", default=None, help="Run on the node at this address; the password is PGPASSWORD's.")
@click.option("--port", default=5432, show_default=True, type=click.IntRange(1, 65535))
@click.option("--accounts", default=1_000, show_default=True, type=click.IntRange(2))
@click.option("--transfers", default=10_000, show_default=True, type=click.IntRange(1))
@click.option("--clients", default=32, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--seed", default=1, show_default=True, help="Which accounts pay which.")
@click.option("--replace", is_flag=True, help="Drop tables accounts and transactions if there are any.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end instead of tables.")
def demo(**options: object) -> None:
    """Move money between accounts from many clients, and prove that none is lost."""
    chosen = Options(**options)  # type: ignore[arg-type]
    try:
        outcome = asyncio.run(_run(chosen))
    except bank.TablesExist as error:
        raise click.UsageError(f"{error}; --replace drops it") from None
    except (OSError, asyncpg.PostgresError) as error:
        where = chosen.host or chosen.data or "the throw-away node"
        raise click.ClickException(f"cannot run on {where}: {error}") from None
    _report(outcome, chosen)
    sys.exit(0 if outcome.is_proved else 1)


async def _run(options: Options) -> Outcome:
    async with _node(options) as target:
        pool = await _pool(target, options.clients)
        try:
            return await _banking(pool, options)
        finally:
            pool.terminate()


@contextlib.asynccontextmanager
async def _node(options: Options) -> AsyncIterator[Target]:
    """Give the node to run on."""
    if options.host is not None:
        yield Target(options.host, options.port, lambda: os.environ.get("PGPASSWORD", ""))
        return
    if options.data is not None:
        yield Target.local(options.data)
        return
    with tempfile.TemporaryDirectory(prefix="borealis-demo-") as directory:
        command = [sys.executable, "-m", "borealis", "start", "--data", directory, "--port", "0", "--json"]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout is not None
        try:
            if not await process.stdout.readline():
                raise click.ClickException("the throw-away node did not start")
            yield Target.local(Path(directory))
        finally:
            process.terminate()
            await process.wait()


async def _pool(target: Target, clients: int) -> asyncpg.Pool:
    async def keep(connection: asyncpg.Connection) -> None:
        """Leave a returned connection as it is: every transfer ends its transaction."""

    context = ssl.create_default_context()
    context.check_hostname = False  # the demo's own machine; its CA is not in the system's store
    context.verify_mode = ssl.CERT_NONE
    return await asyncpg.create_pool(
        host=target.host,
        port=target.port,
        user=ADMIN,
        database=DATABASE,
        password=target.password,
        ssl=context,
        min_size=clients,
        max_size=clients,
        reset=keep,
    )


async def _banking(pool: asyncpg.Pool, options: Options) -> Outcome:
    chance = random.Random(options.seed)  # noqa: S311 - a load, not a secret
    async with pool.acquire() as connection:
        await bank.create(connection, options.accounts, replace=options.replace)
        total_before = await bank.total(connection)
    first = max(1, round(options.transfers * _WITHOUT_RETRY_SHARE))
    acknowledged: set[UUID] = set()
    without = await _phase("without retries", pool, options, first, chance, acknowledged, retry=False)
    with_retry = await _phase(
        "with the retry loop", pool, options, options.transfers - first, chance, acknowledged, retry=True
    )
    async with pool.acquire() as connection:
        total_after = await bank.total(connection)
        lost, unacknowledged = await bank.missing(connection, acknowledged)
    return Outcome(with_retry, without, total_before, total_after, lost, unacknowledged)


async def _phase(
    title: str,
    pool: asyncpg.Pool,
    options: Options,
    count: int,
    chance: random.Random,
    acknowledged: set[UUID],
    *,
    retry: bool,
) -> Counters:
    transfers: Iterator[bank.Transfer] = (
        bank.random_transfer(options.accounts, chance) for _ in range(count)
    )
    load = Load(pool, transfers, chance, SystemClock(), retry=retry)
    running = asyncio.create_task(load.run(options.clients))
    if options.as_json:
        await running
    else:
        with Live(console=Console(), refresh_per_second=4) as live:
            while not running.done():
                await asyncio.wait((running,), timeout=_REFRESH_S)
                live.update(progress_table(title, load.counters, count))
        await running
    if load.last_error is not None:
        click.echo(f"{load.counters.errors} errors, the last: {load.last_error}", err=True)
    acknowledged |= load.acknowledged
    return load.counters


def _report(outcome: Outcome, options: Options) -> None:
    if options.as_json:
        click.echo(outcome.as_json())
        return
    click.echo(f"\nTotal of all balances: {outcome.total_before:,} before, {outcome.total_after:,} after.")
    committed = outcome.counters.committed + outcome.without_retry.committed
    if outcome.is_proved:
        click.echo(f"Every one of {committed:,} acknowledged transfers is in transactions, and no other.")
    else:
        click.echo(
            f"NOT PROVED: {outcome.lost:,} acknowledged transfers are missing, "
            f"{outcome.unacknowledged:,} were never acknowledged.",
            err=True,
        )
