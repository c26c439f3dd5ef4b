"""From an error response of the service to an answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from client_device_associator.cloud.retry_after import whole_seconds
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    FailureCause,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.values import replace

CREDENTIALS_REFUSED = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidTokenException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""AWS's common errors of authentication: a later set of credentials, or a clock that is set
correctly, removes the cause."""

_THROTTLED = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException"})
_DENIED = frozenset({"AccessDeniedException", "AccessDenied"})
_DENIED_WORDS = "is not authorized to perform"
_HTTP_FORBIDDEN, _HTTP_THROTTLED = 403, 429


def request_id_of(response: Mapping[str, Any]) -> str | None:
    """By which AWS finds a call again; None if the response has none."""
    found = response.get("ResponseMetadata", {}).get("RequestId")
    return found if isinstance(found, str) else None


def read_error(response: Mapping[str, Any], thing_names: Sequence[str]) -> Answer:
    """What an error response means for the call.

    Args:
        response: As botocore's ClientError holds it.
        thing_names: Those in the call.
    """
    return replace(_read_error(response, thing_names), request_id=request_id_of(response))


def _read_error(response: Mapping[str, Any], thing_names: Sequence[str]) -> Answer:
    code = str(response.get("Error", {}).get("Code") or "Unknown")
    message = str(response.get("Error", {}).get("Message") or "")
    metadata = response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode")
    if code == "ValidationException":
        fields = response.get("fields") or ()
        named = tuple(_field(one) for one in fields if isinstance(one, Mapping))
        return ValidationFailed(message, named)
    if code in _DENIED or (status == _HTTP_FORBIDDEN and _DENIED_WORDS in message):
        return _failed(FailureCause.ACCESS_DENIED, code, message)
    if code == "ResourceNotFoundException":
        missing = response.get("resourceId")
        if missing in thing_names and response.get("resourceType") != "coreDevice":
            return ThingNotFound(str(missing), code, message)
        return _failed(FailureCause.CORE_UNKNOWN, code, message)
    if code in CREDENTIALS_REFUSED:
        return _failed(FailureCause.CREDENTIALS_REFUSED, code, message)
    throttled = code in _THROTTLED or status == _HTTP_THROTTLED
    cause = FailureCause.THROTTLED if throttled else FailureCause.UNAVAILABLE
    return _failed(cause, code, message, whole_seconds(metadata.get("HTTPHeaders", {})))


def _failed(cause: FailureCause, code: str, message: str, retry_after: float = 0.0) -> CallFailed:
    return CallFailed(cause, code, message, retry_after, was_answered=True)


def _field(field: Mapping[str, object]) -> tuple[str, str]:
    return str(field.get("name") or ""), str(field.get("message") or "")
