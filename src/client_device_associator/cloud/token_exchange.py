"""Credentials from the nucleus's token exchange, by botocore's own provider."""

from collections.abc import Mapping
from typing import Any

from botocore.credentials import ContainerProvider
from botocore.httpsession import URLLib3Session
from botocore.utils import ContainerMetadataFetcher

from client_device_associator.cloud.bounded_http import BoundedSession
from client_device_associator.cloud.credentials import TOKEN_VARIABLE, Secrets

URI_VARIABLE = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

_IS_SECRET = ("AccessKeyId", "SecretAccessKey", "Token")
"""Of an answer. The id of a key opens nothing, but programs that search logs for leaked credentials
look for it, and nobody needs it there: CloudTrail has calls under the name of the core device."""


def token_exchange(environment: Mapping[str, str], secrets: Secrets) -> ContainerProvider:
    """A provider that asks token exchange, and nobody else.

    Args:
        environment: Of this process.
        secrets: Learns what it gives out, before anything else is done with it.
    """
    # Nothing else of the environment: other container services have variables that come first.
    exchange = {
        name: environment[name] for name in (URI_VARIABLE, TOKEN_VARIABLE) if name in environment
    }
    return ContainerProvider(exchange, _Fetcher(secrets))


class _Fetcher(ContainerMetadataFetcher):  # type: ignore[misc] # botocore has no types
    def __init__(self, secrets: Secrets) -> None:
        super().__init__(BoundedSession(URLLib3Session(timeout=self.TIMEOUT_SECONDS)))
        self._secrets = secrets

    def retrieve_full_uri(self, full_url: str, headers: Any = None) -> Any:  # noqa: ANN401 - JSON
        given = super().retrieve_full_uri(full_url, headers)
        # botocore asks also by itself, in the middle of a call, and may find fault with the answer.
        if isinstance(given, Mapping):
            self._secrets.add(*map(given.get, _IS_SECRET))
        return given
