"""The client with the real botocore, against a server whose answers have no end."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from client_device_associator.cloud.bounded_http import MAX_BODY_BYTES
from client_device_associator.cloud.client import AssociationClient
from client_device_associator.cloud.credentials import Secrets
from client_device_associator.core.answer import CallFailed, FailureCause
from client_device_associator.core.decision import Call

CHUNK = b"10000\r\n" + b"{" * 0x10000 + b"\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


@contextmanager
def endless() -> Iterator[tuple[str, list[int]]]:
    """A server that goes on until its client hangs up; its URL, and the bytes that it has sent."""
    listener = socket.create_server(("127.0.0.1", 0))
    sent: list[int] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(HEAD)
                    sent.append(0)
                    while True:
                        connection.sendall(CHUNK)
                        sent[-1] += len(CHUNK)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{listener.getsockname()[1]}", sent
    finally:
        # It wakes the thread; closing alone does not.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.mark.parametrize("endpoint", ["cloud", "token exchange"])
def test_a_body_without_an_end_is_not_read_to_its_end(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a device has to read, and to keep, has a bound."""
    with endless() as (url, sent):
        credentials = "http://localhost:1" if endpoint == "cloud" else url
        monkeypatch.setenv("AWS_ENDPOINT_URL_GREENGRASSV2", url)
        environment = {
            "AWS_REGION": "eu-central-1",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": credentials,
        }
        client = AssociationClient(environment, Secrets(environment))
        if endpoint == "cloud":
            monkeypatch.setattr(
                "botocore.credentials.ContainerProvider.load", lambda _: _credentials()
            )
        answer = client.call("core-1", Call(("a",)))
    assert isinstance(answer, CallFailed)
    cause = FailureCause.UNAVAILABLE if endpoint == "cloud" else FailureCause.NO_CREDENTIALS
    assert (answer.cause, answer.code) == (cause, "OversizedResponseError")
    # The rest is what the sockets hold on both sides.
    assert len(sent) == 1
    assert sent[0] < 32 * MAX_BODY_BYTES


def _credentials() -> object:
    from botocore.credentials import Credentials  # noqa: PLC0415 - only for one of the cases

    return Credentials("AKID", "a-secret-key", "a-token")
