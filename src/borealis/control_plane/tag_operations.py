"""Operations on tags: of a cluster, named by its ARN.

Source: dsql-facts.md §8.1, §8.3.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from borealis.auth.arn import SERVICE, Arn
from borealis.control_plane.access import Caller
from borealis.control_plane.errors import (
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ValidationException,
    cluster_not_found,
)
from borealis.control_plane.record import DELETING, ClusterRecord
from borealis.control_plane.service import Answer, Parameters, Service
from borealis.settings.day import TAG, read_day

TAGS_MAX = 200
_RESERVED = "aws:"


def tag_resource(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    arn, tags = parameters["resourceArn"], parameters["tags"]
    found = _find(service, caller, arn)
    caller.require("TagResource", arn, found, request_tags=tags)
    record = _existing(service, arn)
    check_tags(tags)
    merged = {**record.tags, **tags}
    if len(merged) > TAGS_MAX:
        raise ServiceQuotaExceededException(
            f"A resource has at most {TAGS_MAX} tags.", record.identifier, "cluster", "tags-per-resource"
        )
    service.clusters.change(record.identifier, lambda now: replace(now, tags=merged))
    return {}


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse names that are AWS's own, and a day that is none.

    Raises:
        ValidationException: naming the tag.
    """
    for name, value in tags.items():
        if name.lower().startswith(_RESERVED):
            raise ValidationException.of_field(
                f"tags.{name}", f"Tag keys that begin with {_RESERVED} are reserved."
            )
        if name == TAG:
            try:
                read_day(value)
            except ValueError as error:
                raise ValidationException.of_field(f"tags.{name}", f"{error}.") from None


def untag_resource(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    arn, keys = parameters["resourceArn"], set(parameters["tagKeys"])
    caller.require("UntagResource", arn, _find(service, caller, arn), tag_keys=tuple(keys))
    record = _existing(service, arn)
    kept = {name: value for name, value in record.tags.items() if name not in keys}
    service.clusters.change(record.identifier, lambda now: replace(now, tags=kept))
    return {}


def list_tags_for_resource(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    arn = parameters["resourceArn"]
    caller.require("ListTagsForResource", arn, _find(service, caller, arn))
    return {"tags": _existing(service, arn).tags}


def _find(service: Service, caller: Caller, text: str) -> ClusterRecord | None:
    """Return the record of the cluster an ARN names, if there is one.

    Raises:
        ValidationException: no resource of this service has such an ARN.
    """
    arn = Arn.parse(text)
    if arn is None or arn.service != SERVICE or not arn.resource.startswith("cluster/"):
        raise ValidationException.of_field("resourceArn", f"'{text[:100]}' is not the ARN of a cluster.")
    return next((found for found in service.clusters if service.arn(caller, found.identifier) == text), None)


def _existing(service: Service, text: str) -> ClusterRecord:
    arn = Arn.parse(text)
    assert arn is not None  # _find has looked at it
    _, _, identifier = arn.resource.partition("/")
    if "/" in identifier:
        raise ResourceNotFoundException(f"{text} does not exist.", text, "stream")
    record = service.clusters.get(identifier)
    if arn.region != service.names.region or arn.account != service.identities().account:
        raise cluster_not_found(identifier)
    if record.status == DELETING:
        raise cluster_not_found(identifier)
    return record
