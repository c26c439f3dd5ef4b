"""The client with the real boto3, against sockets that answer as services and proxies may."""

import email.utils
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from client_device_associator.cloud.client import AssociationClient
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    FailureCause,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)

TOKEN_EXCHANGE_TOKEN = "of-the-nucleus"  # noqa: S105 - made up
SESSION_TOKEN = "a-session-token"  # noqa: S105 - made up
CREDENTIALS: Mapping[str, object] = {
    "AccessKeyId": "AKID",
    "SecretAccessKey": "a-secret-key",
    "Token": SESSION_TOKEN,
    "Expiration": "2099-01-01T00:00:00Z",
}
HTML = b"<!DOCTYPE html><html><body>Sign in to the hotel's network</body></html>"


@dataclass
class Reply:
    """What a server answers to every request."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Server:
    """A server, and what it was asked."""

    url: str
    reply: Reply
    requests: list[Mapping[str, str]]


@contextmanager
def serving(reply: Reply) -> Iterator[Server]:
    """A server on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer()

        def _answer(self) -> None:
            server.requests.append(dict(self.headers))
            self.send_response(server.reply.status)
            for name, value in server.reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(server.reply.body)))
            self.end_headers()
            self.wfile.write(server.reply.body)

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(f"http://localhost:{http.server_port}", reply, [])
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


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
    assert call(client) == CallFailed(cause, code, "no", seconds)


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
            CallFailed(FailureCause.CORE_UNKNOWN, "ResourceNotFoundException", "no"),
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
            CallFailed(
                FailureCause.ACCESS_DENIED,
                "Forbidden",
                "role is not authorized to perform: greengrass:Batch",
            ),
        ),
        (
            403,
            service_error("InvalidTokenException"),
            CallFailed(FailureCause.CREDENTIALS_REFUSED, "InvalidTokenException", "no"),
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
