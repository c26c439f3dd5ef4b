"""The nucleus: a Unix socket, the components that may connect to it, and its operations."""

import asyncio
import base64
import secrets
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.bus.watch import OnMessage, Watch
from greengrass_sandbox.iot_core.broker import Broker
from greengrass_sandbox.nucleus.behaviour import Behaviour, Surroundings
from greengrass_sandbox.nucleus.connection import Connection, Service
from greengrass_sandbox.nucleus.errors import (
    ConnectionBroken,
    DeploymentRejected,
    OperationError,
    PublishRefused,
)
from greengrass_sandbox.nucleus.figures import Figures
from greengrass_sandbox.nucleus.holding import Holding
from greengrass_sandbox.nucleus.iot_core import IotCore
from greengrass_sandbox.nucleus.states import OnReport
from greengrass_sandbox.nucleus.stream import Stream

SANDBOX_PUBLISHER = "greengrass_sandbox"
"""The component that the sandbox itself publishes as."""
_FOR_ALL_USERS = 0o666
_SVCUID_BYTES = 12
"""Sixteen characters of base64, on both nuclei."""


class Nucleus:
    """A nucleus of one kind. Everything but the constructor belongs on the sandbox's loop.

    Args:
        socket_path: Where it listens. The kernel allows 107 bytes.
        behave: Makes what answers.
        figures: Its limits and pace.
        thing_name: The core device's thing name.
        clock: Seconds since 1970.
        restart: Restarts a component on another's request; False if there is none of the name.
        broker: AWS IoT Core's, of the account; None: one of its own.

    Attributes:
        holding: Keeps requests waiting, as a nucleus does that is busy with a deployment.
        broker: AWS IoT Core's.
    """

    def __init__(
        self,
        socket_path: Path,
        *,
        behave: Callable[[Surroundings], Behaviour],
        figures: Figures,
        thing_name: str,
        clock: Callable[[], float] = time.time,
        restart: Callable[[str], bool] = lambda _component: False,
        broker: Broker | None = None,
    ) -> None:
        self.socket_path = socket_path
        self._figures = figures
        self.thing_name = thing_name
        self.holding = Holding()
        self.broker = broker or Broker()
        self._chain: AbstractAsyncContextManager[Any] = (
            asyncio.Lock() if figures.serial else nullcontext()
        )
        surroundings = Surroundings(
            figures=figures,
            clock=clock,
            thing_name=thing_name,
            root_path=str(socket_path.parent),
            component_of=self.component_of,
            restart=restart,
            chain=self._chain,
            holding=self.holding,
            broker=self.broker,
        )
        self._behaviour = behave(surroundings)
        self._components: dict[str, str] = {}
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._server: asyncio.AbstractServer | None = None
        self._service = Service(
            figures=figures,
            component_of=self.component_of,
            handle=self._handle,
            chain=self._chain,
            holding=self.holding,
        )

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: The socket cannot be made there; its path may be too long.
        """
        self._server = await asyncio.start_unix_server(self._accept, self.socket_path)
        # Components may run as any user; the SVCUID says who they are.
        self.socket_path.chmod(_FOR_ALL_USERS)
        self._behaviour.iot_core.start()

    async def stop(self) -> None:
        """Die: every connection breaks, and no SVCUID is valid any more.

        Configurations stay, as they do on the disk of a core device.
        """
        self._components.clear()
        self.holding.release_all()
        await self._behaviour.iot_core.stop()
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
        """Let a component in; returns its SVCUID, the same for as long as the nucleus lives.

        Args:
            component: Its name.
            configuration: Its recipe's DefaultConfiguration, accessControl included. What it has
                been configured to before stays; only keys that are missing are added.
        """
        svcuid = next((it for it, name in self._components.items() if name == component), None)
        if svcuid is None:
            svcuid = base64.b64encode(secrets.token_bytes(_SVCUID_BYTES)).decode()
            self._components[svcuid] = component
        self._behaviour.states.forget(component)
        self._behaviour.configurations.register(component, configuration)
        return svcuid

    def provide(self, component: str, configuration: Mapping[str, Any]) -> None:
        """Make the configuration of a part of the nucleus itself readable."""
        self._behaviour.configurations.provide(component, configuration)

    def component_of(self, svcuid: str) -> str | None:
        """The component that an SVCUID belongs to, or None."""
        return self._components.get(svcuid)

    def configuration(self, component: str) -> dict[str, Any]:
        """A copy of a component's configuration as it is now.

        Raises:
            OperationError: No such component.
        """
        return self._behaviour.configurations.of(component)

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
                nothing, and its configuration is as it was; or the nucleus cannot store it.
            OperationError: No such component.
        """
        configurations = self._behaviour.configurations
        candidate = configurations.candidate(component, merge, reset)
        if candidate == configurations.of(component):
            return
        await self._behaviour.validate(component, str(uuid.uuid4()), candidate)
        async with self._chain:
            # Read again: the component may have updated its configuration while it was asked.
            candidate = configurations.candidate(component, merge, reset)
            try:
                await configurations.apply(component, candidate)
            except OperationError as error:
                raise DeploymentRejected(f"the configuration cannot be stored: {error}") from error

    async def ask_before_update(self, deployment_id: str) -> None:
        """Ask the components that subscribed whether they may be updated, as classic does.

        Returns when all have agreed, or when the time for that is over.
        """
        await self._behaviour.ask_before_update(deployment_id)

    async def announce_update(self, deployment_id: str) -> None:
        """Tell the components that subscribed that the update is done."""
        await self._behaviour.announce_update(deployment_id)

    async def publish(self, topic: str, payload: bytes | Mapping[str, Any]) -> None:
        """Publish as a component of the sandbox's own: bytes as binary, a mapping as JSON.

        Raises:
            PublishRefused: A component would have got an error, or lost its connection.
        """
        content = payload if isinstance(payload, bytes) else dict(payload)
        message = Message(topic, content, SANDBOX_PUBLISHER)
        async with self._chain:
            try:
                await self._behaviour.publish_as_sandbox(message)
            except (OperationError, ConnectionBroken) as error:
                raise PublishRefused(str(error)) from error

    async def wait_for_subscriber(self, topic: str, timeout_seconds: float) -> None:
        """Wait until a message of the sandbox on this topic is for somebody.

        Raises:
            asyncio.TimeoutError: Nobody subscribed in time.
        """
        receiver = self._behaviour.delivery.wait_for_receiver(topic, SANDBOX_PUBLISHER)
        await asyncio.wait_for(receiver, timeout_seconds)

    def watch(self, topic_filter: str | None, on_message: OnMessage = lambda _: None) -> Watch:
        """Collect messages on the sandbox's side; without a filter, all of them.

        `on_message` is called with each, on the loop.
        """
        return self._behaviour.delivery.watch(topic_filter, on_message)

    @property
    def iot_core(self) -> IotCore:
        """The connection to AWS IoT Core: whether it is there, and who subscribed to what."""
        return self._behaviour.iot_core

    def subscriptions(self, component: str) -> list[str]:
        """The filters of a component's live subscriptions."""
        return self._behaviour.delivery.filters(component, dead=False)

    def dead_subscriptions(self, component: str) -> list[str]:
        """The filters of subscriptions that get nothing any more, and do not know it."""
        return self._behaviour.delivery.filters(component, dead=True)

    def close_subscription(self, component: str, topic_filter: str) -> None:
        """End a subscription from this side: its stream closes, the connection stays.

        Raises:
            LookupError: The component has no such subscription.
        """
        _expect_some(
            self._behaviour.delivery.close(component, topic_filter), component, topic_filter
        )

    def kill_subscription(self, component: str, topic_filter: str) -> None:
        """Let a subscription die silently, as lite does: nothing comes, and nothing says so.

        Raises:
            LookupError: The component has no such subscription.
        """
        _expect_some(
            self._behaviour.delivery.kill(component, topic_filter), component, topic_filter
        )

    def connections(self, component: str) -> int:
        """How many connections a component has."""
        return sum(connection.component == component for connection in self._open_connections())

    def disconnect(self, component: str) -> None:
        """Break a component's connections. Its SVCUID stays valid."""
        for connection in self._open_connections():
            if connection.component == component:
                connection.abort()

    def on_reported_state(self, listener: OnReport) -> None:
        """Tell somebody of each state that a component reports."""
        self._behaviour.states.on_report = listener

    def state_of(self, component: str) -> str | None:
        """What the component last reported with UpdateState since it was registered."""
        return self._behaviour.states.of(component)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        limit = self._figures.max_connections
        if limit is not None and len(self._open_connections()) >= limit:
            writer.close()
            return
        connection = self._behaviour.connect(reader, writer, self._service)
        task = asyncio.get_running_loop().create_task(connection.serve())
        self._connections[connection] = task
        task.add_done_callback(lambda _: self._connections.pop(connection, None))

    def _open_connections(self) -> list[Connection]:
        return [connection for connection in self._connections if not connection.ended]

    async def _handle(self, stream: Stream, arguments: dict[str, Any]) -> dict[str, Any]:
        operation = self._behaviour.operations.get(stream.operation, self._behaviour.refuse)
        return await operation(stream, arguments)


def _expect_some(count: int, component: str, topic_filter: str) -> None:
    if not count:
        raise LookupError(f"{component} has no subscription to {topic_filter}")
