"""What a node is told at its start."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path

from borealis.limits import DSQL_LIMITS, TransactionLimits
from borealis.server.admission import AdmissionLimits
from borealis.server.startup import TlsMode

WORKERS_MAX = 64  # server.cancellation.SLOTS_MAX
DEFAULT_WORKERS_MAX = 4
DEFAULT_REGION = "us-east-1"
DEFAULT_DOMAIN = "localhost"


class Authentication(Enum):
    """Who may connect."""

    IAM = "iam"
    TRUST = "trust"
    """Anyone who reaches the node, so only on loopback addresses."""


def default_workers() -> int:
    """Return one worker a core that this process may use, up to four."""
    return max(
        1,
        min(
            DEFAULT_WORKERS_MAX,
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        ),
    )


@dataclass(frozen=True, slots=True)
class NodeConfig:
    data: Path
    host: str = "127.0.0.1"
    port: int = 5432
    """0: a free one."""
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    """Of the control plane; likewise."""
    workers: int = field(default_factory=default_workers)
    tls: TlsMode = TlsMode.REQUIRE
    authentication: Authentication = Authentication.IAM
    region: str = DEFAULT_REGION
    domain: str = DEFAULT_DOMAIN
    admission: AdmissionLimits = field(default_factory=AdmissionLimits)
    limits: TransactionLimits = DSQL_LIMITS
    day: date | None = None
    """Of which day DSQL's features are (sql.compatibility); None: the newest."""

    def endpoint(self, cluster_id: str) -> str:
        """Return the host name clients know the cluster by."""
        return f"{cluster_id}.dsql.{self.region}.{self.domain}"


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """Where a node that is ready is reached."""

    host: str
    port: int
    cluster: str
    endpoint: str
    region: str
    ca_file: Path
    data_dir: Path
    pid: int
    http_host: str
    http_port: int | None
    """None: the node has no control plane (it is embedded)."""
    credentials_file: Path
    """The first access key, as AWS's tools read it."""
