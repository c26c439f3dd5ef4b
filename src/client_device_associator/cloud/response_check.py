"""What botocore would make too much of in an answer, or too little; it is told beforehand.

botocore takes every status below 300 for success, and a body of HTML or of nothing at all for an
empty answer. An empty answer would mean that every device has been associated.
"""

import json
from typing import Any

from client_device_associator.cloud.retry_after import RETRY_AFTER, whole_seconds

_HTTP_OK, _HTTP_REDIRECTS = 200, 300


class NonsenseError(Exception):
    """An answer that claims success and is none of this operation."""


def watch_answers(events: Any) -> None:  # noqa: ANN401 - botocore's own
    """Looks at every answer of a client before botocore has made sense of it, and after."""
    events.register("before-parse.greengrassv2", _make_readable)
    events.register("after-call.greengrassv2", _insist_on_sense)


def _make_readable(response_dict: Any, **_: object) -> None:  # noqa: ANN401 - botocore's own
    """Makes whole seconds of Retry-After: of anything else botocore's parser raises ValueError."""
    headers = response_dict["headers"]
    seconds = whole_seconds(headers)
    if seconds:
        headers[RETRY_AFTER] = str(seconds)
    elif RETRY_AFTER in headers:
        del headers[RETRY_AFTER]


def _insist_on_sense(http_response: Any, **_: object) -> None:  # noqa: ANN401 - botocore's own
    if http_response.status_code >= _HTTP_REDIRECTS:
        return
    if http_response.status_code != _HTTP_OK:
        raise NonsenseError(f"status {http_response.status_code} is none of this operation")
    try:
        body = json.loads(http_response.content)
    except ValueError as error:
        raise NonsenseError("the answer with status 200 is not JSON") from error
    if not isinstance(body, dict) or (body and "errorEntries" not in body):
        raise NonsenseError("the answer with status 200 is none of this operation")
    entries = body.get("errorEntries")
    if entries is None:
        return
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise NonsenseError("errorEntries is not a list of objects")
