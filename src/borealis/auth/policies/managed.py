"""AWS's own managed policies, as far as an installation can use them: ARN → text.

Their actions are ours to write: what each is documented to be for, cut to the services there are here.
Source: AWS's "AWS managed policies for Aurora DSQL"; dsql-facts.md §2.7.
"""

from __future__ import annotations

import json

from borealis.auth import arn

_READ = (
    "GetCluster", "GetClusterPolicy", "GetStream", "GetVpcEndpointServiceName", "ListClusters", "ListStreams",
    "ListTagsForResource",
)  # fmt: skip


def _allow(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _arn(name: str) -> str:
    return arn.policy_arn("aws", "/", name)


ADMINISTRATOR_ACCESS = _arn("AdministratorAccess")

MANAGED_POLICIES: dict[str, str] = {
    ADMINISTRATOR_ACCESS: _allow("*"),
    _arn("AmazonAuroraDSQLFullAccess"): _allow("dsql:*"),
    _arn("AmazonAuroraDSQLConsoleFullAccess"): _allow("dsql:*"),
    _arn("AmazonAuroraDSQLReadOnlyAccess"): _allow(*(f"dsql:{name}" for name in _READ)),
}
