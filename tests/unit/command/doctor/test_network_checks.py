"""Token exchange and the way to the cloud, with real sockets."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from client_device_associator.command.doctor.finding import Finding, Health
from client_device_associator.command.doctor.network_checks import (
    check_endpoint,
    check_token_exchange,
)
from support.values import START

TOKEN = "a-token"  # noqa: S105 - of this test
URI, AUTHORIZATION = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
GOOD = {
    "AccessKeyId": "AKIA",
    "SecretAccessKey": "secret",
    "Token": "session",
    "Expiration": "2027-01-15T09:00:00.000Z",
}
OK, WRONG, UNKNOWN = Health.OK, Health.WRONG, Health.UNKNOWN


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """Token exchange that answers those with the token so; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code = status if self.headers["Authorization"] == TOKEN else 403
            self.send_response(code)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/2016-11-01/credentialprovider/"
        finally:
            server.shutdown()
            thread.join()


def asked(uri: str, token: str = TOKEN) -> Finding:
    """What is found."""
    (found,) = check_token_exchange({URI: uri, AUTHORIZATION: token}, START)
    return found


@pytest.mark.parametrize(
    ("status", "body", "health", "text"),
    [
        (200, json.dumps(GOOD).encode(), OK, "gives credentials"),
        (200, b"null", WRONG, "without credentials"),
        (200, b"<html>", WRONG, "without credentials"),
        (200, b"[" * 50_000, WRONG, "without credentials"),
        (200, json.dumps(GOOD | {"Token": ""}).encode(), WRONG, "without credentials"),
        (
            200,
            json.dumps(GOOD | {"Expiration": "2027-01-15T08:00:00Z"}).encode(),
            WRONG,
            "have expired",
        ),
        (500, b"no", WRONG, "HTTP 500"),
    ],
    ids=str,
)
def test_what_token_exchange_answers(status: int, body: bytes, health: Health, text: str) -> None:
    """No credential of it is shown."""
    with answering(status, body) as uri:
        found = asked(uri)
    assert found.health is health
    assert text in found.text
    assert not any(secret in f"{found.text} {found.remedy}" for secret in ("AKIA", "secret", TOKEN))


def test_a_token_that_it_does_not_know_is_found() -> None:
    """As after a restart of the nucleus alone; one that is no header is no token either."""
    with answering(200, b"") as uri:
        assert "HTTP 403" in asked(uri, "other").text
        assert asked(uri, "a\nb").health is WRONG


def test_one_that_does_not_run_is_found() -> None:
    """Nobody listens there."""
    with closing(socket.create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    found = asked(f"http://127.0.0.1:{port}/")
    assert (found.health, "does not answer" in found.text) == (WRONG, True)


def test_a_recipe_without_the_dependency_is_found() -> None:
    """Then the nucleus sets no address."""
    found = asked("")
    assert found.health is WRONG
    assert "aws.greengrass.TokenExchangeService" in found.remedy


def test_the_token_is_sent_to_nobody_else() -> None:
    """Another machine is not asked."""
    assert asked("http://198.51.100.7/").health is UNKNOWN


def test_an_endpoint_that_takes_connections() -> None:
    """One of its own, or the proxy before that of AWS."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        region = {"AWS_REGION": "eu-central-1"}
        for environment, what in (
            ({"AWS_ENDPOINT_URL_GREENGRASSV2": f"http://{place}"}, "endpoint"),
            ({"AWS_ENDPOINT_URL": f"http://{place}", "HTTPS_PROXY": "http://x:1"}, "endpoint"),
            ({"https_proxy": f"http://user:password@{place}"}, "proxy"),
            ({"ALL_PROXY": place}, "proxy"),
        ):
            (found,) = check_endpoint({**region, **environment})
            assert (found.what, found.health, found.text) == (
                what,
                OK,
                f"{place} takes connections",
            )


def test_a_way_that_is_closed_is_found() -> None:
    """Without the password of a proxy in the text."""
    with closing(socket.create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    proxy = {"AWS_REGION": "r", "HTTPS_PROXY": f"http://user:password@127.0.0.1:{port}"}
    (found,) = check_endpoint(proxy)
    assert (found.what, found.health) == ("proxy", WRONG)
    assert "ConnectionRefusedError" in found.text
    assert "password" not in found.text


@pytest.mark.parametrize(
    "proxy", ["http://x:port", "http://user:pass[word@x:1", "http://user:password/@x:1", "http://"]
)
def test_a_proxy_that_is_no_url_is_found(proxy: str) -> None:
    """Without a word of it: it may be its password that is the mistake."""
    (found,) = check_endpoint({"AWS_REGION": "r", "HTTPS_PROXY": proxy})
    assert (found.what, found.health) == ("proxy", WRONG)
    assert "its URL is none" in found.text
    assert "pass" not in found.text


def test_a_host_that_no_name_server_is_asked_for_is_found() -> None:
    """Python refuses to look it up."""
    (found,) = check_endpoint({"AWS_REGION": "r", "HTTPS_PROXY": f"http://{'x' * 64}.example:1"})
    assert found.health is WRONG


def test_an_address_of_token_exchange_that_is_no_url_is_found() -> None:
    """It is as if there was none."""
    assert "has not set" in asked("http://localhost:port/").text


def test_a_nucleus_without_a_region_is_found() -> None:
    """Lite sets the empty string."""
    (found,) = check_endpoint({"AWS_REGION": ""})
    assert found.health is WRONG
    assert "awsRegion" in found.remedy
