"""The nucleus: a Unix socket, the components that may connect to it, and its operations."""

import asyncio
import secrets
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any

from greengrass_sandbox.nucleus.authorization import PUBSUB_SERVICE, AccessControl
from greengrass_sandbox.nucleus.component_updates import ComponentUpdates
from greengrass_sandbox.nucleus.configuration import Configurations
from greengrass_sandbox.nucleus.connection import Connection, Handle
from greengrass_sandbox.nucleus.errors import (
    ConnectionBroken,
    OperationError,
    PublishRefused,
    service_error,
)
from greengrass_sandbox.nucleus.holding import Holding
from greengrass_sandbox.nucleus.message import Message
from greengrass_sandbox.nucleus.pubsub import PubSub
from greengrass_sandbox.nucleus.stream import Stream
from greengrass_sandbox.nucleus.subscription_budget import SubscriptionBudget
from greengrass_sandbox.nucleus.validation import Validators
from greengrass_sandbox.nucleus.watch import Watch
from greengrass_sandbox.profile import Profile

SANDBOX_PUBLISHER = "greengrass_sandbox"
"""The component that the sandbox itself publishes as."""
_SVCUID_BYTES = 16


class Nucleus:
    """A nucleus of one kind. Everything but the constructor belongs on the sandbox's loop.

    Args:
        socket_path: Where it listens. The kernel allows 107 bytes.
        profile: CLASSIC, LITE or a variant.
        thing_name: The core device's thing name.
        clock: Seconds since 1970.

    Attributes:
        holding: Keeps requests waiting, as a nucleus does that is busy with a deployment.
    """

    def __init__(
        self,
        socket_path: Path,
        profile: Profile,
        *,
        thing_name: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.socket_path = socket_path
        self.profile = profile
        self.thing_name = thing_name
        self.holding = Holding()
        budget = SubscriptionBudget(profile.max_subscriptions)
        self._configurations = Configurations(profile, budget, clock)
        self._pubsub = PubSub(profile, self._access_control_of, budget)
        self._validators = Validators(profile.validation_timeout_seconds)
        self._updates = ComponentUpdates(profile.component_update_timeout_seconds)
        self._operations: dict[str, Handle] = {
            "SubscribeToTopic": self._pubsub.subscribe,
            "PublishToTopic": self._pubsub.publish,
            "GetConfiguration": self._configurations.get,
            "UpdateConfiguration": self._configurations.update,
            "SubscribeToConfigurationUpdate": self._configurations.subscribe,
            "SubscribeToValidateConfigurationUpdates": self._validators.subscribe,
            "SendConfigurationValidityReport": self._validators.report,
            "SubscribeToComponentUpdates": self._updates.subscribe,
            "DeferComponentUpdate": self._updates.defer,
            "UpdateState": self._updates.update_state,
        }
        self._components: dict[str, str] = {}
        self._access_controls: dict[str, AccessControl] = {}
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._server: asyncio.AbstractServer | None = None
        self._chain: AbstractAsyncContextManager[Any] = (
            asyncio.Lock() if profile.serial else nullcontext()
        )

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: The socket cannot be made there; its path may be too long.
        """
        self._server = await asyncio.start_unix_server(self._accept, self.socket_path)

    async def stop(self) -> None:
        """Die: every connection breaks, and no SVCUID is valid any more.

        Configurations stay, as they do on the disk of a core device.
        """
        self._components.clear()
        self.holding.release_all()
        if self._server is not None:
            self._server.close()
        tasks = list(self._connections.values())
        for connection in tuple(self._connections):
            connection.abort()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None
        self.socket_path.unlink(missing_ok=True)
        # Last, because a task that failed, which is a mistake in the sandbox, is heard of here.
        await asyncio.gather(*tasks)

    def register(self, component: str, configuration: Mapping[str, Any]) -> str:
        """Let a component in; returns its SVCUID. An earlier one of the component's dies.

        Args:
            component: Its name.
            configuration: Its recipe's DefaultConfiguration, accessControl included. What it has
                been configured to before stays; only keys that are missing are added.
        """
        self._components = {
            svcuid: name for svcuid, name in self._components.items() if name != component
        }
        svcuid = secrets.token_urlsafe(_SVCUID_BYTES)
        self._components[svcuid] = component
        self._updates.forget_state(component)
        self._configurations.register(component, configuration)
        self._read_access_control(component)
        return svcuid

    def configuration(self, component: str) -> dict[str, Any]:
        """A copy of a component's configuration as it is now.

        Raises:
            OperationError: No such component.
        """
        return self._configurations.of(component)

    async def merge_configuration(
        self, component: str, merge: Mapping[str, Any], reset: Sequence[str] = ()
    ) -> None:
        """Change a component's configuration as a deployment's configurationUpdate does.

        Args:
            component: Its name.
            merge: Maps are merged deeply; lists and scalars are replaced.
            reset: JSON pointers of what goes back to its default, before the merge.

        Raises:
            DeploymentRejected: The component subscribed to validation (classic), and said no or
                nothing; its configuration is as it was.
            OperationError: No such component.
        """
        candidate = self._configurations.candidate(component, merge, reset)
        if candidate == self._configurations.of(component):
            return
        await self._validators.ask(component, str(uuid.uuid4()), candidate)
        async with self._chain:
            # Anew, because the component may have updated its configuration while it was asked.
            candidate = self._configurations.candidate(component, merge, reset)
            await self._configurations.apply(component, candidate)
        self._read_access_control(component)

    async def ask_before_update(self, deployment_id: str) -> None:
        """Ask the components that subscribed whether they may be updated, as classic does.

        Returns when all have agreed, or when the time for that is over.
        """
        await self._updates.ask(deployment_id)

    async def announce_update(self, deployment_id: str) -> None:
        """Tell the components that subscribed that the update is done."""
        await self._updates.announce_done(deployment_id)

    async def publish(self, topic: str, payload: bytes | Mapping[str, Any]) -> None:
        """Publish as a component of the sandbox's own: bytes as binary, a mapping as JSON.

        Raises:
            PublishRefused: A component would have got an error, or lost its connection.
        """
        content = payload if isinstance(payload, bytes) else dict(payload)
        message = Message(topic, content, SANDBOX_PUBLISHER)
        async with self._chain:
            try:
                await self._pubsub.publish_as_sandbox(message)
            except (OperationError, ConnectionBroken) as error:
                raise PublishRefused(str(error)) from error

    def watch(self, topic_filter: str) -> Watch:
        """Collect messages on the sandbox's side."""
        return self._pubsub.watch(topic_filter)

    def subscriptions(self, component: str) -> list[str]:
        """The filters of a component's live subscriptions."""
        return self._pubsub.filters(component, dead=False)

    def dead_subscriptions(self, component: str) -> list[str]:
        """The filters of subscriptions that get nothing any more, and do not know it."""
        return self._pubsub.filters(component, dead=True)

    def close_subscription(self, component: str, topic_filter: str) -> None:
        """End a subscription from this side: its stream closes, the connection stays.

        Raises:
            LookupError: The component has no such subscription.
        """
        _expect_some(self._pubsub.close(component, topic_filter), component, topic_filter)

    def kill_subscription(self, component: str, topic_filter: str) -> None:
        """Let a subscription die silently, as lite does: nothing comes, and nothing says so.

        Raises:
            LookupError: The component has no such subscription.
        """
        _expect_some(self._pubsub.kill(component, topic_filter), component, topic_filter)

    def connections(self, component: str) -> int:
        """How many connections a component has."""
        return sum(connection.component == component for connection in self._open_connections())

    def disconnect(self, component: str) -> None:
        """Break a component's connections. Its SVCUID stays valid."""
        for connection in self._open_connections():
            if connection.component == component:
                connection.abort()

    def state_of(self, component: str) -> str | None:
        """What the component last reported with UpdateState since it was registered."""
        return self._updates.state_of(component)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        limit = self.profile.max_connections
        if limit is not None and len(self._open_connections()) >= limit:
            writer.close()
            return
        connection = Connection(
            reader,
            writer,
            self.profile,
            component_of=self._components_get,
            handle=self._handle,
            chain=self._chain,
            holding=self.holding,
        )
        task = asyncio.get_running_loop().create_task(connection.serve())
        self._connections[connection] = task
        task.add_done_callback(lambda _: self._connections.pop(connection, None))

    def _open_connections(self) -> list[Connection]:
        return [connection for connection in self._connections if not connection.ended]

    def _components_get(self, svcuid: str) -> str | None:
        return self._components.get(svcuid)

    async def _handle(self, stream: Stream, arguments: dict[str, Any]) -> dict[str, Any]:
        operation = self._operations.get(stream.operation)
        if operation is None or stream.operation not in self.profile.operations:
            raise service_error(f"this nucleus does not implement {stream.operation or 'that'}")
        return await operation(stream, arguments)

    def _access_control_of(self, component: str) -> AccessControl:
        return self._access_controls[component]

    def _read_access_control(self, component: str) -> None:
        self._access_controls[component] = AccessControl(
            self._configurations.of(component),
            service=PUBSUB_SERVICE,
            thing_name=self.thing_name if self.profile.interpolates_thing_name else None,
        )


def _expect_some(count: int, component: str, topic_filter: str) -> None:
    if not count:
        raise LookupError(f"{component} has no subscription to {topic_filter}")
