"""Operations on a cluster's resource-based policy; versions tell one policy from the next, and the caller's from another's.

Source: dsql-facts.md §2.7, §8.1.
"""

from __future__ import annotations

from msgspec.structs import replace

from borealis.control_plane.access import Caller, check_policy
from borealis.control_plane.cluster_operations import answered
from borealis.control_plane.clusters import digest_of
from borealis.control_plane.errors import ConflictException, ResourceNotFoundException
from borealis.control_plane.record import ClusterPolicy, ClusterRecord, Remembered
from borealis.control_plane.service import Answer, Parameters, Service


def get_cluster_policy(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    policy = _policy(service.allowed(caller, "GetClusterPolicy", parameters["identifier"]))
    return {"policy": policy.document, "policyVersion": str(policy.version)}


def put_cluster_policy(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    identifier = parameters["identifier"]
    record = service.allowed(caller, "PutClusterPolicy", identifier)
    before = _answered(record, "PutClusterPolicy", parameters)
    if before is not None:
        return before
    service.clusters.settled(identifier)
    _check_version(record, parameters)
    bypass = bool(parameters.get("bypassPolicyLockoutSafetyCheck"))
    document = parameters["policy"]
    check_policy(caller, service.arn(caller, identifier), record, document, bypass_lockout=bypass)
    version = record.policy_versions + 1
    changed = replace(record, policy=ClusterPolicy(document, version), policy_versions=version)
    return _change(service, changed, "PutClusterPolicy", parameters, version)


def delete_cluster_policy(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    identifier = parameters["identifier"]
    record = service.allowed(caller, "DeleteClusterPolicy", identifier)
    before = _answered(record, "DeleteClusterPolicy", parameters)
    if before is not None:
        return before
    service.clusters.settled(identifier)
    policy = _policy(record)
    _check_version(record, parameters)
    changed = replace(record, policy=None)
    return _change(service, changed, "DeleteClusterPolicy", parameters, policy.version)


def _policy(record: ClusterRecord) -> ClusterPolicy:
    if record.policy is None:
        raise ResourceNotFoundException(
            f"Cluster {record.identifier} has no policy.", record.identifier, "policy"
        )
    return record.policy


def _check_version(record: ClusterRecord, parameters: Parameters) -> None:
    expected = parameters.get("expectedPolicyVersion")
    found = None if record.policy is None else str(record.policy.version)
    if expected is not None and expected != found:
        there = "there is no policy" if found is None else f"the policy's version is {found}"
        raise ConflictException(f"expectedPolicyVersion is {expected}, but {there}.", record.identifier)


def _answered(record: ClusterRecord, operation: str, parameters: Parameters) -> Answer | None:
    return answered(record, operation, parameters.get("clientToken"), digest_of(parameters))


def _change(
    service: Service, changed: ClusterRecord, operation: str, parameters: Parameters, version: int
) -> Answer:
    answer: Answer = {"policyVersion": str(version)}
    token = parameters.get("clientToken")
    if token is not None:
        changed = changed.remembering(Remembered(operation, token, digest_of(parameters), answer))
    service.clusters.change(changed.identifier, lambda _: changed)
    return answer
