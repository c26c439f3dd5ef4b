"""Uploads to S3 whose body is not signed, or is in chunks, as other SDKs send them."""

import http.client
import socket
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from greengrass_sandbox.account import Account
from greengrass_sandbox.services import ServiceRequest

SIGNED = "0" * 64
CHUNKS = (
    f"3;chunk-signature={SIGNED}\r\nabc\r\n"
    f"a;chunk-signature={SIGNED}\r\n0123456789\r\n"
    f"0;chunk-signature={SIGNED}\r\n\r\n"
).encode()
WITH_TRAILER = b"3\r\nabc\r\na\r\n0123456789\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"


def put(account: Account, content_hash: str, body: bytes) -> tuple[int, bytes]:
    """Put an object; returns status and body of the answer."""
    mine = account.administrator()
    request = AWSRequest("PUT", f"{account.services.url}/b/k", {}, body)
    request.headers["X-Amz-Content-SHA256"] = content_hash
    credentials = Credentials(mine.access_key_id, mine.secret_access_key, mine.session_token)
    # S3's own signer would set another hash; a path without escapes is signed alike by both.
    SigV4Auth(credentials, "s3", "eu-west-1").add_auth(request)
    where = urlsplit(account.services.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port)
    connection.request("PUT", "/b/k", body, dict(request.headers.items()))
    response = connection.getresponse()
    status, text = response.status, response.read()
    connection.close()
    return status, text


@pytest.mark.parametrize(
    ("content_hash", "body", "content"),
    [
        ("UNSIGNED-PAYLOAD", b"plain", b"plain"),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", CHUNKS, b"abc0123456789"),
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", WITH_TRAILER, b"abc0123456789"),
    ],
)
def test_a_body_need_not_be_signed(content_hash: str, body: bytes, content: bytes) -> None:
    """A function sees it in one piece."""
    seen: list[ServiceRequest] = []

    def answer(request: ServiceRequest) -> str:
        seen.append(request)
        return ""

    with Account() as account:
        account.services.answer("s3", answer)
        assert put(account, content_hash, body) == (200, b"")
    assert [it.body for it in seen] == [content]


@pytest.mark.parametrize("body", [b"5\r\nabc", b"x\r\nabc\r\n", b""])
def test_chunks_that_cannot_be_read_are_refused(body: bytes) -> None:
    """Nobody is asked then."""
    with Account() as account:
        account.services.answer("s3", lambda _request: "")
        status, text = put(account, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", body)
        assert (status, b"<Code>IncompleteBody</Code>" in text) == (400, True)
        assert account.services.requests == []


def test_a_hash_that_is_another_s_is_refused() -> None:
    """As what arrived is not what was signed."""
    with Account() as account:
        status, text = put(account, "0" * 64, b"plain")
        assert (status, b"InvalidSignatureException" in text) == (403, True)


def test_who_waits_to_be_told_to_go_on_is_told() -> None:
    """SDKs do so before they send an object, for a second."""
    with Account() as account:
        where = urlsplit(account.services.url)
        with socket.create_connection((where.hostname or "", where.port or 0)) as connection:
            connection.sendall(
                b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
            )
            told = connection.makefile("rb").readline()
    assert told == b"HTTP/1.1 100 Continue\r\n"
