"""The call itself, with boto3. Nothing but the worker process imports this."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import ContainerProvider, CredentialResolver
from botocore.exceptions import ClientError

from client_device_associator import __version__
from client_device_associator.core.answer import (
    Accepted,
    Answer,
    ErrorEntry,
    Invalid,
    Trouble,
    Unanswered,
)

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 20
"""botocore's own 60 s each would keep every other device waiting."""

MAX_RETRY_AFTER_SECONDS = 3600.0
"""A mistaken header must not silence a core device for ever."""

_TOKEN_EXCHANGE_VARIABLE = "AWS_CONTAINER_CREDENTIALS_FULL_URI"  # noqa: S105 - not a secret
_PROFILE_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_HTTP_OK, _HTTP_THROTTLED = 200, 429

_THROTTLED = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException"})
_DENIED = frozenset({"AccessDeniedException", "AccessDenied"})
_CREDENTIALS_REFUSED = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""AWS's common errors of authentication: a later set of credentials, or a set clock, mends them."""


class NonsenseError(Exception):
    """An answer with status 200 that is not one of this operation."""


class AssociationClient:
    """Makes calls with token-exchange credentials alone.

    The session outlives failures: botocore refreshes its credentials by itself, and a session whose
    first attempt at them failed recovers at a later one.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._client: Any = None
        self._session: Any = None

    def prepare(self) -> Unanswered | None:
        """Gets everything ready for a call; returns why that is not possible now."""
        if not self._environment.get(_TOKEN_EXCHANGE_VARIABLE):
            return Unanswered(
                Trouble.MISCONFIGURED,
                "NoTokenExchange",
                f"{_TOKEN_EXCHANGE_VARIABLE} is not set: the recipe must depend on"
                " aws.greengrass.TokenExchangeService (DependencyType HARD)",
            )
        region = self._environment.get("AWS_REGION") or self._environment.get("AWS_DEFAULT_REGION")
        if not region:
            return Unanswered(
                Trouble.MISCONFIGURED,
                "NoRegion",
                "AWS_REGION is empty: set awsRegion in the nucleus configuration and restart it",
            )
        try:
            self._ready(region)
            if self._session.get_credentials().get_frozen_credentials() is None:
                return Unanswered(Trouble.NO_CREDENTIALS, "NoCredentials", "none were given out")
        except Exception as error:  # noqa: BLE001 - botocore raises even TypeError for a `null`
            return Unanswered(Trouble.NO_CREDENTIALS, type(error).__name__, str(error))
        return None

    def associate(self, core_thing_name: str, thing_names: Sequence[str]) -> Answer:
        """Calls BatchAssociateClientDeviceWithCoreDevice once; every outcome is a value."""
        if not core_thing_name:
            return Unanswered(
                Trouble.MISCONFIGURED,
                "NoCoreThingName",
                "AWS_IOT_THING_NAME is empty: set thingName in the nucleus configuration and"
                " restart it",
            )
        trouble = self.prepare()
        if trouble is not None:
            return trouble
        try:
            response = self._client.batch_associate_client_device_with_core_device(
                coreDeviceThingName=core_thing_name,
                entries=[{"thingName": name} for name in thing_names],
            )
            return Accepted(tuple(map(_error_entry, response.get("errorEntries") or ())))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _CREDENTIALS_REFUSED:
                # botocore keeps credentials until they expire; the next call gets others.
                self._client = None
            return _read_error(error.response)
        except Exception as error:  # noqa: BLE001 - network, TLS, proxies, parsers: all are waited out
            return Unanswered(Trouble.UNAVAILABLE, type(error).__name__, str(error))

    def _ready(self, region: str) -> None:
        if self._client is not None:
            return
        session = botocore.session.Session()
        # A profile that somebody's environment names need not exist here, and is not to be used.
        for variable in _PROFILE_VARIABLES:
            os.environ.pop(variable, None)
        session.register_component("credential_provider", CredentialResolver([ContainerProvider()]))
        self._session = session
        client = boto3.Session(botocore_session=session, region_name=region).client(
            "greengrassv2",
            verify=_certificates(self._environment),
            config=Config(
                connect_timeout=CONNECT_TIMEOUT_SECONDS,
                read_timeout=READ_TIMEOUT_SECONDS,
                retries={"total_max_attempts": 1},
                max_pool_connections=1,
                user_agent_extra=f"client-device-associator/{__version__}",
            ),
        )
        client.meta.events.register("after-call.greengrassv2", _insist_on_sense)
        self._client = client


def _certificates(environment: Mapping[str, str]) -> str | None:
    """The CA file to trust, or None for botocore's own.

    A proxy that opens TLS connections signs with a CA of its own, which the nucleus is given
    together with Amazon's; it is wanted for nothing else.
    """
    behind_proxy = any(
        environment.get(name)
        for scheme in ("HTTPS_PROXY", "ALL_PROXY")
        for name in (scheme, scheme.lower())
    )
    return (environment.get("GG_ROOT_CA_PATH") or None) if behind_proxy else None


def _insist_on_sense(http_response: Any, **_: object) -> None:  # noqa: ANN401 - botocore's own
    """Refuses a body that no such service sends.

    botocore takes a 200 with HTML or with nothing at all for an empty answer, and an empty answer
    would mean that every device has been associated.
    """
    if http_response.status_code != _HTTP_OK:
        return
    try:
        body = json.loads(http_response.content)
    except ValueError as error:
        raise NonsenseError("the answer with status 200 is not JSON") from error
    if not isinstance(body, dict) or (body and "errorEntries" not in body):
        raise NonsenseError("the answer with status 200 is none of this operation")
    entries = body.get("errorEntries") or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise NonsenseError("errorEntries is not a list of objects")


def _error_entry(entry: Mapping[str, object]) -> ErrorEntry:
    name, code, message = (entry.get(key) for key in ("thingName", "code", "message"))
    return ErrorEntry(
        None if name is None else str(name),
        None if code is None else str(code),
        None if message is None else str(message),
    )


def _read_error(response: Mapping[str, Any]) -> Answer:
    code = str(response.get("Error", {}).get("Code") or "Unknown")
    message = str(response.get("Error", {}).get("Message") or "")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if code == "ValidationException":
        return Invalid(message, tuple(map(_field, response.get("fields") or ())))
    if code in _DENIED:
        return Unanswered(Trouble.ACCESS_DENIED, code, message)
    if code == "ResourceNotFoundException":
        return Unanswered(Trouble.CORE_UNKNOWN, code, message)
    if code in _CREDENTIALS_REFUSED:
        return Unanswered(Trouble.CREDENTIALS_REFUSED, code, message)
    throttled = code in _THROTTLED or status == _HTTP_THROTTLED
    trouble = Trouble.THROTTLED if throttled else Trouble.UNAVAILABLE
    return Unanswered(trouble, code, message, _retry_after(response))


def _field(field: Mapping[str, object]) -> tuple[str, str]:
    return str(field.get("name") or ""), str(field.get("message") or "")


def _retry_after(response: Mapping[str, Any]) -> float:
    """Seconds; botocore does not obey this header, which the service model has for 429 and 500."""
    headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        seconds = float(headers.get("retry-after", 0))
    except ValueError:
        return 0.0
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS) if math.isfinite(seconds) else 0.0
