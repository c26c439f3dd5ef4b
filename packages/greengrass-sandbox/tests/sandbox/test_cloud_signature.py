"""Who may ask the cloud at all."""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials
from botocore.exceptions import ClientError

from greengrass_sandbox.cloud import Cloud
from greengrass_sandbox.plumbing.loop import LoopThread
from greengrass_sandbox.token_exchange import Credentials, TokenExchange
from greengrass_sandbox.token_exchange.credentials import issue

REGION = "eu-central-1"
PATH = "/greengrass/v2/coreDevices/core/associateClientDevices"
BODY = b'{"entries": [{"thingName": "thing-1"}]}'

Client = Any
"""boto3 makes its clients' classes at run time."""


@pytest.fixture
def known(token_exchange: TokenExchange) -> Credentials:
    """Credentials that the token exchange has given out."""
    issued = issue(expires_at=token_exchange.now() + 3600)
    token_exchange.issued[issued.access_key_id] = issued
    return issued


def signed(
    cloud: Cloud,
    known: Credentials,
    *,
    body: bytes = BODY,
    path: str = PATH,
    service: str = "greengrass",
    secret: str | None = None,
    session_token: str | None = None,
) -> dict[str, str]:
    """Headers of a request that is signed like this."""
    request = AWSRequest("POST", cloud.url + path, data=body)
    keys = SigningCredentials(
        known.access_key_id,
        secret or known.secret_access_key,
        session_token or known.session_token,
    )
    SigV4Auth(keys, service, REGION).add_auth(request)
    return dict(request.headers)


def post(
    cloud: Cloud, headers: dict[str, str], body: bytes = BODY, path: str = PATH
) -> tuple[int, str | None, Any]:
    """Send a request as it is. Returns status, error name and JSON."""
    with closing(http.client.HTTPConnection(urlsplit(cloud.url).netloc, timeout=60)) as connection:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return response.status, response.getheader("x-amzn-ErrorType"), json.loads(response.read())


def test_a_good_signature_is_let_in(cloud: Cloud, known: Credentials) -> None:
    """A request made by hand and signed by botocore is answered; the refusals below are real."""
    assert post(cloud, signed(cloud, known)) == (200, None, {"errorEntries": []})


def test_an_unsigned_request_is_refused(cloud: Cloud) -> None:
    """Without a signature nobody is let in, and the call is recorded with its names."""
    assert post(cloud, {})[:2] == (403, "MissingAuthenticationTokenException")
    [call] = cloud.calls
    assert (call.status, call.thing_names) == (403, ("thing-1",))


def test_a_signature_that_cannot_be_read_is_refused(cloud: Cloud) -> None:
    """Another authorization scheme is no signature."""
    status, code, _ = post(cloud, {"Authorization": "Basic Zm9vOmJhcg=="})
    assert (status, code) == (403, "IncompleteSignatureException")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"secret": "guessed"}, "InvalidSignatureException"),
        ({"session_token": "guessed"}, "UnrecognizedClientException"),
        ({"service": "iot"}, "InvalidSignatureException"),
        ({"body": b'{"entries": []}'}, "InvalidSignatureException"),
        ({"path": PATH.replace("core/", "other/")}, "InvalidSignatureException"),
    ],
    ids=["secret", "session token", "service", "body", "path"],
)
def test_a_wrong_signature_is_refused(
    cloud: Cloud, known: Credentials, wrong: dict[str, Any], code: str
) -> None:
    """Each thing that a signature covers is checked."""
    assert post(cloud, signed(cloud, known, **wrong))[:2] == (403, code)
    assert cloud.associations == {}


def test_unknown_credentials_are_refused(cloud: Cloud) -> None:
    """Well-made credentials that nobody gave out are not valid."""
    stranger = issue(expires_at=2**32)
    assert post(cloud, signed(cloud, stranger))[:2] == (403, "UnrecognizedClientException")


def test_another_region_is_refused(new_client: Callable[..., Client]) -> None:
    """A client that signs for another region is told so."""
    with pytest.raises(ClientError) as caught:
        new_client(region="us-east-1").list_client_devices_associated_with_core_device(
            coreDeviceThingName="core"
        )
    assert caught.value.response["Error"]["Code"] == "InvalidSignatureException"
    assert "eu-central-1" in caught.value.response["Error"]["Message"]


def test_no_entries_at_all_are_refused(cloud: Cloud, known: Credentials) -> None:
    """An empty batch, which boto3 would not send, is not valid."""
    body = b'{"entries": []}'
    status, code, document = post(cloud, signed(cloud, known, body=body), body)
    assert (status, code) == (400, "ValidationException")
    assert document["fields"][0]["name"] == "entries"


def test_a_body_that_is_not_json_is_refused(cloud: Cloud, known: Credentials) -> None:
    """What cannot be read is said to be that."""
    body = b"{"
    status, _, document = post(cloud, signed(cloud, known, body=body), body)
    assert (status, document["reason"]) == (400, "CANNOT_PARSE")


def test_another_operation_is_refused(cloud: Cloud, known: Credentials) -> None:
    """Only the three client-device operations exist."""
    path = "/greengrass/v2/components"
    code = post(cloud, signed(cloud, known, path=path), path=path)[1]
    assert code == "UnknownOperationException"


class _Clock:
    """The cloud's time, set apart from the signer's."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def late_cloud(
    loop_thread: LoopThread, token_exchange: TokenExchange
) -> Iterator[tuple[Cloud, _Clock]]:
    """A cloud whose clock the test sets."""
    clock = _Clock(token_exchange.now())
    service = Cloud(
        region=REGION, account="1", credentials=token_exchange.credentials_of, clock=clock
    )
    service.cores.add("core")
    loop_thread.call(service.start)
    yield service, clock
    loop_thread.call(service.stop)


@pytest.mark.parametrize("skew", [-3600.0, 3600.0])
def test_an_old_signature_is_refused(
    late_cloud: tuple[Cloud, _Clock], known: Credentials, skew: float
) -> None:
    """A signature counts for minutes: neither an old one nor one from the future is taken."""
    cloud, clock = late_cloud
    headers = signed(cloud, known)
    clock.now += skew
    assert post(cloud, headers)[:2] == (403, "InvalidSignatureException")


def test_expired_credentials_are_refused(
    late_cloud: tuple[Cloud, _Clock], token_exchange: TokenExchange
) -> None:
    """Credentials that we gave out and that have ended are said to have expired."""
    cloud, clock = late_cloud
    ended = issue(expires_at=clock.now - 1)
    token_exchange.issued[ended.access_key_id] = ended
    assert post(cloud, signed(cloud, ended))[:2] == (403, "ExpiredTokenException")
