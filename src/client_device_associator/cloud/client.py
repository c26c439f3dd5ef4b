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
from client_device_associator.cloud.response_check import check_responses
from client_device_associator.cloud.service_errors import CREDENTIALS_REFUSED, read_error
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    ErrorEntry,
    FailureCause,
    Succeeded,
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


class AssociationClient:
    """Makes calls with token-exchange credentials alone.

    It is kept as long as its credentials are accepted: botocore refreshes them by itself.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._client: Any = None
        self._session: Any = None
        self._secrets: tuple[str, ...] = ()

    def prepare(self) -> CallFailed | None:
        """Gets everything ready for a call; returns why that is not possible now."""
        if not self._environment.get(_TOKEN_EXCHANGE_VARIABLE):
            return CallFailed(
                FailureCause.MISCONFIGURED,
                "NoTokenExchange",
                f"{_TOKEN_EXCHANGE_VARIABLE} is not set: the recipe must depend on"
                " aws.greengrass.TokenExchangeService (DependencyType HARD)",
            )
        region = self._environment.get("AWS_REGION") or self._environment.get("AWS_DEFAULT_REGION")
        if not region:
            return CallFailed(
                FailureCause.MISCONFIGURED,
                "NoRegion",
                "AWS_REGION is empty: set awsRegion in the nucleus configuration and restart it",
            )
        try:
            self._create_client(region)
            frozen = self._session.get_credentials().get_frozen_credentials()
            if not (frozen and frozen.access_key and frozen.secret_key):
                self._client = None  # it would keep them until they expire
                return CallFailed(
                    FailureCause.NO_CREDENTIALS, "NoCredentials", "token exchange gave none"
                )
            self._secrets = tuple(filter(None, (frozen.token, frozen.secret_key)))
        except Exception as error:  # noqa: BLE001 - botocore raises even TypeError for a `null`
            return CallFailed(FailureCause.NO_CREDENTIALS, type(error).__name__, str(error))
        return None

    def associate(self, core_thing_name: str, thing_names: Sequence[str]) -> Answer:
        """Calls BatchAssociateClientDeviceWithCoreDevice once; every outcome is a value."""
        if not core_thing_name:
            return CallFailed(
                FailureCause.MISCONFIGURED,
                "NoCoreThingName",
                "AWS_IOT_THING_NAME is empty: set thingName in the nucleus configuration and"
                " restart it",
            )
        failed = self.prepare()
        if failed is not None:
            return failed
        try:
            response = self._client.batch_associate_client_device_with_core_device(
                coreDeviceThingName=core_thing_name,
                entries=[{"thingName": name} for name in thing_names],
            )
            return Succeeded(tuple(map(_error_entry, response.get("errorEntries") or ())))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in CREDENTIALS_REFUSED:
                # botocore keeps credentials until they expire; the next call gets others.
                self._client = None
            return self._without_secrets(read_error(error.response, thing_names))
        except Exception as error:  # noqa: BLE001 - network, TLS, proxies, parsers: tried again
            failed = CallFailed(FailureCause.UNAVAILABLE, type(error).__name__, str(error))
            return self._without_secrets(failed)

    def _without_secrets(self, answer: Answer) -> Answer:
        """The same with no credentials in its words.

        A service that disagrees about a signature shows what it has signed, the session token
        included; the words go into the log and into results.
        """
        if isinstance(answer, Succeeded):
            return answer
        message = _SIGNATURE.sub("Signature=…", answer.message)
        for secret in self._secrets:
            message = message.replace(secret, "…")
        return replace(answer, message=message)

    def _create_client(self, region: str) -> None:
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
        check_responses(client.meta.events)
        self._client = client


def _certificates(environment: Mapping[str, str]) -> str | None:
    """The CA file to trust, or None for botocore's own.

    A proxy that opens TLS connections signs with a CA of its own, which the nucleus has together
    with Amazon's; it is needed for nothing else.
    """
    behind_proxy = any(
        environment.get(name)
        for scheme in ("HTTPS_PROXY", "ALL_PROXY")
        for name in (scheme, scheme.lower())
    )
    return (environment.get("GG_ROOT_CA_PATH") or None) if behind_proxy else None


def _leave_only_ours(environment: MutableMapping[str, str]) -> None:
    """Removes what would keep botocore from its work, or change what it does.

    A profile or a file of somebody else need not exist here, or be readable; how to retry is
    decided in the core. And a proxy for everything is made one for HTTPS: botocore knows no other.
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
