"""`borealis start`: a node on this machine, in the foreground, until SIGTERM or Ctrl-C.

stdout gets one thing, once: how to connect (for a person, or with --json as exactly one line). Everything else is a log line on
stderr. Exit status: 0 stopped as asked, 2 an operator's error in one line, 1 anything else.
"""

from __future__ import annotations

import json
import random
import shlex
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from borealis.cli.group import OperatorError
from borealis.cli.local_node import DEFAULT_DATA, data_option, own_command
from borealis.cli.logs import LEVELS, configure
from borealis.limits import DSQL_LIMITS, LIFTED_LIMITS
from borealis.node.config import (
    DEFAULT_DOMAIN,
    DEFAULT_REGION,
    WORKERS_MAX,
    Authentication,
    NodeAddress,
    NodeConfig,
    default_workers,
)
from borealis.node.node_file import remove_node_file, write_node_file
from borealis.server.admission import CONNECTIONS_PER_S, AdmissionLimits
from borealis.server.startup import TlsMode
from borealis.settings.day import NEWEST, read_day

DEFAULT_PORT = 5432
DEFAULT_HTTP_HOST = "127.0.0.1"
DEFAULT_HTTP_PORT = 8080


@click.command(
    epilog="The first start creates the data directory, with keys and certificates, and one cluster in it."
)
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address or host name to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--http-host",
    default=DEFAULT_HTTP_HOST,
    show_default=True,
    help="Address or host name of the control plane (AWS's API), which has no TLS.",
)
@click.option(
    "--http-port",
    type=click.IntRange(0, 65535),
    default=None,
    help=f"Port of the control plane; 0 takes a free one. The default is {DEFAULT_HTTP_PORT}; with --port 0 it is a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, WORKERS_MAX),
    default=None,
    help="Query processors; the default is one a core, at most 4.",
)
@click.option(
    "--tls",
    type=click.Choice([mode.value for mode in TlsMode]),
    default=TlsMode.REQUIRE.value,
    show_default=True,
    help="Whether clients must, may or cannot use TLS.",
)
@click.option(
    "--auth",
    type=click.Choice([kind.value for kind in Authentication]),
    default=Authentication.IAM.value,
    show_default=True,
    help="Who may connect. iam: who has an authentication token, made with an access key (borealis iam, borealis token). "
    "trust: anyone on this machine; only on loopback addresses.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="When ready, print one line of JSON instead of text for people."
)
@click.option("--region", default=DEFAULT_REGION, show_default=True, help="Region in the cluster's endpoint.")
@click.option(
    "--connection-rate",
    type=click.FloatRange(min=0),
    default=CONNECTIONS_PER_S,
    envvar="BOREALIS_CONNECTION_RATE",
    show_default=True,
    show_envvar=True,
    help="New connections a second to a cluster, with bursts of ten times as many; 0: no limit.",
)
@click.option(
    "--limits",
    "limits_name",
    type=click.Choice(["dsql", "lifted"]),
    default="dsql",
    show_default=True,
    help="dsql: 3,000 rows and 10 MiB a transaction. lifted: for loading; a COPY FROM outside a transaction block then "
    "commits every 3,000 rows as it goes.",
)
@click.option(
    "--compatibility",
    default=NEWEST,
    show_default=True,
    help="Be Aurora DSQL as it was in a month (2026-03) or on a day (2026-03-15): what came later is refused as it was then.",
)
@click.option("--log-level", type=click.Choice(LEVELS), default="info", show_default=True, help="On stderr.")
def start(
    data: Path,
    host: str,
    port: int,
    http_host: str,
    http_port: int | None,
    workers: int | None,
    tls: str,
    auth: str,
    as_json: bool,
    region: str,
    connection_rate: float,
    limits_name: str,
    compatibility: str,
    log_level: str,
) -> None:
    """Start a node: one cluster, served to PostgreSQL clients."""
    _check_authentication(auth, host)
    configure(log_level)
    config = NodeConfig(
        data=data.expanduser().absolute(),
        host=host,
        port=port,
        http_host=http_host,
        http_port=http_port if http_port is not None else DEFAULT_HTTP_PORT if port else 0,
        workers=workers or default_workers(),
        tls=TlsMode(tls),
        authentication=Authentication(auth),
        region=region,
        domain=DEFAULT_DOMAIN,
        admission=AdmissionLimits(rate_per_s=connection_rate or None, burst=connection_rate * 10),
        limits=LIFTED_LIMITS if limits_name == "lifted" else DSQL_LIMITS,
        day=_day(compatibility),
    )
    raise SystemExit(_run(config, as_json=as_json))


