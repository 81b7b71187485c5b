"""make bench: every workload on Borealis and on PostgreSQL in turn, with ratios and the goals of the project."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import connections, hot_key, index_build, loading, scans, startup
from benchmarks.measure import Measurement, alternate, pgbench
from benchmarks.servers import Server, borealis, postgresql, postgresql_bin
from benchmarks.tpcc import report as tpcc
from benchmarks.tpch import report as tpch


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=8, help="of each pgbench run")
    parser.add_argument("--rounds", type=int, default=3, help="runs on each server, in turn")
    parser.add_argument("--workers", type=int, default=None, help="query processors of Borealis")
    parser.add_argument("--only", default="", help="names that contain this")
    options = parser.parse_args()
    if postgresql_bin() is None:
        print("No PostgreSQL to compare with: apt-get install postgresql", file=sys.stderr)
        sys.exit(2)
    flags = ("--workers", str(options.workers)) if options.workers else ()
    with tempfile.TemporaryDirectory(prefix="borealis-bench-") as directory:
        path = Path(directory)
        with postgresql(path) as theirs, borealis(path, "--limits", "lifted", *flags) as ours:
            print(
                f"{'':<44} {'Borealis':>12} {'PostgreSQL':>12} {'':<5} {'ratio':>7} {'goal':>6}", flush=True
            )
            for server in (ours, theirs):
                server.psql("CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)")
                server.psql(
                    "CREATE TABLE transactions (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), payer_id int NOT NULL, "
                    "payee_id int NOT NULL, amount int NOT NULL, created_at timestamptz NOT NULL DEFAULT now())"
                )
            print(loading.measure(ours, theirs, options.accounts).line(), flush=True)
            for measurement in _workloads(ours, theirs, options):
                print(measurement.line(), flush=True)
            if options.only in "hot key":
                for measurement in hot_key.measure(ours, theirs, options.seconds):
                    print(measurement.line(), flush=True)
            if options.only in "index build":
                index_build.report(ours, theirs, options.accounts, options.seconds)
        if options.only in "connections":
            # Servers just started: what one that has worked has free, the first connections would take.
            (fresh := path / "connections").mkdir()
            with postgresql(fresh) as theirs, borealis(fresh) as ours:
                connections.report(ours, theirs)
        if options.only in "start":
            startup.report(path)


def _workloads(ours: Server, theirs: Server, options: argparse.Namespace) -> list[Measurement]:
    done: list[Measurement] = []

    def run(name: str, script: str, clients: int, goal: float) -> None:
        if options.only not in name:
            return

        def once(server: Server) -> float:
            return pgbench(
                server, script, clients=clients, seconds=options.seconds, accounts=options.accounts
            )

        measurement = alternate(Measurement(name, "tps", goal), once, ours, theirs, options.rounds)
        print(measurement.line(), flush=True)

    run("banking transfer, 32 clients, prepared", "transfer.sql", 32, 0.8)
    run("select by key, 8 clients, prepared", "select.sql", 8, 0.6)
    run("select by key, 32 clients, prepared", "select.sql", 32, 0.6)
    if options.only in "scans":
        done.extend(scans.measure(ours, theirs, options.rounds))
    _create_the_talks_index(ours, theirs)
    run("transfer with the talk's index, 32 clients", "transfer.sql", 32, 0.8)
    run("top five by index, 8 clients, prepared", "top_five.sql", 8, 0.6)
    if options.only in "tpcc":
        tpcc.report(ours, theirs, options.seconds)
    if options.only in "tpch":
        tpch.report(ours, theirs)
    return done


def _create_the_talks_index(ours: Server, theirs: Server) -> None:
    """(payer_id, created_at), by which the newest transactions of a payer are found."""
    job = ours.psql("CREATE INDEX ASYNC by_payer ON transactions (payer_id, created_at)")
    ours.psql(f"CALL sys.wait_for_job('{job}')")
    theirs.psql("CREATE INDEX by_payer ON transactions (payer_id, created_at)")


if __name__ == "__main__":
    main()
