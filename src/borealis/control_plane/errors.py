"""API errors: the shapes of the service model that end a request, each with its HTTP status and members.

    ValidationException            400  reason, fieldList
    AccessDeniedException          403
    ServiceQuotaExceededException  402  resourceId, resourceType, serviceCode, quotaCode
    ResourceNotFoundException      404  resourceId, resourceType
    ConflictException              409  resourceId, resourceType
    ThrottlingException            429  Retry-After
    InternalServerException        500

Source: dsql-facts.md §8.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

SERVICE_CODE = "dsql"


class ApiError(Exception):
    """What a client is told instead of an answer."""

    status: ClassVar[int]

    def __init__(self, message: str, **members: Any) -> None:
        super().__init__(message)
        self.message = message
        self.members: dict[str, Any] = members
        """What the body has beside the message."""

    @property
    def code(self) -> str:
        return type(self).__name__

    @property
    def headers(self) -> Mapping[str, str]:
        return {}


class ValidationException(ApiError):
    status = 400

    def __init__(
        self, message: str, reason: str = "fieldValidationFailed", fields: Iterable[tuple[str, str]] = ()
    ) -> None:
        super().__init__(message, reason=reason)
        found = [{"name": name, "message": text} for name, text in fields]
        if found:
            self.members["fieldList"] = found

    @classmethod
    def of_fields(cls, fields: list[tuple[str, str]]) -> ValidationException:
        """Return the error for parameters that break their constraints."""
        count = f"{len(fields)} validation error{'s' if len(fields) > 1 else ''} detected: "
        return cls(count + "; ".join(text for _, text in fields), fields=fields)

    @classmethod
    def of_field(cls, name: str, text: str) -> ValidationException:
        return cls.of_fields([(name, text)])


class AccessDeniedException(ApiError):
    status = 403


class ServiceQuotaExceededException(ApiError):
    status = 402

    def __init__(self, message: str, resource_id: str, resource_type: str, quota_code: str) -> None:
        super().__init__(
            message,
            resourceId=resource_id,
            resourceType=resource_type,
            serviceCode=SERVICE_CODE,
            quotaCode=quota_code,
        )


class ResourceNotFoundException(ApiError):
    status = 404

    def __init__(self, message: str, resource_id: str, resource_type: str = "cluster") -> None:
        super().__init__(message, resourceId=resource_id, resourceType=resource_type)


class ConflictException(ApiError):
    status = 409

    def __init__(self, message: str, resource_id: str, resource_type: str = "cluster") -> None:
        super().__init__(message, resourceId=resource_id, resourceType=resource_type)


class ThrottlingException(ApiError):
    status = 429

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("Rate exceeded", serviceCode=SERVICE_CODE)
        self._retry_after_s = retry_after_s

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self._retry_after_s)}


class InternalServerException(ApiError):
    status = 500

    def __init__(self) -> None:
        super().__init__("The request failed because of an internal error; the node's log has the details.")


def cluster_not_found(identifier: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Cluster {identifier} does not exist.", identifier)
