"""A component's verdict on a configuration, before a deployment applies it (classic only)."""

import asyncio
from collections.abc import Mapping
from typing import Any

from greengrass_sandbox.nucleus.errors import DeploymentRejected, invalid_arguments, service_error
from greengrass_sandbox.nucleus.stream import Stream

_ACCEPTED = "ACCEPTED"
_Key = tuple[str, str]


class Validators:
    """Components that want to be asked, and the questions that are open.

    Args:
        timeout_seconds: How long a verdict may take.
    """

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._streams: dict[str, Stream] = {}
        self._verdicts: dict[_Key, asyncio.Future[Mapping[str, Any]]] = {}

    async def subscribe(self, stream: Stream, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToValidateConfigurationUpdates. A component's first subscription counts."""
        component = stream.component
        self._streams.setdefault(component, stream)

        def end() -> None:
            if self._streams.get(component) is stream:
                del self._streams[component]

        stream.keep_open("ValidateConfigurationUpdateEvents", end)
        return {}

    async def report(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SendConfigurationValidityReport."""
        report = arguments["configurationValidityReport"]
        if report is None:
            raise service_error("there is no report")
        if report["deploymentId"] is None:
            raise invalid_arguments(
                "Cannot accept configuration validity report, the deployment ID provided was null"
            )
        verdict = self._verdicts.pop((stream.component, report["deploymentId"]), None)
        if verdict is None or verdict.done():
            raise invalid_arguments("Validation request either timed out or was never made")
        verdict.set_result(report)
        return {}

    async def ask(self, component: str, deployment_id: str, document: Mapping[str, Any]) -> None:
        """Ask the component about its future configuration, if it wants to be asked.

        Raises:
            DeploymentRejected: It said no, or nothing in time.
        """
        stream = self._streams.get(component)
        if stream is None:
            return
        verdict = asyncio.get_running_loop().create_future()
        self._verdicts[component, deployment_id] = verdict
        question = {"configuration": document, "deploymentId": deployment_id}
        await stream.send_event({"validateConfigurationUpdateEvent": question})
        try:
            report = await asyncio.wait_for(verdict, self._timeout_seconds)
        except asyncio.TimeoutError:
            raise DeploymentRejected(
                f"{component} did not report within {self._timeout_seconds:g} s whether its "
                "configuration is valid"
            ) from None
        finally:
            self._verdicts.pop((component, deployment_id), None)
        if report["status"] != _ACCEPTED:
            raise DeploymentRejected(
                f"{component} rejected its configuration: {report.get('message')}"
            )
