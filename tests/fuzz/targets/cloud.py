"""What the cloud, token exchange and the worker's pipe may say."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSResponse
from botocore.credentials import Credentials
from botocore.utils import ContainerMetadataFetcher

from client_device_associator.cloud import client as client_module
from client_device_associator.cloud import token_exchange
from client_device_associator.cloud.client import AssociationClient
from client_device_associator.cloud.credentials import Secrets
from client_device_associator.cloud.pipe_protocol import (
    MAX_TEXT_CHARACTERS,
    ProtocolError,
    decode_answer,
    decode_request,
    encode_answer,
    encode_request,
)
from client_device_associator.cloud.retry_after import MAX_SECONDS, whole_seconds
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    Listed,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation
from client_device_associator.core.verdicts import is_about_the_core, read_answer
from client_device_associator.messages.redaction import Redaction
from fuzz.material import Material, says_why
from fuzz.target import Target

_NAMES = ("pump-7", "pump-8", "128")
_WORDS = (
    *("errorEntries", "thingName", "code", "message", "fields", "name", "reason", "__type"),
    *(
        "associatedClientDevices",
        "nextToken",
        "resourceId",
        "resourceType",
        "pump-7",
        "ValidationException",
        "already",
        "entries[1]",
    ),
)
_STATUSES = (200, 201, 204, 301, 400, 403, 404, 413, 429, 500, 503, 599)
_ERRORS = (
    *("ValidationException", "ThrottlingException", "ResourceNotFoundException"),
    *("AccessDeniedException", "InternalServerException", "ExpiredTokenException"),
)
_MOST_DIGITS = 10**300
"""Python refuses to write numbers that are much longer."""
_SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"  # noqa: S105 - of AWS's documentation
_ENVIRONMENT = {
    "AWS_REGION": "eu-central-1",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:1/2016-11-01/credentialprovider/",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "0123456789abcdef",
}


class _Body:
    """A body as urllib3 gives it: in pieces."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, amount: int = 0, **_: object) -> Iterator[bytes]:
        """The pieces; `amount` bytes at most in each."""
        for start in range(0, len(self._content), amount or 1):
            yield self._content[start : start + amount]

    def close(self) -> None:
        """Nothing is open."""


