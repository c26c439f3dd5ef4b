"""The call itself, with boto3. Nothing but the worker process imports this."""

import os
import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import ContainerProvider, CredentialResolver
from botocore.exceptions import ClientError

from client_device_associator import __version__
from client_device_associator.cloud.response_check import watch_answers
from client_device_associator.cloud.retry_after import whole_seconds
from client_device_associator.core.answer import (
    Accepted,
    Answer,
    ErrorEntry,
    Invalid,
    Missing,
    Trouble,
    Unanswered,
)

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 20
"""botocore's own 60 s each would keep every other device waiting."""

_TOKEN_EXCHANGE_VARIABLE = "AWS_CONTAINER_CREDENTIALS_FULL_URI"  # noqa: S105 - not a secret
_TOKEN_VARIABLE = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105 - the variable's name
_OTHERS_VARIABLES = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULTS_MODE",
    "AWS_MAX_ATTEMPTS",
    "AWS_RETRY_MODE",
)
_OTHERS_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
_SIGNATURE = re.compile(r"Signature=[0-9a-fA-F]+")
_HTTP_FORBIDDEN, _HTTP_THROTTLED = 403, 429

_THROTTLED = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException"})
_DENIED = frozenset({"AccessDeniedException", "AccessDenied"})
_DENIED_WORDS = "is not authorized to perform"
_CREDENTIALS_REFUSED = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidTokenException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""AWS's common errors of authentication: a later set of credentials, or a set clock, mends them."""


class AssociationClient:
    """Makes calls with token-exchange credentials alone.

    Once there have been credentials it is kept: botocore refreshes them by itself.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._client: Any = None
        self._session: Any = None
        self._secrets: tuple[str, ...] = ()

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
            frozen = self._session.get_credentials().get_frozen_credentials()
            if not (frozen and frozen.access_key and frozen.secret_key):
                self._client = None  # it would keep them until they expire
                return Unanswered(Trouble.NO_CREDENTIALS, "NoCredentials", "none were given out")
            self._secrets = tuple(filter(None, (frozen.token, frozen.secret_key)))
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
            return self._without_secrets(_read_error(error.response, thing_names))
        except Exception as error:  # noqa: BLE001 - network, TLS, proxies, parsers: all are waited out
            said = Unanswered(Trouble.UNAVAILABLE, type(error).__name__, str(error))
            return self._without_secrets(said)

    def _without_secrets(self, answer: Answer) -> Answer:
        """The same with no credentials in its words.

        A service that disagrees about a signature shows what it has signed, the session token
        included; what is said goes to the log and to whoever has announced.
        """
        if isinstance(answer, Accepted):
            return answer
        message = _SIGNATURE.sub("Signature=…", answer.message)
        for secret in self._secrets:
            message = message.replace(secret, "…")
        return replace(answer, message=message)

    def _ready(self, region: str) -> None:
        if self._client is not None:
            return
        session = botocore.session.Session()
        _leave_only_ours(os.environ)
        # Nothing else of the environment: other container services have variables that come first.
        exchange = {
            name: self._environment[name]
            for name in (_TOKEN_EXCHANGE_VARIABLE, _TOKEN_VARIABLE)
            if name in self._environment
        }
        provider = ContainerProvider(environ=exchange)
        session.register_component("credential_provider", CredentialResolver([provider]))
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
        watch_answers(client.meta.events)
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


def _leave_only_ours(environment: MutableMapping[str, str]) -> None:
    """Takes away what would keep botocore from doing its work, or have it do another's.

    Somebody's profile need not exist here, nor somebody's files be readable; how to retry is the
    core's to say. And a proxy for everything is made one for HTTPS: botocore knows no other.
    """
    for variable in _OTHERS_VARIABLES:
        environment.pop(variable, None)
    for variable in _OTHERS_FILES:
        environment[variable] = os.devnull
    proxy = environment.get("ALL_PROXY") or environment.get("all_proxy")
    if proxy and not (environment.get("HTTPS_PROXY") or environment.get("https_proxy")):
        environment["HTTPS_PROXY"] = proxy


def _error_entry(entry: Mapping[str, object]) -> ErrorEntry:
    name, code, message = (entry.get(key) for key in ("thingName", "code", "message"))
    return ErrorEntry(
        None if name is None else str(name),
        None if code is None else str(code),
        None if message is None else str(message),
    )


def _read_error(response: Mapping[str, Any], thing_names: Sequence[str]) -> Answer:
    code = str(response.get("Error", {}).get("Code") or "Unknown")
    message = str(response.get("Error", {}).get("Message") or "")
    metadata = response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode")
    if code == "ValidationException":
        fields = response.get("fields") or ()
        return Invalid(message, tuple(_field(one) for one in fields if isinstance(one, Mapping)))
    if code in _DENIED or (status == _HTTP_FORBIDDEN and _DENIED_WORDS in message):
        return Unanswered(Trouble.ACCESS_DENIED, code, message)
    if code == "ResourceNotFoundException":
        missing = response.get("resourceId")
        if missing in thing_names and response.get("resourceType") != "coreDevice":
            return Missing(str(missing), code, message)
        return Unanswered(Trouble.CORE_UNKNOWN, code, message)
    if code in _CREDENTIALS_REFUSED:
        return Unanswered(Trouble.CREDENTIALS_REFUSED, code, message)
    throttled = code in _THROTTLED or status == _HTTP_THROTTLED
    trouble = Trouble.THROTTLED if throttled else Trouble.UNAVAILABLE
    return Unanswered(trouble, code, message, whole_seconds(metadata.get("HTTPHeaders", {})))


def _field(field: Mapping[str, object]) -> tuple[str, str]:
    return str(field.get("name") or ""), str(field.get("message") or "")
