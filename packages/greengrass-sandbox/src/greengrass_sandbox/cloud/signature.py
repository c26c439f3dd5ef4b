"""Is a request signed (AWS Signature Version 4) with credentials that we know and that still live?

The signature is computed again by botocore's own signer from what arrived, and compared.
"""

import calendar
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from botocore import auth, awsrequest
from botocore import credentials as botocore_credentials

from greengrass_sandbox.cloud.errors import ApiError, forbidden
from greengrass_sandbox.token_exchange.credentials import Credentials

MAX_CLOCK_SKEW_SECONDS = 5 * 60
"""How old or how far ahead a signature may be (IAM user guide, "Signature Version 4")."""

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<credential>[^,\s]+),\s*"
    r"SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
_TIMESTAMP_FORMAT = "%Y%m%dT%H%M%SZ"
_DATE_LENGTH = len("20201130")
_MUST_BE_SIGNED = frozenset({"host", "x-amz-date", "x-amz-security-token"})
_S3_RULES = frozenset({"s3", "s3-object-lambda", "s3-outposts"})
"""Signing names whose paths are signed as they are, and whose bodies need not be (S3's API
reference, "Authenticating Requests: Using the Authorization Header")."""
_BODY_NOT_SIGNED = re.compile(r"UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+")


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it arrived.

    `target` is path and query, still percent-encoded; the headers are looked up in any case.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


def scope_of(request: ReceivedRequest) -> tuple[str, str] | None:
    """Which region and service a request says that it is signed for; None: nothing readable."""
    parsed = _AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    scope = parsed["credential"].split("/") if parsed else []
    return (scope[2], scope[3]) if len(scope) == len(_scope("", "", "", "")) else None


@dataclass(frozen=True)
class SignatureCheck:
    """Knows which region and service signatures must be for, and whose credentials count."""

    region: str
    signing_name: str
    credentials: Callable[[str], Credentials | None]

    def verify(self, request: ReceivedRequest, *, now: float) -> Credentials:
        """Return whose request it is.

        Args:
            request: What arrived.
            now: Seconds since the epoch.

        Raises:
            ApiError: 403, with the code that AWS uses for what is wrong.
        """
        header = request.headers.get("Authorization")
        if header is None:
            raise forbidden("MissingAuthenticationTokenException", "The request is not signed")
        parsed = _AUTHORIZATION.fullmatch(header)
        scope = parsed["credential"].split("/") if parsed else []
        if parsed is None or len(scope) != len(_scope("", "", "", "")):
            raise forbidden("IncompleteSignatureException", f"Cannot read {header[:40]!r}…")
        timestamp = request.headers.get("X-Amz-Date", "")
        _check_freshness(timestamp, now)
        expected = _scope(scope[0], timestamp[:_DATE_LENGTH], self.region, self.signing_name)
        if scope != expected:
            raise _wrong(f"Credential should be scoped {'/'.join(expected[1:])}")
        signed = set(parsed["headers"].split(";"))
        if not signed >= _MUST_BE_SIGNED:
            raise _wrong(f"These headers must be signed: {sorted(_MUST_BE_SIGNED - signed)}")

        known = self._known(scope[0], request.headers.get("X-Amz-Security-Token", ""))
        signature = self._signature(request, known, signed, timestamp)
        if not hmac.compare_digest(signature, parsed["signature"]):
            raise _wrong("The signature is not the one that this request and secret key give")
        # Last, as only who signed correctly is told anything about these credentials.
        if now >= known.expires_at:
            raise forbidden("ExpiredTokenException", "The security token has expired")
        return known

    def _known(self, access_key_id: str, session_token: str) -> Credentials:
        known = self.credentials(access_key_id)
        if known is None or not hmac.compare_digest(
            known.session_token.encode(), session_token.encode()
        ):
            raise forbidden("UnrecognizedClientException", "The security token is not valid")
        return known

    def _signature(
        self, request: ReceivedRequest, known: Credentials, signed: set[str], timestamp: str
    ) -> str:
        headers = {
            name.lower(): value for name, value in request.headers.items() if name.lower() in signed
        }
        content_hash = headers.get("x-amz-content-sha256")
        is_s3 = self.signing_name in _S3_RULES
        # The signer would take this header's word for the body.
        if content_hash not in (None, hashlib.sha256(request.body).hexdigest()) and not (
            is_s3 and _BODY_NOT_SIGNED.fullmatch(content_hash)
        ):
            raise _wrong("X-Amz-Content-SHA256 is not the body's hash")
        rebuilt = awsrequest.AWSRequest(
            method=request.method,
            url=f"http://{request.headers['Host']}{request.target}",
            headers=headers,
            data=request.body,
        )
        rebuilt.context["timestamp"] = timestamp
        signer = (auth.S3SigV4Auth if is_s3 else auth.SigV4Auth)(
            botocore_credentials.Credentials(
                known.access_key_id, known.secret_access_key, known.session_token
            ),
            self.signing_name,
            self.region,
        )
        to_sign = signer.string_to_sign(rebuilt, signer.canonical_request(rebuilt))
        return str(signer.signature(to_sign, rebuilt))


def _scope(access_key_id: str, date: str, region: str, service: str) -> list[str]:
    return [access_key_id, date, region, service, "aws4_request"]


def _check_freshness(timestamp: str, now: float) -> None:
    try:
        signed_at = calendar.timegm(time.strptime(timestamp, _TIMESTAMP_FORMAT))
    except ValueError:
        raise forbidden(
            "IncompleteSignatureException", f"X-Amz-Date {timestamp!r} is not a timestamp"
        ) from None
    if abs(now - signed_at) > MAX_CLOCK_SKEW_SECONDS:
        raise _wrong(f"Signature expired or not yet valid: it is of {timestamp}")


def _wrong(message: str) -> ApiError:
    return forbidden("InvalidSignatureException", message)
