"""An AWS account: the cloud, AWS IoT Core and other services, shared by its core devices."""

import time
from collections.abc import Callable

from greengrass_sandbox.cloud import Cloud
from greengrass_sandbox.iot_core.broker import Broker
from greengrass_sandbox.iot_core.message import AT_LEAST_ONCE
from greengrass_sandbox.plumbing.loop import LoopThread
from greengrass_sandbox.plumbing.started import Started
from greengrass_sandbox.services import Services
from greengrass_sandbox.token_exchange import Credentials
from greengrass_sandbox.token_exchange.credentials import issue
from greengrass_sandbox.watching import SyncWatch

DEFAULT_NUMBER = "123456789012"
_CALL_TIMEOUT_SECONDS = 3600.0
"""Waiting for messages may take long; everything else is far quicker anyway."""

_DAY_SECONDS = 24 * 3600.0

CredentialsOf = Callable[[str], Credentials | None]
"""Looks up credentials by their access key id."""


class Account(Started):
    """An account with its core devices, all of them in one process and on one loop.

    A context manager; `start` and `stop` do the same. What `cloud` and `iot_core` can do, they do
    through `call`, for they live on the loop. Its core devices are started after it, and stopped
    before it.

    Args:
        region: Of AWS; "" for one that is not configured.
        number: The account's twelve digits.
        clock: Seconds since the epoch.

    Attributes:
        loop: The loop on which everything lives.
        call: Calls a function or coroutine function of a part on the loop, and returns its result
            (see `LoopThread.call`).
        cloud: The client device operations.
        iot_core: The message broker.
        services: All other services, answered by functions or by servers that play them.
        is_started: Whether it runs.
    """

    def __init__(
        self,
        *,
        region: str = "eu-central-1",
        number: str = DEFAULT_NUMBER,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.region = region
        self.loop = LoopThread(call_timeout_seconds=_CALL_TIMEOUT_SECONDS)
        self.call = self.loop.call
        self.iot_core = Broker()
        self.cloud = Cloud(
            region=region,
            account=number,
            credentials=self._credentials_of,
            publish=self._publish_over_http,
            clock=clock,
        )
        self.services = Services(
            cloud_url=lambda: self.cloud.url,
            credentials=self._credentials_of,
            is_out=self.cloud.is_out,
            clock=clock,
        )
        self._clock = clock
        self._administrators: dict[str, Credentials] = {}
        self.is_started = False
        self._issuers: list[CredentialsOf] = [self._administrators.get]

    def start(self) -> None:
        """Start the loop, the cloud and the services.

        Raises:
            OSError: A port cannot be had.
        """
        self.loop.start()
        try:
            for part in (self.cloud, self.services):
                self.call(part.start)
            self.is_started = True
        except BaseException:
            self.loop.close()
            raise

    def stop(self) -> None:
        """Stop the services, the cloud and the loop."""
        self.is_started = False
        try:
            for part in (self.services, self.cloud):
                self.call(part.stop)
        finally:
            self.loop.close()

    def trust(self, credentials_of: CredentialsOf) -> None:
        """Let credentials count that a core device's token exchange has given out."""
        self._issuers.append(credentials_of)

    def administrator(self) -> Credentials:
        """New credentials of somebody who may do everything in this account, for a day."""
        credentials = issue(expires_at=self._clock() + _DAY_SECONDS)
        self._administrators[credentials.access_key_id] = credentials
        return credentials

    def publish(self, topic: str, payload: bytes, *, qos: int = AT_LEAST_ONCE) -> None:
        """Publish on AWS IoT Core as a back end does."""
        self.call(self.iot_core.publish, topic, payload, qos=qos)

    def watch(self, topic_filter: str) -> SyncWatch:
        """Collect the messages of AWS IoT Core that match a filter, as a back end does."""
        return SyncWatch(self.call(self.iot_core.watch, topic_filter), topic_filter, self.loop)

    def _credentials_of(self, access_key_id: str) -> Credentials | None:
        found = (credentials_of(access_key_id) for credentials_of in self._issuers)
        return next((credentials for credentials in found if credentials is not None), None)

    def _publish_over_http(self, topic: str, payload: bytes, qos: int) -> None:
        self.iot_core.publish(topic, payload, qos=qos)
