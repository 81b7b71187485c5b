"""Operations on clusters: create, get, update, delete, list.

Source: dsql-facts.md §8.1-§8.4; the service model for shapes.
"""

from __future__ import annotations

import base64
import binascii

from msgspec.structs import replace

from borealis.control_plane.access import Caller, check_policy
from borealis.control_plane.clusters import digest_of
from borealis.control_plane.errors import (
    ConflictException,
    ServiceQuotaExceededException,
    ValidationException,
)
from borealis.control_plane.names import new_identifier
from borealis.control_plane.record import (
    CREATING,
    DELETING,
    UPDATING,
    ClusterPolicy,
    ClusterRecord,
    Remembered,
)
from borealis.control_plane.service import Answer, Parameters, Service
from borealis.control_plane.tag_operations import check_tags

AWS_OWNED_KEY = "AWS_OWNED_KMS_KEY"
PAGE_MAX = 100
_QUOTA_CODE = "clusters-per-region"  # AWS's own codes are not published
_NEXT = b"after:"


def create_cluster(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    _refuse_multi_region(parameters)
    tags = parameters.get("tags") or {}
    anywhere = service.arn(caller, "*")
    caller.require("CreateCluster", anywhere, request_tags=tags)
    if tags:
        caller.require("TagResource", anywhere, request_tags=tags)
    policy = parameters.get("policy")
    if policy is not None:
        caller.require("PutClusterPolicy", anywhere)
    token, digest = parameters.get("clientToken"), digest_of(parameters)
    if token is not None:
        for record in service.clusters:
            if answered(record, "CreateCluster", token, digest) is not None:
                return _described(service, caller, record)
    if len(service.clusters) >= service.clusters_max:
        raise ServiceQuotaExceededException(
            "You have reached the cluster limit.", caller.principal.account, "cluster", _QUOTA_CODE
        )
    check_tags(tags)
    identifier = new_identifier(service.random)
    if policy is not None:
        bypass = bool(parameters.get("bypassPolicyLockoutSafetyCheck"))
        check_policy(caller, service.arn(caller, identifier), None, policy, bypass_lockout=bypass)
    protected = parameters.get("deletionProtectionEnabled")
    record = ClusterRecord(
        identifier=identifier,
        status=CREATING,
        created_s=round(service.now_s, 3),
        is_protected=protected is not False,
        key=_key(service, parameters.get("kmsEncryptionKey")),
        tags=tags,
        policy=None if policy is None else ClusterPolicy(policy, 1),
        policy_versions=0 if policy is None else 1,
        metric_groups=_metric_groups(parameters),
    )
    if token is not None:
        record = record.remembering(Remembered("CreateCluster", token, digest, {}))
    service.clusters.add(record)
    return _described(service, caller, record)


def get_cluster(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    record = service.allowed(caller, "GetCluster", parameters["identifier"])
    return _described(service, caller, record) | {"tags": record.tags}


def update_cluster(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    identifier = parameters["identifier"]
    record = service.allowed(caller, "UpdateCluster", identifier)
    _refuse_multi_region(parameters)
    token, digest = parameters.get("clientToken"), digest_of(parameters)
    before = answered(record, "UpdateCluster", token, digest)
    if before is not None:
        return before
    service.clusters.settled(identifier)
    if record.key is not None and not service.keys.is_there(record.key):
        raise ConflictException(f"The encryption key of cluster {identifier} cannot be reached.", identifier)
    wanted = replace(record, status=UPDATING)
    if parameters.get("deletionProtectionEnabled") is not None:
        wanted = replace(wanted, is_protected=parameters["deletionProtectionEnabled"])
    if parameters.get("kmsEncryptionKey") is not None:
        wanted = replace(wanted, key=_key(service, parameters["kmsEncryptionKey"]))
    if parameters.get("metricGroups") is not None:
        wanted = replace(wanted, metric_groups=_metric_groups(parameters))
    answer = _summary(service, caller, wanted)
    if token is not None:
        wanted = wanted.remembering(Remembered("UpdateCluster", token, digest, answer))
    service.clusters.change(identifier, lambda _: wanted)
    return answer


def delete_cluster(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    identifier = parameters["identifier"]
    record = service.allowed(caller, "DeleteCluster", identifier)
    if record.status != DELETING:
        service.clusters.settled(identifier)
        if record.is_protected:
            raise ValidationException(
                f"Cluster {identifier} is protected: set deletionProtectionEnabled to false before it is deleted.",
                "deletionProtectionEnabled",
            )
        record = service.clusters.change(identifier, lambda found: replace(found, status=DELETING))
    return _summary(service, caller, record)


def list_clusters(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    caller.require("ListClusters", "*")
    after = _read_next(parameters.get("nextToken"))
    page_max = parameters.get("maxResults") or PAGE_MAX
    found = [record.identifier for record in service.clusters if record.identifier > after]
    answer: Answer = {
        "clusters": [
            {"identifier": identifier, "arn": service.arn(caller, identifier)}
            for identifier in found[:page_max]
        ]
    }
    if len(found) > page_max:
        answer["nextToken"] = base64.urlsafe_b64encode(_NEXT + found[page_max - 1].encode()).decode()
    return answer


def get_vpc_endpoint_service_name(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    identifier = parameters["identifier"]
    service.allowed(caller, "GetVpcEndpointServiceName", identifier)
    names = service.names
    return {"serviceName": names.vpc_service, "clusterVpcEndpoint": names.private_endpoint(identifier)}


def _summary(service: Service, caller: Caller, record: ClusterRecord) -> Answer:
    return {
        "identifier": record.identifier,
        "arn": service.arn(caller, record.identifier),
        "status": record.status,
        "creationTime": record.created_s,
    }


def _described(service: Service, caller: Caller, record: ClusterRecord) -> Answer:
    answer = _summary(service, caller, record) | {
        "deletionProtectionEnabled": record.is_protected,
        "encryptionDetails": _encryption(service, caller, record),
        "endpoint": service.names.endpoint(record.identifier),
    }
    if record.metric_groups:
        answer["metricGroups"] = [{"metricGroup": group} for group in record.metric_groups]
    return answer


def _encryption(service: Service, caller: Caller, record: ClusterRecord) -> Answer:
    status = {CREATING: "ENABLING", UPDATING: "UPDATING"}.get(record.status, "ENABLED")
    if record.key is None:
        return {"encryptionType": AWS_OWNED_KEY, "encryptionStatus": status}
    if status == "ENABLED" and not service.keys.is_there(record.key):
        status = "KMS_KEY_INACCESSIBLE"
    return {
        "encryptionType": "CUSTOMER_MANAGED_KMS_KEY",
        "kmsKeyArn": service.names.key_arn(caller.principal.account, record.key),
        "encryptionStatus": status,
    }


def _key(service: Service, given: str | None) -> str | None:
    """Return the name of the key meant; None for the installation's own."""
    if given is None or given == AWS_OWNED_KEY:
        return None
    found = service.keys.find(given)
    if found is None:
        raise ValidationException.of_field(
            "kmsEncryptionKey", f"Key '{given}' does not exist; `borealis key create` makes one."
        )
    return found


def _metric_groups(parameters: Parameters) -> tuple[str, ...]:
    groups = (group["metricGroup"] for group in parameters.get("metricGroups") or ())
    return tuple(dict.fromkeys(groups))


def _refuse_multi_region(parameters: Parameters) -> None:
    if parameters.get("multiRegionProperties") is not None:
        raise ValidationException.of_field(
            "multiRegionProperties", "Multi-Region clusters are not supported: an installation is one Region."
        )


def answered(record: ClusterRecord, operation: str, token: str | None, digest: str) -> Answer | None:
    """Return what a request with this token was answered when it came first.

    Raises:
        ConflictException: the token came with other parameters.
    """
    for done in record.remembered:
        if token is not None and (done.operation, done.token) == (operation, token):
            if done.digest != digest:
                raise ConflictException(
                    "The clientToken was used before, for a request with other parameters.", record.identifier
                )
            return dict(done.answer)
    return None


def _read_next(token: str | None) -> str:
    if token is None:
        return ""
    try:
        read = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        read = b""
    after = read.removeprefix(_NEXT)
    if not read.startswith(_NEXT) or not after.isascii():
        raise ValidationException.of_field("nextToken", "The nextToken was not given by ListClusters.")
    return after.decode("ascii")
