"""Checks responses before botocore takes them for a success.

botocore takes every status below 300 for success, and a body of HTML or of nothing at all for an
empty answer. An empty answer would mean that every device was associated.
"""

import json
from typing import Any, TypeGuard

from client_device_associator.cloud.pipe_protocol import MAX_TOKEN_CHARACTERS
from client_device_associator.cloud.retry_after import RETRY_AFTER, whole_seconds

MAX_ERROR_ENTRIES = 1000
"""A call has 100 devices at most; more entries than this are no answer to it."""

MAX_LISTED = 100
"""Devices that are asked for in one page."""

LIST = "ListClientDevicesAssociatedWithCoreDevice"

_HTTP_OK, _HTTP_REDIRECTS = 200, 300
_NOT_OF_THIS_OPERATION = "the answer with status 200 is not one of this operation"


class InvalidResponseError(Exception):
    """A response that claims success and does not belong to this operation."""


def check_responses(events: Any) -> None:  # noqa: ANN401 - botocore's own
    """Looks at every response of a client before botocore parses it, and after."""
    events.register("before-parse.greengrassv2", _make_retry_after_readable)
    events.register("after-call.greengrassv2", _check_success)


def _make_retry_after_readable(response_dict: Any, **_: object) -> None:  # noqa: ANN401 - botocore's own
    """Makes whole seconds of Retry-After: of anything else botocore's parser raises ValueError."""
    headers = response_dict["headers"]
    seconds = whole_seconds(headers)
    if seconds:
        headers[RETRY_AFTER] = str(seconds)
    elif RETRY_AFTER in headers:
        del headers[RETRY_AFTER]


def _check_success(http_response: Any, model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's own
    if http_response.status_code >= _HTTP_REDIRECTS:
        return
    if http_response.status_code != _HTTP_OK:
        raise InvalidResponseError(
            f"this operation has no answer with status {http_response.status_code}"
        )
    try:
        body = json.loads(http_response.content)
    except ValueError as error:
        raise InvalidResponseError("the answer with status 200 is not JSON") from error
    check = _check_list if model.name == LIST else _check_batch
    if not isinstance(body, dict):
        raise InvalidResponseError(_NOT_OF_THIS_OPERATION)
    check(body)


def _check_batch(body: dict[str, Any]) -> None:
    if body and "errorEntries" not in body:
        raise InvalidResponseError(_NOT_OF_THIS_OPERATION)
    entries = body.get("errorEntries")
    if entries is None:
        return
    if not _is_list_of_objects(entries):
        raise InvalidResponseError("errorEntries is not a list of objects")
    if len(entries) > MAX_ERROR_ENTRIES:
        raise InvalidResponseError(
            f"errorEntries has {len(entries)} entries for 100 devices at most"
        )


def _check_list(body: dict[str, Any]) -> None:
    """An empty object is no empty list: it would mean that every device has vanished."""
    devices = body.get("associatedClientDevices")
    if not _is_list_of_objects(devices):
        raise InvalidResponseError("associatedClientDevices is not a list of objects")
    if len(devices) > MAX_LISTED:
        raise InvalidResponseError(f"a page of {len(devices)} devices, where {MAX_LISTED} fit")
    token = body.get("nextToken")
    if token is None:
        return
    if not isinstance(token, str) or not 0 < len(token) <= MAX_TOKEN_CHARACTERS:
        raise InvalidResponseError("nextToken is no text of a length that makes sense")


def _is_list_of_objects(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)
