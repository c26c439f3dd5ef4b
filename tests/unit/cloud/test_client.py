"""The client with the real botocore: its credentials, and what it keeps to itself."""

import email.utils
import json
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from client_device_associator.cloud.client import AssociationClient
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    FailureCause,
    Succeeded,
)
from client_device_associator.core.decision import Call
from support.answering import (
    CREDENTIALS,
    SESSION_TOKEN,
    TOKEN_EXCHANGE_TOKEN,
    Reply,
    Server,
    service_error,
)


def call(client: AssociationClient) -> Answer:
    """A call for two devices."""
    return client.call("core-1", Call(("a", "b")))


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


def test_an_error_of_token_exchange_holds_no_secrets(
    client: AssociationClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it is asked with is a secret as well, and may be quoted in the same way."""

    def refuse(*_: object, **__: object) -> None:
        raise ValueError(f"Invalid header value {TOKEN_EXCHANGE_TOKEN.encode()!r}")

    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", refuse)
    monkeypatch.setattr("botocore.utils.ContainerMetadataFetcher.SLEEP_TIME", 0)
    answer = call(client)
    assert isinstance(answer, CallFailed)
    assert answer.cause is FailureCause.NO_CREDENTIALS
    assert "Invalid header value" in answer.message
    assert TOKEN_EXCHANGE_TOKEN not in answer.message


def test_a_refusal_of_token_exchange_is_shown_without_what_it_quotes(
    client: AssociationClient, exchange: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its words are for the operator; the token it was asked with is not."""
    monkeypatch.setattr("botocore.utils.ContainerMetadataFetcher.SLEEP_TIME", 0)
    words = f"nobody knows Authorization: {TOKEN_EXCHANGE_TOKEN}"
    exchange.reply = Reply(403, words.encode())
    answer = call(client)
    assert isinstance(answer, CallFailed)
    assert "nobody knows" in answer.message
    assert TOKEN_EXCHANGE_TOKEN not in answer.message


def test_credentials_that_come_between_are_secrets_too(
    client: AssociationClient, exchange: Server, cloud: Server
) -> None:
    """Botocore asks again when it signs a request; the cloud may quote either set."""
    soon = (datetime.now(timezone.utc) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    tokens = ("of-the-first-look", "of-the-preparation", "of-the-signature")
    exchange.first = [
        Reply(body=json.dumps({**CREDENTIALS, "Expiration": soon, "Token": token}).encode())
        for token in tokens
    ]
    words = " and ".join(tokens)
    cloud.reply = Reply(403, service_error("AccessDeniedException", words))
    answer = call(client)
    assert isinstance(answer, CallFailed)
    assert exchange.first == []
    assert answer.message == "… and … and …"


def test_token_exchange_without_a_word_is_said_in_ours(
    client: AssociationClient, exchange: Server
) -> None:
    """Lite answers `null` with status 200 when it is refused: no TypeError is of any use."""
    exchange.reply = Reply(body=b"null")
    answer = call(client)
    assert isinstance(answer, CallFailed)
    assert (answer.cause, answer.code) == (FailureCause.NO_CREDENTIALS, "NoCredentials")
    assert "without credentials" in answer.message
