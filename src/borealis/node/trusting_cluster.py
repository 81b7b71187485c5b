"""A cluster as authentication sees it: its endpoint, its policy, and the role mappings in its catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from borealis.auth.policies.keys import NO_TAGS
from borealis.auth.tokens import Endpoint
from borealis.executor.engine import Engine


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

    @property
    def roles(self) -> Mapping[str, bool]:
        """Roles, and whether they have LOGIN."""
        return {name: role.can_login for name, role in self._engine.catalog.roles_by_name.items()}

    def is_mapped(self, role: str, iam_arn: str) -> bool:
        return (role, iam_arn) in self._engine.catalog.mapped_arns
