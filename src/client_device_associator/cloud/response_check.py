"""Checks responses before botocore takes them for a success.

botocore takes every status below 300 for success, and a body of HTML or of nothing at all for an
empty answer. An empty answer would mean that every device was associated.
"""

import json
from typing import Any

from client_device_associator.cloud.retry_after import RETRY_AFTER, whole_seconds

MAX_ERROR_ENTRIES = 1000
"""A call has 100 devices at most; more entries than this are no answer to it."""

_HTTP_OK, _HTTP_REDIRECTS = 200, 300


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


def _check_success(http_response: Any, **_: object) -> None:  # noqa: ANN401 - botocore's own
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
    if not isinstance(body, dict) or (body and "errorEntries" not in body):
        raise InvalidResponseError("the answer with status 200 is not one of this operation")
    entries = body.get("errorEntries")
    if entries is None:
        return
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InvalidResponseError("errorEntries is not a list of objects")
    if len(entries) > MAX_ERROR_ENTRIES:
        raise InvalidResponseError(
            f"errorEntries has {len(entries)} entries for 100 devices at most"
        )
