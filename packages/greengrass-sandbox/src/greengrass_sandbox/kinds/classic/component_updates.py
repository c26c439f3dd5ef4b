"""Components that are asked before they are updated (classic only)."""

import asyncio
from collections.abc import Mapping
from typing import Any

from greengrass_sandbox.nucleus.errors import invalid_arguments, service_error
from greengrass_sandbox.nucleus.stream import Stream

_MILLISECONDS = 1000


class ComponentUpdates:
    """SubscribeToComponentUpdates and DeferComponentUpdate of all components.

    Args:
        timeout_seconds: How long a deployment waits for consent before it goes ahead.
    """

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._streams: list[Stream] = []
        self._answers: dict[tuple[str, str], asyncio.Future[float]] = {}

    async def subscribe(self, stream: Stream, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToComponentUpdates."""
        self._streams.append(stream)
        stream.keep_open("ComponentUpdatePolicyEvents", lambda: self._streams.remove(stream))
        return {}

    async def defer(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """DeferComponentUpdate: go ahead (0 ms), or ask me again after so many milliseconds."""
        if not any(it.component == stream.component for it in self._streams):
            raise invalid_arguments("Component is not subscribed to component update events")
        deployment_id = arguments["deploymentId"]
        if deployment_id is None:
            raise invalid_arguments("Cannot defer the update, the deployment ID provided was null")
        answer = self._answers.pop((stream.component, deployment_id), None)
        if answer is None or answer.done():
            raise service_error("Time limit to respond to PreComponentUpdateEvent exceeded")
        answer.set_result((arguments["recheckAfterMs"] or 0) / _MILLISECONDS)
        return {}

    async def ask(self, deployment_id: str) -> None:
        """Ask every subscriber whether it may be updated; returns when all agreed, or in vain."""
        deadline = asyncio.get_running_loop().time() + self._timeout_seconds
        await asyncio.gather(
            *(self._ask(stream, deployment_id, deadline) for stream in tuple(self._streams))
        )

    async def announce_done(self, deployment_id: str) -> None:
        """Tell every subscriber that the update is over."""
        event = {"postUpdateEvent": {"deploymentId": deployment_id}}
        for stream in tuple(self._streams):
            await stream.send_event(event)

    async def _ask(self, stream: Stream, deployment_id: str, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        key = (stream.component, deployment_id)
        event = {"preUpdateEvent": {"deploymentId": deployment_id, "isGgcRestarting": False}}
        while stream in self._streams and (left := deadline - loop.time()) > 0:
            answer = self._answers[key] = loop.create_future()
            try:
                await stream.send_event(event)
                delay = await asyncio.wait_for(answer, left)
            except asyncio.TimeoutError:
                return
            finally:
                self._answers.pop(key, None)
            if delay <= 0:
                return
            await asyncio.sleep(min(delay, max(0.0, deadline - loop.time())))
