"""Operations: every operation of the service model, and the function that answers it."""

from __future__ import annotations

from collections.abc import Callable

from borealis.control_plane import cluster_operations, policy_operations, stream_operations, tag_operations
from borealis.control_plane.access import Caller
from borealis.control_plane.service import Answer, Parameters, Service

OPERATIONS: dict[str, Callable[[Service, Caller, Parameters], Answer]] = {
    "CreateCluster": cluster_operations.create_cluster,
    "GetCluster": cluster_operations.get_cluster,
    "UpdateCluster": cluster_operations.update_cluster,
    "DeleteCluster": cluster_operations.delete_cluster,
    "ListClusters": cluster_operations.list_clusters,
    "GetVpcEndpointServiceName": cluster_operations.get_vpc_endpoint_service_name,
    "GetClusterPolicy": policy_operations.get_cluster_policy,
    "PutClusterPolicy": policy_operations.put_cluster_policy,
    "DeleteClusterPolicy": policy_operations.delete_cluster_policy,
    "TagResource": tag_operations.tag_resource,
    "UntagResource": tag_operations.untag_resource,
    "ListTagsForResource": tag_operations.list_tags_for_resource,
    "CreateStream": stream_operations.create_stream,
    "GetStream": stream_operations.get_stream,
    "ListStreams": stream_operations.list_streams,
    "DeleteStream": stream_operations.delete_stream,
}
