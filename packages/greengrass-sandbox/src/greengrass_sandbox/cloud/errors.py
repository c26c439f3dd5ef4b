"""What the cloud answers when it refuses: AWS's errors as values that can be raised.

    ApiError                    any refusal, with its HTTP status and modelled members
     ├─ validation_exception         400  the request is not well formed
     ├─ access_denied_exception      403  IAM says no
     ├─ resource_not_found_exception 404  no such core device
     ├─ throttling_exception         429  too many requests
     └─ internal_server_exception    500

Members and statuses follow the service model greengrassv2 2020-11-30. The refusals that come before
the service itself (signatures, credentials) are not modelled; their names are those that AWS's
front doors send (IAM user guide, "Signature Version 4 troubleshooting").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus


class ValidationReason(str, Enum):
    """Why a request is not valid (shape ValidationExceptionReason)."""

    UNKNOWN_OPERATION = "UNKNOWN_OPERATION"
    CANNOT_PARSE = "CANNOT_PARSE"
    FIELD_VALIDATION_FAILED = "FIELD_VALIDATION_FAILED"
    OTHER = "OTHER"


@dataclass(frozen=True)
class InvalidField:
    """One field that a ValidationException names (shape ValidationExceptionField)."""

    name: str
    message: str


class ApiError(Exception):
    """A refusal, to be sent to the client.

    Attributes:
        code: The error's name, sent in the header `x-amzn-ErrorType`.
        status: The HTTP status.
        message: For the reader.
        members: Further members of the JSON body, in the model's names.
        retry_after_seconds: The header `Retry-After`, if it is to be sent.
    """

    def __init__(
        self,
        code: str,
        status: int,
        message: str,
        *,
        members: Mapping[str, object] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(f"{code} ({status}): {message}")
        self.code = code
        self.status = status
        self.message = message
        self.members = dict(members or {})
        self.retry_after_seconds = retry_after_seconds


def validation_exception(
    message: str,
    *,
    reason: ValidationReason = ValidationReason.FIELD_VALIDATION_FAILED,
    fields: Sequence[InvalidField] = (),
) -> ApiError:
    """The request is not well formed; `fields` says where, if anybody knows."""
    members: dict[str, object] = {"reason": reason.value}
    if fields:
        members["fields"] = [{"name": bad.name, "message": bad.message} for bad in fields]
    return ApiError("ValidationException", HTTPStatus.BAD_REQUEST, message, members=members)


def access_denied_exception(message: str) -> ApiError:
    """IAM does not allow the call."""
    return ApiError("AccessDeniedException", HTTPStatus.FORBIDDEN, message)


def resource_not_found_exception(
    message: str, *, resource_id: str, resource_type: str = "coreDevice"
) -> ApiError:
    """The core device that the request's path names does not exist."""
    return ApiError(
        "ResourceNotFoundException",
        HTTPStatus.NOT_FOUND,
        message,
        members={"resourceId": resource_id, "resourceType": resource_type},
    )


def throttling_exception(message: str, *, retry_after_seconds: int | None) -> ApiError:
    """Too many requests."""
    return ApiError(
        "ThrottlingException",
        HTTPStatus.TOO_MANY_REQUESTS,
        message,
        members={"quotaCode": "L-SANDBOX", "serviceCode": "greengrass"},
        retry_after_seconds=retry_after_seconds,
    )


def internal_server_exception(message: str, *, retry_after_seconds: int | None) -> ApiError:
    """Something broke on the other side."""
    return ApiError(
        "InternalServerException",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        message,
        retry_after_seconds=retry_after_seconds,
    )


def forbidden(code: str, message: str) -> ApiError:
    """Refused before the service itself was reached: who signed this is not known or not right."""
    return ApiError(code, HTTPStatus.FORBIDDEN, message)
