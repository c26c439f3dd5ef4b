from types import SimpleNamespace
from typing import Any

import pytest

from client_device_associator.cloud.response_check import (
    LIST,
    MAX_ERROR_ENTRIES,
    MAX_LISTED,
    InvalidResponseError,
    check_responses,
)

ASSOCIATE = "BatchAssociateClientDeviceWithCoreDevice"


class Events:
    """The events of a botocore client: handlers by the name of the event."""

    def __init__(self) -> None:
        self.handlers: dict[str, Any] = {}
        check_responses(self)

    def register(self, event: str, handler: Any) -> None:  # noqa: ANN401 - botocore's own
        """Remembers a handler."""
        self.handlers[event] = handler

    def before_parse(self, headers: dict[str, str]) -> dict[str, str]:
        """The headers of a response as botocore's parser gets them."""
        self.handlers["before-parse.greengrassv2"](response_dict={"headers": headers})
        return headers

    def after_call(self, status: int, content: bytes, operation: str = ASSOCIATE) -> None:
        """A response was parsed."""
        response = SimpleNamespace(status_code=status, content=content)
        model = SimpleNamespace(name=operation)
        self.handlers["after-call.greengrassv2"](http_response=response, parsed={}, model=model)


@pytest.mark.parametrize(
    "content",
    [b"{}", b'{"errorEntries": null}', b'{"errorEntries": []}', b'{"errorEntries": [{}], "x": 1}'],
)
def test_a_body_of_this_operation_passes(content: bytes) -> None:
    """An object that is empty, or has error entries that are objects."""
    Events().after_call(200, content)


@pytest.mark.parametrize(
    ("status", "content", "why"),
    [
        (200, b"", "is not JSON"),
        (200, b"<html></html>", "is not JSON"),
        (200, b"[]", "not one of this operation"),
        (200, b"null", "not one of this operation"),
        (200, b'{"other": 1}', "not one of this operation"),
        (200, b'{"errorEntries": {}}', "not a list of objects"),
        (200, b'{"errorEntries": ["a"]}', "not a list of objects"),
        (201, b"{}", "no answer with status 201"),
        (204, b"", "no answer with status 204"),
        (299, b"{}", "no answer with status 299"),
    ],
)
def test_any_other_success_is_an_error(status: int, content: bytes, why: str) -> None:
    """It would be taken for an empty answer, and every device for associated."""
    with pytest.raises(InvalidResponseError, match=why):
        Events().after_call(status, content)


def test_more_entries_than_any_answer_has_are_an_error() -> None:
    """A call has a hundred devices; a service may say several things about each, and no more."""
    entries = ", ".join(["{}"] * MAX_ERROR_ENTRIES)
    Events().after_call(200, f'{{"errorEntries": [{entries}]}}'.encode())
    with pytest.raises(InvalidResponseError, match=f"{MAX_ERROR_ENTRIES + 1} entries"):
        Events().after_call(200, f'{{"errorEntries": [{entries}, {{}}]}}'.encode())


@pytest.mark.parametrize("status", [300, 400, 429, 500])
def test_what_claims_no_success_is_left_to_botocore(status: int) -> None:
    """It raises for these by itself, with the code of the service."""
    Events().after_call(status, b"whatever")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Retry-After": "6.5"}, {"Retry-After": "7"}),
        ({"x-amz-retry-after": "2500"}, {"x-amz-retry-after": "2500", "Retry-After": "3"}),
        ({"Retry-After": "soon"}, {}),
        ({"Retry-After": "-5"}, {}),
        ({}, {}),
    ],
)
def test_retry_after_is_whole_seconds_or_nothing(
    before: dict[str, str], after: dict[str, str]
) -> None:
    """The parser of botocore raises ValueError for anything else."""
    assert Events().before_parse(before) == after


@pytest.mark.parametrize(
    "content",
    [
        b'{"associatedClientDevices": []}',
        b'{"associatedClientDevices": [{"thingName": "a"}, {}], "nextToken": null}',
        b'{"associatedClientDevices": [{}], "nextToken": "more"}',
    ],
)
def test_a_page_of_the_list_passes(content: bytes) -> None:
    """Also one with nobody on it, if it says so."""
    Events().after_call(200, content, LIST)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{}", "associatedClientDevices is not a list of objects"),
        (b'{"errorEntries": []}', "associatedClientDevices is not a list of objects"),
        (b'{"associatedClientDevices": null}', "associatedClientDevices is not a list of objects"),
        (b'{"associatedClientDevices": ["a"]}', "associatedClientDevices is not a list of objects"),
        (b'{"associatedClientDevices": [], "nextToken": ""}', "nextToken"),
        (b'{"associatedClientDevices": [], "nextToken": 7}', "nextToken"),
        (b'{"associatedClientDevices": [], "nextToken": "%s"}' % (b"x" * 8193), "nextToken"),
        (b"null", "not one of this operation"),
        (b"<html></html>", "is not JSON"),
    ],
)
def test_no_list_is_not_an_empty_list(content: bytes, why: str) -> None:
    """It would mean that every device has vanished."""
    with pytest.raises(InvalidResponseError, match=why):
        Events().after_call(200, content, LIST)


def test_a_page_has_as_many_devices_as_were_asked_for() -> None:
    """More of them are no answer to the question."""
    devices = ", ".join(["{}"] * MAX_LISTED)
    Events().after_call(200, f'{{"associatedClientDevices": [{devices}]}}'.encode(), LIST)
    more = f'{{"associatedClientDevices": [{devices}, {{}}]}}'.encode()
    with pytest.raises(InvalidResponseError, match="101 devices"):
        Events().after_call(200, more, LIST)
