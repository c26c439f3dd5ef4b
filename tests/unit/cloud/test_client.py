"""The client with the real boto3, against sockets that answer as services and proxies may."""

import email.utils
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from client_device_associator.cloud.client import AssociationClient
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    ErrorEntry,
    FailureCause,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from support.answering import CREDENTIALS, SESSION_TOKEN, Reply, Server, serving

TOKEN_EXCHANGE_TOKEN = "of-the-nucleus"  # noqa: S105 - made up
HTML = b"<!DOCTYPE html><html><body>Sign in to the hotel's network</body></html>"


@pytest.fixture
def exchange() -> Iterator[Server]:
    """Token exchange that gives out credentials."""
    with serving(Reply(body=json.dumps(CREDENTIALS).encode())) as server:
        yield server


@pytest.fixture
def cloud() -> Iterator[Server]:
    """The cloud; a test sets its reply."""
    with serving(Reply(body=b'{"errorEntries": []}')) as server:
        yield server


@pytest.fixture
def client(exchange: Server, cloud: Server, monkeypatch: pytest.MonkeyPatch) -> AssociationClient:
    """A client in the environment that a nucleus makes."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_GREENGRASSV2", cloud.url)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    environment = {
        "AWS_REGION": "eu-central-1",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": exchange.url,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN_EXCHANGE_TOKEN,
    }
    return AssociationClient(environment)


def refused(cause: FailureCause, code: str, message: str = "no") -> CallFailed:
    """An error of the service's."""
    return CallFailed(cause, code, message, was_answered=True)


def call(client: AssociationClient) -> Answer:
    """A call for two devices."""
    return client.associate("core-1", ["a", "b"])


def service_error(code: str, message: str = "no", **fields: Any) -> bytes:  # noqa: ANN401 - JSON
    """The body of a service's error."""
    return json.dumps({"__type": code, "message": message, **fields}).encode()


@pytest.mark.parametrize("body", [b"{}", b'{"errorEntries": null}', b'{"errorEntries": []}'])
def test_success_is_a_body_of_this_operation(
    client: AssociationClient, cloud: Server, body: bytes
) -> None:
    """With status 200, and no error entries in it."""
    cloud.reply = Reply(body=body)
    assert call(client) == Succeeded()


@pytest.mark.parametrize("status", [200, 201, 202, 203, 206])
@pytest.mark.parametrize("body", [HTML, b"", b"[]", b'{"errorEntries": ""}', b'{"hello": 1}'])
def test_nothing_else_is_a_success(
    client: AssociationClient, cloud: Server, status: int, body: bytes
) -> None:
    """Portals and proxies answer with any status below 300, which botocore takes for success."""
    cloud.reply = Reply(status, body)
    answer = call(client)
    assert isinstance(answer, CallFailed)
    assert answer.cause is FailureCause.UNAVAILABLE


def test_no_content_is_no_success(client: AssociationClient, cloud: Server) -> None:
    """Status 204."""
    cloud.reply = Reply(204, b"")
    assert isinstance(call(client), CallFailed)


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
    client: AssociationClient,
    cloud: Server,
    status: int,
    headers: Mapping[str, str],
    seconds: int,
) -> None:
    """And never hides the cause."""
    code, cause = {
        429: ("ThrottlingException", FailureCause.THROTTLED),
        500: ("InternalServerException", FailureCause.UNAVAILABLE),
    }[status]
    cloud.reply = Reply(status, service_error(code), headers)
    assert call(client) == CallFailed(cause, code, "no", seconds, was_answered=True)


def test_retry_after_may_be_a_date(client: AssociationClient, cloud: Server) -> None:
    """It is compared with the moment of the answer, for the clock here may be wrong."""
    at = email.utils.formatdate(time.time() + 86_400 + 100, usegmt=True)
    sent = email.utils.formatdate(time.time() + 86_400, usegmt=True)
    headers = {"Retry-After": at, "Date": sent}
    cloud.reply = Reply(429, service_error("ThrottlingException"), headers)
    answer = call(client)
    assert isinstance(answer, CallFailed)
    # The server sends a date of its own as well; whichever is read, the wait is bounded.
    assert 0 < answer.retry_after <= 3600


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
    client: AssociationClient, cloud: Server, status: int, body: bytes, expected: Answer
) -> None:
    """By code and fields, as the service model has them."""
    cloud.reply = Reply(status, body)
    assert call(client) == expected


