"""`borealis demo`: the banking run on a running node, or on one it starts and throws away."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import ssl
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import click
from rich.console import Console
from rich.live import Live

from borealis.cli.demo import bank
from borealis.cli.demo.clients import Load
from borealis.cli.demo.counters import Counters
from borealis.cli.demo.screen import progress_table
from borealis.clock import SystemClock

_WITHOUT_RETRY_SHARE = 0.1
_REFRESH_S = 0.5


@dataclass(frozen=True, slots=True)
class Options:
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


@click.command()
@click.option(
    "--host", default=None, help="A running node's address. Without it a throw-away node is started."
)
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
        raise click.ClickException(f"cannot run on {chosen.host or 'the throw-away node'}: {error}") from None
    _report(outcome, chosen)
    sys.exit(0 if outcome.is_proved else 1)


async def _run(options: Options) -> Outcome:
    async with _node(options) as (host, port):
        pool = await _pool(host, port, options.clients)
        try:
            return await _banking(pool, options)
        finally:
            pool.terminate()


@contextlib.asynccontextmanager
async def _node(options: Options) -> AsyncIterator[tuple[str, int]]:
    """Give the address of the node to run on."""
    if options.host is not None:
        yield options.host, options.port
        return
    with tempfile.TemporaryDirectory(prefix="borealis-demo-") as directory:
        command = [sys.executable, "-m", "borealis", "start", "--data", directory, "--port", "0", "--json"]
        process = await asyncio.create_subprocess_exec(
            *command, "--auth", "trust", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout is not None
        try:
            line = await process.stdout.readline()
            if not line:
                raise click.ClickException("the throw-away node did not start")
            yield "127.0.0.1", json.loads(line)["port"]
        finally:
            process.terminate()
            await process.wait()


async def _pool(host: str, port: int, clients: int) -> asyncpg.Pool:
    async def keep(connection: asyncpg.Connection) -> None:
        """Leave a returned connection as it is: every transfer ends its transaction."""

    context = ssl.create_default_context()
    context.check_hostname = False  # the demo's own machine; its CA is not in the system's store
    context.verify_mode = ssl.CERT_NONE
    return await asyncpg.create_pool(
        host=host,
        port=port,
        user="admin",
        database="postgres",
        password="demo",  # noqa: S106 - not checked where the node trusts
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