def _run(config: NodeConfig, *, as_json: bool) -> int:
    from borealis.node.data_directory import DataDirectory, DirectoryUnusableError
    from borealis.node.identity_store import IdentityStoreError
    from borealis.node.sockets import AddressUnusableError
    from borealis.node.supervisor import StartFailedError, Supervisor

    directory = DataDirectory(config.data)
    try:
        directory.open()
        try:
            supervisor = Supervisor(config, directory, random.SystemRandom())
            return supervisor.run(lambda address: _announce(address, config, as_json=as_json))
        finally:
            remove_node_file(config.data)
            directory.close()
    except (DirectoryUnusableError, AddressUnusableError, IdentityStoreError) as error:
        raise OperatorError(str(error)) from error
    except StartFailedError as error:
        if error.status == OperatorError.exit_code:
            return error.status  # the process that failed has said why
        raise click.ClickException(str(error)) from error


def _day(compatibility: str) -> date | None:
    try:
        return read_day(compatibility)
    except ValueError as error:
        raise OperatorError(f"--compatibility {error}") from error


def _check_authentication(auth: str, host: str) -> None:
    from borealis.node.sockets import AddressUnusableError, is_loopback, resolve

    if auth == Authentication.IAM.value:
        return
    try:
        addresses = resolve(host)
    except AddressUnusableError as error:
        raise OperatorError(str(error)) from error
    if not all(is_loopback(address) for _, address in addresses):
        raise OperatorError(f"--auth trust lets anyone in, so it needs a loopback address; {host} is none")


def _announce(address: NodeAddress, config: NodeConfig, *, as_json: bool) -> None:
    said = describe(address, config)
    write_node_file(config.data, said)
    if as_json:
        click.echo(json.dumps(said))
        return
    click.echo(f"Borealis is ready on {address.host} port {address.port}.")
    click.echo(f"Cluster {address.cluster} in {address.data_dir}. Connect with:\n")
    for line in ways_to_connect(address, config):
        click.echo(f"  {line}\n")
    click.echo(f"The control plane (AWS's API) is at {http_endpoint(address)}: borealis cluster list")
    click.echo("Ctrl-C stops it.")


def describe(address: NodeAddress, config: NodeConfig) -> dict[str, Any]:
    """Return what programs need to know of a node that is ready."""
    return {
        "host": address_to_connect(address.host),
        "port": address.port,
        "cluster": address.cluster,
        "endpoint": address.endpoint,
        "region": address.region,
        "auth": config.authentication.value,
        "tls": config.tls.value,
        "ca_file": str(address.ca_file),
        "http_endpoint": http_endpoint(address),
        "credentials_file": str(address.credentials_file),
        "data_dir": str(address.data_dir),
        "pid": address.pid,
    }


def http_endpoint(address: NodeAddress) -> str:
    host = address_to_connect(address.http_host)
    return f"http://{f'[{host}]' if ':' in host else host}:{address.http_port}"


def ways_to_connect(address: NodeAddress, config: NodeConfig) -> list[str]:
    """Return shell lines that connect, each by itself, when pasted."""
    if config.authentication is Authentication.TRUST:
        return [f"psql {shlex.quote(connection_string(address, config.tls))}"]
    own = own_command()
    data = (
        ""
        if config.data == DEFAULT_DATA.expanduser().absolute()
        else f" --data {shlex.quote(str(config.data))}"
    )
    conninfo = shlex.quote(connection_string(address, config.tls, name=address.endpoint))
    return [
        f"{own} psql{data}",
        f'PGPASSWORD="$({own} token{data})" psql {conninfo}',
        f'eval "$({own} env{data})"',
    ]


def address_to_connect(host: str) -> str:
    """Return the numeric address at which what listens on a host is reached from this machine."""
    from borealis.node.sockets import resolve

    address = ip_address(resolve(host)[0][1].split("%")[0])
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return str(address)


def connection_string(address: NodeAddress, tls: TlsMode, *, name: str | None = None) -> str:
    """Return the libpq connection string for the node on this machine; name is the host name to tell it."""
    host = f"host={address.host}"
    if name is not None:
        host = f"host={name} hostaddr={address_to_connect(address.host)}"
    elif address.host not in {"localhost", "127.0.0.1", "::1"}:
        host = f"host=localhost hostaddr={address.host}"  # a name that the certificate covers
    parts = [host, f"port={address.port}", "user=admin", "dbname=postgres"]
    if tls is TlsMode.OFF:
        parts.append("sslmode=disable")
    else:
        parts.append(f"sslmode=verify-full sslrootcert={_quoted(str(address.ca_file))}")
    return " ".join(parts)


def _quoted(value: str) -> str:
    """Quote a value as libpq reads it."""
    if value and not any(character in " '\\" for character in value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