class _Network:
    """Answers every request with what was put into it; stands for urllib3 and for sockets."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, dict[str, str](), b""

    def send(self, request: Any) -> AWSResponse:  # noqa: ANN401 - botocore's own
        """The answer."""
        return AWSResponse(request.url, self.status, self.headers, _Body(self.body))

    def close(self) -> None:
        """Nothing is open."""


class _Provider:
    """Credentials, without asking anybody."""

    METHOD = CANONICAL_NAME = "fuzz"

    def load(self) -> Credentials:
        """The same again and again."""
        return Credentials("AKIDEXAMPLE", _SECRET)


def _client(network: _Network) -> AssociationClient:
    """The worker's own client, with botocore's parser, and no network behind it."""
    client = AssociationClient(_ENVIRONMENT, Secrets(_ENVIRONMENT))
    with patch.object(client_module, "token_exchange", lambda *_: _Provider()):
        client._create_client("eu-central-1")  # noqa: SLF001 - to replace what is behind it
    client._client._endpoint.http_session._session = network  # noqa: SLF001 - the same
    return client


@cache
def _kept_client() -> tuple[AssociationClient, _Network]:
    """One for all: to make a client takes a hundred times longer than to use it."""
    network = _Network()
    return _client(network), network


def api_answer(data: bytes) -> None:
    """Status, headers and body of an answer, through botocore and all that is made of it."""
    material = Material(data)
    client, network = _kept_client()
    network.status = material.choice(_STATUSES)
    network.headers = {"content-type": "application/json"}
    if material.flag():
        network.headers["x-amzn-errortype"] = material.choice(_ERRORS)
    if material.flag():
        header = material.choice(("Retry-After", "x-amz-retry-after", "Date"))
        value = material.text(("1", "Fri, 27 Nov 2026 18:00:00 GMT"))
        network.headers[header] = value.encode("ascii", "replace").decode()
    network.body = _body(material)
    kept = client._client  # noqa: SLF001 - it is dropped with credentials that are refused
    operation = material.choice(tuple(Operation))
    call = Call(() if operation is Operation.LIST else _NAMES, operation=operation)
    _check(client.call("core-1", call))
    client._client = kept  # noqa: SLF001 - the same


def token_exchange_answer(data: bytes) -> None:
    """Whatever token exchange answers, there are credentials or there are none."""
    material = Material(data)
    network = _Network()
    network.status = material.choice(_STATUSES)
    network.body = _body(material, ("AccessKeyId", "SecretAccessKey", "Token", "Expiration"))
    client = AssociationClient(_ENVIRONMENT, Secrets(_ENVIRONMENT))
    with (
        patch.object(token_exchange, "URLLib3Session", lambda **_: network),
        patch.object(ContainerMetadataFetcher, "SLEEP_TIME", 0),
    ):
        failed = client.prepare()
    assert failed is None or isinstance(failed, CallFailed)


def retry_after(data: bytes) -> None:
    """Headers that ask for a wait: it is a number of seconds that ends."""
    material = Material(data)
    words = ("5", "1e999", "-3", "Fri, 27 Nov 2026 18:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -0100")
    names = ("Retry-After", "retry-after", "x-amz-retry-after", "Date")
    headers = {material.choice(names): material.text(words) for _ in range(material.number(4))}
    assert 0 <= whole_seconds(headers) <= MAX_SECONDS


def pipe_request(data: bytes) -> None:
    """A line that the worker reads is a request, or is refused as none."""
    try:
        request = decode_request(data)
    except ProtocolError as error:
        says_why(error)
        return
    assert decode_request(encode_request(request)) == request


def pipe_answer(data: bytes) -> None:
    """A line that the parent reads is an answer with texts of a bounded length, or is refused."""
    try:
        number, answer = decode_answer(data)
    except ProtocolError as error:
        says_why(error)
        return
    assert decode_answer(encode_answer(number, answer)) == (number, answer)
    _check(answer)


def redaction(data: bytes) -> None:
    """No known secret is left in any text around it, in the spellings of the libraries."""
    material = Material(data)
    secret = material.choice((_SECRET, "pass word/1", "a" * 12, "0123456789abcdef"))
    around = material.text(("https://user:{}@proxy", '{"Token": "{}"}', "Signature={}"))
    text = around.replace("{}", secret) + material.text() + secret
    redacted = Redaction([secret])(text)
    assert secret not in redacted


def _body(material: Material, words: tuple[str, ...] = _WORDS) -> bytes:
    if material.flag():
        return material.rest()
    return _json(material.json(words)).encode(errors="surrogatepass")


def _json(value: object) -> str:
    """JSON as somebody may write it who writes more than JSON has."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_json(key)}: {_json(one)}" for key, one in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, int) and abs(value) >= _MOST_DIGITS:
        return "1" + "0" * 5000
    named = {None: "null", True: "true", False: "false"}
    return named[value] if value is None or isinstance(value, bool) else repr(value)


def _check(answer: Answer) -> None:
    """It goes over the pipe, every device in the call is judged, and its texts are bounded."""
    _, same = decode_answer(encode_answer(1, answer))
    # Half a surrogate pair could not be stored.
    json.dumps(asdict(same), ensure_ascii=False, default=str).encode()
    if isinstance(same, CallFailed):
        assert len(same.message) <= MAX_TEXT_CHARACTERS
        assert "\n" not in same.message
        assert same.retry_after >= 0
        return
    if isinstance(same, Listed):
        return
    assert isinstance(same, Succeeded | ThingNotFound | ValidationFailed)
    if isinstance(same, ThingNotFound) and same.thing_name not in _NAMES:
        return  # only from a worker that has gone mad
    if not (isinstance(same, ValidationFailed) and is_about_the_core(same)):
        for operation in (Operation.ASSOCIATE, Operation.DISASSOCIATE):
            read_answer(_NAMES, same, operation)


TARGETS = (
    Target(
        "api-answer",
        api_answer,
        (b"\x00\x00\x00\x00\x01{}", b'\x00\x04\x01\x00\x00\x01{"message": 1}'),
        share=0.2,
    ),
    Target("token-exchange-answer", token_exchange_answer, (b"\x00\x00\x01null",), 15, share=0.01),
    Target("retry-after", retry_after),
    Target(
        "pipe-request", pipe_request, (b'{"call": 1, "coreThingName": "c", "thingNames": ["a"]}',)
    ),
    Target(
        "pipe-answer",
        pipe_answer,
        (
            b'{"call": 1, "succeeded": [["a", "b", null]]}',
            b'{"call": 1, "validationFailed": {"message": "m", "fields": [["a", "b"]]}}',
            b'{"call":1,"thingNotFound":["a","b","c"]}',
            b'{"call":1,"callFailed":{"cause":"throttled","code":"","message":"","retryAfter":1,"wasAnswered":true}}',
        ),
    ),
    Target("redaction", redaction),
)
