"""The call itself, with botocore: boto3 would add only what is not used here, and 3 MB.

Nothing but the worker process imports this.
"""

from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import CredentialResolver
from botocore.exceptions import ClientError

from client_device_associator import __version__
from client_device_associator.cloud.bounded_http import BoundedSession
from client_device_associator.cloud.credentials import Secrets, is_usable
from client_device_associator.cloud.response_check import MAX_LISTED, check_responses
from client_device_associator.cloud.service_data import SERVICE, ServiceData
from client_device_associator.cloud.service_errors import (
    CREDENTIALS_REFUSED,
    read_error,
    request_id_of,
)
from client_device_associator.cloud.token_exchange import URI_VARIABLE, token_exchange
from client_device_associator.core.answer import (
    Answer,
    CallFailed,
    ErrorEntry,
    FailureCause,
    Listed,
    Succeeded,
)
from client_device_associator.core.decision import Call
from client_device_associator.core.operation import Operation

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 20
"""botocore's own 60 s each would keep every other device waiting."""

_BATCH_METHODS = {
    Operation.ASSOCIATE: "batch_associate_client_device_with_core_device",
    Operation.DISASSOCIATE: "batch_disassociate_client_device_from_core_device",
}
"""botocore's, by what is asked for."""


class AssociationClient:
    """Makes calls with token-exchange credentials alone.

    It is kept as long as its credentials are accepted: botocore refreshes them by itself.

    Args:
        environment: Of this process, as `worker_environment` makes it.
        secrets: Learns every credential that comes; what is answered holds none.
    """

    def __init__(self, environment: Mapping[str, str], secrets: Secrets) -> None:
        self._environment = environment
        self._client: Any = None
        self._session: Any = None
        self._secrets = secrets

    def prepare(self) -> Answer | None:
        """Gets everything ready for a call; returns why that is not possible now."""
        if not self._environment.get(URI_VARIABLE):
            return CallFailed(
                FailureCause.MISCONFIGURED,
                "NoTokenExchange",
                f"{URI_VARIABLE} is not set: the recipe must depend on"
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
        except TypeError:
            # What botocore makes of HTTP 200 with the body `null`: lite's words for a refusal.
            return CallFailed(
                FailureCause.NO_CREDENTIALS,
                "NoCredentials",
                "token exchange answers without credentials: it cannot reach the cloud, or is"
                " refused there",
            )
        except Exception as error:  # noqa: BLE001 - botocore and its HTTP library raise many kinds
            return CallFailed(FailureCause.NO_CREDENTIALS, type(error).__name__, str(error))
        if is_usable(frozen):
            return None
        self._client = None  # it would keep them until they expire
        return CallFailed(
            FailureCause.NO_CREDENTIALS,
            "UnusableCredentials",
            "token exchange gives credentials that are empty, or hold characters that no request"
            " can carry",
        )

    def call(self, core_thing_name: str, call: Call) -> Answer:
        """Makes a call once; every outcome is a value."""
        return self._secrets.redacted(self._call(core_thing_name, call), call.thing_names)

    def _call(self, core_thing_name: str, call: Call) -> Answer:
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
            if call.operation is Operation.LIST:
                return self._list(core_thing_name, call)
            method = getattr(self._client, _BATCH_METHODS[call.operation])
            response = method(
                coreDeviceThingName=core_thing_name,
                entries=[{"thingName": name} for name in call.thing_names],
            )
            entries = tuple(map(_error_entry, response.get("errorEntries") or ()))
            return Succeeded(entries, request_id=request_id_of(response))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in CREDENTIALS_REFUSED:
                # botocore keeps credentials until they expire; the next call gets others.
                self._client = None
            return read_error(error.response, call.thing_names)
        except Exception as error:  # noqa: BLE001 - network, TLS, proxies, parsers: tried again
            return CallFailed(FailureCause.UNAVAILABLE, type(error).__name__, str(error))

    def _list(self, core_thing_name: str, call: Call) -> Answer:
        """One page of ListClientDevicesAssociatedWithCoreDevice."""
        next_token = call.next_token
        response = self._client.list_client_devices_associated_with_core_device(
            coreDeviceThingName=core_thing_name,
            maxResults=1 if call.asks_permission else MAX_LISTED,
            **({} if next_token is None else {"nextToken": next_token}),
        )
        names = (one.get("thingName") for one in response["associatedClientDevices"])
        return Listed(
            tuple(name for name in names if isinstance(name, str)),
            response.get("nextToken"),
            request_id=request_id_of(response),
        )

    def _create_client(self, region: str) -> None:
        if self._client is not None:
            return
        session = botocore.session.Session()
        provider = token_exchange(self._environment, self._secrets)
        session.register_component("credential_provider", CredentialResolver([provider]))
        self._session = session
        session.register_component("data_loader", ServiceData())
        client = session.create_client(
            SERVICE,
            region_name=region,
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
        endpoint = client._endpoint  # noqa: SLF001 - botocore has no other way to replace its session
        endpoint.http_session = BoundedSession(endpoint.http_session)
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


def _error_entry(entry: Mapping[str, object]) -> ErrorEntry:
    name, code, message = (entry.get(key) for key in ("thingName", "code", "message"))
    return ErrorEntry(
        None if name is None else str(name),
        None if code is None else str(code),
        None if message is None else str(message),
    )
