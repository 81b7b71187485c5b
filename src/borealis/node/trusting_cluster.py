"""A cluster as authentication sees it: its endpoint, its policy, and the role mappings in its catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from borealis.auth.policies.keys import NO_TAGS
from borealis.auth.tokens import Endpoint
from borealis.errors import ConnectionFailure
from borealis.executor.engine import Engine
from borealis.server.authentication import Login


class NodeCluster:
    """One cluster of this node. See server.iam.TrustingCluster."""

    def __init__(
        self,
        endpoint: Endpoint,
        engine: Engine,
        policy: Callable[[], str | None] = lambda: None,
        tags: Callable[[], Mapping[str, str]] = lambda: NO_TAGS,
    ) -> None:
        """See a cluster; policy and tags are asked for at each connection."""
        self.endpoint = endpoint
        self._engine = engine
        self._policy = policy
        self._tags = tags

    @property
    def policy(self) -> str | None:
        return self._policy()

    @property
    def tags(self) -> Mapping[str, str]:
        return self._tags()

    @property
    def catalog_version(self) -> int:
        return self._engine.snapshots.catalog_version

    def is_mapped(self, role: str, iam_arn: str) -> bool:
        return False


def only_cluster(cluster: NodeCluster) -> Callable[[Login], NodeCluster]:
    """Return the lookup of a node with one cluster: the one a client names, or names none besides.

    A name that is no cluster's at all (localhost, an address) is how a node on one's own machine is reached.
    """

    def find(login: Login) -> NodeCluster:
        named = login.cluster_id or _cluster_label(login.requested_name)
        if named is not None and named.lower() != cluster.endpoint.cluster_id:
            raise ConnectionFailure("unable to accept connection, access denied")
        return cluster

    return find


def _cluster_label(name: str | None) -> str | None:
    """Return the cluster's label of <id>.dsql…; None for other names."""
    label, _, rest = (name or "").partition(".")
    return label if rest.split(".", 1)[0].split("-", 1)[0] == "dsql" else None