def test_messages_hold_no_secrets(client: AssociationClient, cloud: Server) -> None:
    """A service that disagrees about a signature shows what it has signed."""
    words = (
        f"The Canonical String should have been x-amz-security-token:{SESSION_TOKEN}"
        " Authorization: AWS4-HMAC-SHA256 Signature=0123abcd a-secret-key"
    )
    cloud.reply = Reply(403, service_error("SignatureDoesNotMatch", words))
    answer = call(client)
    assert isinstance(answer, CallFailed)
    assert "Canonical String" in answer.message
    for secret in (SESSION_TOKEN, "0123abcd", "a-secret-key"):
        assert secret not in answer.message


def test_only_the_nucleus_is_asked_for_credentials(
    client: AssociationClient, exchange: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not another container service, whose variables a core device may have inherited."""
    token = tmp_path / "token"
    token.write_text("of-somebody-else")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/elsewhere")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(token))
    assert call(client) == Succeeded()
    assert {one["Authorization"] for one in exchange.requests} == {TOKEN_EXCHANGE_TOKEN}


def test_settings_of_others_do_no_harm(
    client: AssociationClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Files that cannot be read, and modes that do not exist."""
    damaged = tmp_path / "config"
    damaged.write_text("[[[ no configuration")
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(variable, str(damaged))
    for variable in ("AWS_RETRY_MODE", "AWS_DEFAULTS_MODE", "AWS_MAX_ATTEMPTS", "AWS_PROFILE"):
        monkeypatch.setenv(variable, "nonsense")
    assert call(client) == Succeeded()


@pytest.mark.parametrize("key", ["", None])
def test_empty_credentials_are_none(
    client: AssociationClient, exchange: Server, key: str | None
) -> None:
    """And are not kept until they expire: the next call has the right ones."""
    exchange.reply = Reply(body=json.dumps({**CREDENTIALS, "SecretAccessKey": key}).encode())
    answer = call(client)
    assert isinstance(answer, CallFailed)
    assert answer.cause is FailureCause.NO_CREDENTIALS
    exchange.reply = Reply(body=json.dumps(CREDENTIALS).encode())
    assert call(client) == Succeeded()


@pytest.mark.parametrize("token", [f"{SESSION_TOKEN}\n", f"\r{SESSION_TOKEN}", "to ken", "tök"])
def test_credentials_that_no_header_can_hold_are_no_credentials(
    client: AssociationClient, exchange: Server, cloud: Server, token: str
) -> None:
    """Nothing is sent, the token is in no word of it, and the next call gets others."""
    exchange.reply = Reply(body=json.dumps({**CREDENTIALS, "Token": token}).encode())
    answer = call(client)
    assert isinstance(answer, CallFailed)
    assert (answer.cause, answer.code) == (FailureCause.NO_CREDENTIALS, "UnusableCredentials")
    assert SESSION_TOKEN not in answer.message
    assert cloud.requests == []
    exchange.reply = Reply(body=json.dumps(CREDENTIALS).encode())
    assert call(client) == Succeeded()


def test_an_error_of_the_library_holds_no_secrets(
    client: AssociationClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP libraries quote the headers that they refuse, with escapes of their own."""
    assert call(client) == Succeeded()

    def refuse(*_: object, **__: object) -> None:
        raise ValueError(f"Invalid header value {SESSION_TOKEN.encode()!r}")

    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", refuse)
    answer = call(client)
    assert isinstance(answer, CallFailed)
    assert (answer.cause, answer.code) == (FailureCause.UNAVAILABLE, "ValueError")
    assert "Invalid header value" in answer.message
    assert SESSION_TOKEN not in answer.message


def test_error_entries_hold_no_secrets(client: AssociationClient, cloud: Server) -> None:
    """They go into results."""
    entry = {"thingName": "a", "code": "Odd", "message": f"you sent {SESSION_TOKEN}"}
    cloud.reply = Reply(body=json.dumps({"errorEntries": [entry]}).encode())
    assert call(client) == Succeeded((ErrorEntry("a", "Odd", "you sent …"),))


def test_token_exchange_without_a_word_is_said_in_ours(
    client: AssociationClient, exchange: Server
) -> None:
    """Lite answers `null` with status 200 when it is refused: no TypeError is of any use."""
    exchange.reply = Reply(body=b"null")
    answer = call(client)
    assert isinstance(answer, CallFailed)
    assert (answer.cause, answer.code) == (FailureCause.NO_CREDENTIALS, "NoCredentials")
    assert "without credentials" in answer.message


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
    client: AssociationClient, cloud: Server
) -> None:
    """They would be kept in memory, each of them."""
    cloud.reply = Reply(body=json.dumps({"errorEntries": [{}] * 1001}).encode())
    answer = call(client)
    assert isinstance(answer, CallFailed)
    assert (answer.cause, answer.code) == (FailureCause.UNAVAILABLE, "InvalidResponseError")
