"""What the client with the real botocore makes of what services and proxies may answer."""

import json
from collections.abc import Mapping

import pytest

from client_device_associator.cloud.client import AssociationClient
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    ErrorEntry,
    FailureCause,
    Listed,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from client_device_associator.core.permission import harmless_call
from support.answering import SESSION_TOKEN, Reply, Server, service_error

HTML = b"<!DOCTYPE html><html><body>Sign in to the hotel's network</body></html>"


def refused(cause: FailureCause, code: str, message: str = "no") -> CallFailed:
    """An error of the service's."""
    return CallFailed(cause, code, message, was_answered=True)


def call(client: AssociationClient) -> Answer:
    """A call for two devices."""
    return client.call("core-1", Call(("a", "b")))


def answer_to(kept: tuple[AssociationClient, Server], reply: Reply) -> Answer:
    """What the client makes of it."""
    client, cloud = kept
    cloud.reply = reply
    return call(client)


@pytest.mark.parametrize("body", [b"{}", b'{"errorEntries": null}', b'{"errorEntries": []}'])
def test_success_is_a_body_of_this_operation(
    kept: tuple[AssociationClient, Server], body: bytes
) -> None:
    """With status 200, and no error entries in it."""
    reply = Reply(body=body)
    assert answer_to(kept, reply) == Succeeded()


@pytest.mark.parametrize("status", [200, 201, 202, 203, 206])
@pytest.mark.parametrize("body", [HTML, b"", b"[]", b'{"errorEntries": ""}', b'{"hello": 1}'])
def test_nothing_else_is_a_success(
    kept: tuple[AssociationClient, Server], status: int, body: bytes
) -> None:
    """Portals and proxies answer with any status below 300, which botocore takes for success."""
    reply = Reply(status, body)
    answer = answer_to(kept, reply)
    assert isinstance(answer, CallFailed)
    assert answer.cause is FailureCause.UNAVAILABLE


def test_no_content_is_no_success(kept: tuple[AssociationClient, Server]) -> None:
    """Status 204."""
    reply = Reply(204, b"")
    assert isinstance(answer_to(kept, reply), CallFailed)


@pytest.mark.parametrize("status", [429, 500])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "6.5"}, 7),
        ({"retry-after": "9999999"}, 3600),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "nan"}, 0),
        ({"Retry-After": "soon"}, 0),
        ({"x-amz-retry-after": "2500"}, 3),
        ({"x-amz-retry-after": "2500", "Retry-After": "9"}, 9),
        ({}, 0),
    ],
)
def test_retry_after_is_read_in_every_form(
    kept: tuple[AssociationClient, Server],
    status: int,
    headers: Mapping[str, str],
    seconds: int,
) -> None:
    """And never hides the cause."""
    code, cause = {
        429: ("ThrottlingException", FailureCause.THROTTLED),
        500: ("InternalServerException", FailureCause.UNAVAILABLE),
    }[status]
    reply = Reply(status, service_error(code), headers)
    assert answer_to(kept, reply) == CallFailed(cause, code, "no", seconds, was_answered=True)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (
            404,
            service_error(
                "ResourceNotFoundException", resourceId="core-1", resourceType="coreDevice"
            ),
            refused(FailureCause.CORE_UNKNOWN, "ResourceNotFoundException"),
        ),
        (
            404,
            service_error("ResourceNotFoundException", resourceId="b", resourceType="thing"),
            ThingNotFound("b", "ResourceNotFoundException", "no"),
        ),
        (
            400,
            service_error("ValidationException", fields=[None, {"name": "x", "message": "y"}, {}]),
            ValidationFailed("no", (("x", "y"), ("", ""))),
        ),
        (
            403,
            service_error("Forbidden", "role is not authorized to perform: greengrass:Batch"),
            refused(
                FailureCause.ACCESS_DENIED,
                "Forbidden",
                "role is not authorized to perform: greengrass:Batch",
            ),
        ),
        (
            403,
            service_error("InvalidTokenException"),
            refused(FailureCause.CREDENTIALS_REFUSED, "InvalidTokenException"),
        ),
    ],
)
def test_errors_are_distinguished(
    kept: tuple[AssociationClient, Server], status: int, body: bytes, expected: Answer
) -> None:
    """By code and fields, as the service model has them."""
    reply = Reply(status, body)
    assert answer_to(kept, reply) == expected


def test_error_entries_hold_no_secrets(kept: tuple[AssociationClient, Server]) -> None:
    """They go into results."""
    entry = {"thingName": "a", "code": "Odd", "message": f"you sent {SESSION_TOKEN}"}
    reply = Reply(body=json.dumps({"errorEntries": [entry]}).encode())
    assert answer_to(kept, reply) == Succeeded((ErrorEntry("a", "Odd", "you sent …"),))


