"""Operations on change data capture streams: there are none here, and none can be made yet.

So what asks about streams is answered as for a cluster without any, and CreateStream is refused by name.
"""

from __future__ import annotations

from borealis.control_plane.access import Caller
from borealis.control_plane.errors import ResourceNotFoundException, ValidationException
from borealis.control_plane.service import Answer, Parameters, Service


def create_stream(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    service.allowed(caller, "CreateStream", parameters["clusterIdentifier"])
    raise ValidationException(
        "CreateStream is not supported yet: this version of Borealis has no change data capture streams.",
        "other",
    )


def list_streams(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    service.allowed(caller, "ListStreams", parameters["clusterIdentifier"])
    return {"streams": []}


def get_stream(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    return _no_stream(service, caller, "GetStream", parameters)


def delete_stream(service: Service, caller: Caller, parameters: Parameters) -> Answer:
    return _no_stream(service, caller, "DeleteStream", parameters)


def _no_stream(service: Service, caller: Caller, operation: str, parameters: Parameters) -> Answer:
    service.allowed(caller, operation, parameters["clusterIdentifier"])
    stream = parameters["streamIdentifier"]
    raise ResourceNotFoundException(
        f"Stream {stream} does not exist: this version of Borealis has no change data capture streams.",
        stream,
        "stream",
    )
