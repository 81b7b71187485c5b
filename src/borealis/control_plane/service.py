"""Service: what the operations share: the clusters, the installation's names and keys, time and chance."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from borealis.clock import POSTGRES_EPOCH_US, Clock
from borealis.control_plane.access import Caller
from borealis.control_plane.clusters import Clusters
from borealis.control_plane.names import Names
from borealis.control_plane.ports import CurrentIdentities, Keys
from borealis.control_plane.record import ClusterRecord

Parameters = dict[str, Any]
Answer = dict[str, Any]

CLUSTERS_MAX = 20
"""Per account and Region; dsql-facts.md §3.3."""


@dataclass(frozen=True)
class Service:
    clusters: Clusters
    names: Names
    keys: Keys
    identities: CurrentIdentities
    clock: Clock
    random: random.Random
    clusters_max: int = CLUSTERS_MAX

    @property
    def now_s(self) -> float:
        """Seconds since 1970."""
        return (self.clock.now_us() + POSTGRES_EPOCH_US) / 1e6

    def arn(self, caller: Caller, identifier: str) -> str:
        return self.names.cluster_arn(caller.principal.account, identifier)

    def allowed(self, caller: Caller, operation: str, identifier: str) -> ClusterRecord:
        """Return the record of a cluster, if the caller may do this to it.

        Who may not is told so whether or not the cluster exists.

        Raises:
            AccessDeniedException, ResourceNotFoundException.
        """
        record = next((found for found in self.clusters if found.identifier == identifier), None)
        caller.require(operation, self.arn(caller, identifier), record)
        return self.clusters.get(identifier)
