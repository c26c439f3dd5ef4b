"""What components tell the nucleus of their state, and being asked before they are updated."""

import asyncio
from collections.abc import Mapping
from typing import Any

from greengrass_sandbox.nucleus.errors import invalid_arguments
from greengrass_sandbox.nucleus.stream import Stream, to_json

_REPORTABLE_STATES = ("RUNNING", "ERRORED")
_MILLISECONDS = 1000


class ComponentUpdates:
    """UpdateState, SubscribeToComponentUpdates and DeferComponentUpdate of all components.

    Args:
        timeout_seconds: How long a deployment waits for consent before it goes ahead.
    """

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._states: dict[str, str] = {}
        self._streams: list[Stream] = []
        self._answers: dict[tuple[str, str], asyncio.Future[float]] = {}

    async def update_state(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateState: the component says that it is RUNNING or ERRORED."""
        state = arguments.get("state")
        if state not in _REPORTABLE_STATES:
            raise invalid_arguments(f"state must be one of {_REPORTABLE_STATES}")
        self._states[stream.component] = state
        return {}

    def state_of(self, component: str) -> str | None:
        """The last state that a component reported."""
        return self._states.get(component)

    def forget_state(self, component: str) -> None:
        """The component starts anew."""
        self._states.pop(component, None)

    async def subscribe(self, stream: Stream, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToComponentUpdates."""
        self._streams.append(stream)
        stream.keep_open("ComponentUpdatePolicyEvents", lambda: self._streams.remove(stream))
        return {}

    async def defer(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """DeferComponentUpdate: go ahead (0 ms), or ask me again after so many milliseconds."""
        delay, deployment_id = arguments.get("recheckAfterMs", 0), arguments.get("deploymentId")
        if not isinstance(deployment_id, str):
            raise invalid_arguments("Cannot defer when the deploymentId is null")
        if not isinstance(delay, int | float):
            raise invalid_arguments("recheckAfterMs must be a number of milliseconds")
        answer = self._answers.get((stream.component, deployment_id))
        if answer is not None and not answer.done():
            answer.set_result(delay / _MILLISECONDS)
        return {}

    async def ask(self, deployment_id: str) -> None:
        """Ask every subscriber whether it may be updated; returns when all agreed, or in vain."""
        deadline = asyncio.get_running_loop().time() + self._timeout_seconds
        await asyncio.gather(
            *(self._ask(stream, deployment_id, deadline) for stream in tuple(self._streams))
        )

    async def announce_done(self, deployment_id: str) -> None:
        """Tell every subscriber that the update is over."""
        event = to_json({"postUpdateEvent": {"deploymentId": deployment_id}})
        for stream in tuple(self._streams):
            await stream.send_event(event)

    async def _ask(self, stream: Stream, deployment_id: str, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        key = (stream.component, deployment_id)
        event = to_json(
            {"preUpdateEvent": {"deploymentId": deployment_id, "isGgcRestarting": False}}
        )
        while stream in self._streams and (left := deadline - loop.time()) > 0:
            self._answers[key] = loop.create_future()
            try:
                await stream.send_event(event)
                delay = await asyncio.wait_for(self._answers[key], left)
            except asyncio.TimeoutError:
                return
            finally:
                self._answers.pop(key, None)
            if delay <= 0:
                return
            await asyncio.sleep(min(delay, max(0.0, deadline - loop.time())))