def test_credentials_that_were_refused_are_not_kept(
    client: AssociationClient, exchange: Server, cloud: Server
) -> None:
    """Token exchange is asked again before the next call, and not for each one that succeeds."""
    assert call(client) == Succeeded()
    assert call(client) == Succeeded()
    assert len(exchange.requests) == 1
    cloud.reply = Reply(403, service_error("ExpiredTokenException"))
    call(client)
    cloud.reply = Reply()
    assert call(client) == Succeeded()
    assert len(exchange.requests) == 2


def test_more_error_entries_than_devices_are_no_answer(
    kept: tuple[AssociationClient, Server],
) -> None:
    """They would be kept in memory, each of them."""
    reply = Reply(body=json.dumps({"errorEntries": [{}] * 1001}).encode())
    answer = answer_to(kept, reply)
    assert isinstance(answer, CallFailed)
    assert (answer.cause, answer.code) == (FailureCause.UNAVAILABLE, "InvalidResponseError")


def test_a_page_of_the_list(kept: tuple[AssociationClient, Server]) -> None:
    """A hundred devices are asked for; one without a name is left out, a token goes on."""
    client, cloud = kept
    body = b'{"associatedClientDevices": [{"thingName": "a"}, {}], "nextToken": "more"}'
    cloud.reply = Reply(body=body)
    first = client.call("core-1", Call(operation=Operation.LIST))
    assert first == Listed(("a",), "more")
    assert cloud.requests[-1]["path"] == (
        "/greengrass/v2/coreDevices/core-1/associatedClientDevices?maxResults=100"
    )
    cloud.reply = Reply(body=b'{"associatedClientDevices": []}')
    last = client.call("core-1", Call(operation=Operation.LIST, next_token="more"))  # noqa: S106
    assert last == Listed(())
    assert cloud.requests[-1]["path"].endswith("?maxResults=100&nextToken=more")


def test_who_only_asks_for_the_permission_wants_no_list(
    kept: tuple[AssociationClient, Server],
) -> None:
    """One device is the least that can be asked for."""
    client, cloud = kept
    cloud.reply = Reply(body=b'{"associatedClientDevices": []}')
    assert client.call("core-1", harmless_call(Operation.LIST)) == Listed(())
    assert cloud.requests[-1]["path"].endswith("?maxResults=1")


def test_an_answer_that_is_no_list_is_none(kept: tuple[AssociationClient, Server]) -> None:
    """An empty object would mean that nobody is associated."""
    client, cloud = kept
    cloud.reply = Reply(body=b"{}")
    answer = client.call("core-1", Call(operation=Operation.LIST))
    assert isinstance(answer, CallFailed)
    assert answer.cause is FailureCause.UNAVAILABLE


def test_devices_are_disassociated(kept: tuple[AssociationClient, Server]) -> None:
    """By the other batch operation, with the same kind of answer."""
    client, cloud = kept
    cloud.reply = Reply(body=b'{"errorEntries": [{"thingName": "b", "code": "x"}]}')
    answer = client.call("core-1", Call(("a", "b"), operation=Operation.DISASSOCIATE))
    assert answer == Succeeded((ErrorEntry("b", "x", None),))
    assert cloud.requests[-1]["path"].endswith("/coreDevices/core-1/disassociateClientDevices")


REQUEST_ID = "8c4a9f5e-9f3b-4a3c-8d3e-0123456789ab"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"{}"),
        (500, service_error("InternalServerException")),
        (400, service_error("ValidationException")),
        (404, service_error("ResourceNotFoundException", resourceId="a", resourceType="thing")),
        (403, service_error("AccessDeniedException")),
    ],
)
def test_every_answer_of_the_service_has_its_request_id(
    kept: tuple[AssociationClient, Server], status: int, body: bytes
) -> None:
    """CloudTrail and AWS's support find the call by it."""
    reply = Reply(status, body, {"x-amzn-RequestId": REQUEST_ID})
    assert answer_to(kept, reply).request_id == REQUEST_ID
    assert answer_to(kept, Reply(status, body)).request_id is None


def test_a_page_of_the_list_has_its_request_id(kept: tuple[AssociationClient, Server]) -> None:
    """As any other answer."""
    client, cloud = kept
    body = b'{"associatedClientDevices": []}'
    cloud.reply = Reply(body=body, headers={"x-amzn-RequestId": REQUEST_ID})
    answer = client.call("core-1", Call(operation=Operation.LIST))
    assert answer.request_id == REQUEST_ID


def test_a_request_id_holds_no_secrets(kept: tuple[AssociationClient, Server]) -> None:
    """It is a header like others, from whatever has answered."""
    answer = answer_to(kept, Reply(headers={"x-amzn-RequestId": f"id-{SESSION_TOKEN}"}))
    assert answer.request_id == "id-…"
