"""Has deployments ask whether their configuration is valid, if that is wanted."""

from collections.abc import Callable, Mapping

from client_device_associator.clock import Clock
from client_device_associator.configuration.parser import parse_configuration
from client_device_associator.core.instant import Instant
from client_device_associator.errors import NotSupportedError, NucleusError
from client_device_associator.nucleus.port import Nucleus, Subscription
from client_device_associator.reporting.notices import DeploymentVetoed, Report, VetoUnsupported
from client_device_associator.session.events import (
    ConfigurationStreamClosed,
    SessionEvent,
    ValidationRequested,
)

TRY_AGAIN_SECONDS = 10.0
"""After the nucleus has refused to ask."""

_MAX_OBJECTION_CHARACTERS = 2000
"""A deployment's status is shown in consoles, and lite's packets are 10 kB."""


class DeploymentVeto:
    """Answers deployments; nothing of what they ask about is applied.

    It is a risk (see docs/configuration.md), and therefore only done if it is configured.

    Args:
        nucleus: What asks.
        post: Takes the events, on the nucleus's thread.
        report: Takes what an operator may want to know.
        core_thing_name: This core device.
    """

    def __init__(
        self,
        nucleus: Nucleus,
        post: Callable[[SessionEvent], None],
        report: Report,
        core_thing_name: str,
    ) -> None:
        self._nucleus = nucleus
        self._core_thing_name = core_thing_name
        self._post = post
        self._report = report
        self._stream: Subscription | None = None
        self._is_unsupported = False
        self._try_at = 0.0

    def answer(self, event: ValidationRequested) -> None:
        """Accepts a deployment's configuration, or objects to it with every problem."""
        problems = parse_configuration(event.configuration, self._core_thing_name).problems
        objection = "; ".join(map(str, problems))[:_MAX_OBJECTION_CHARACTERS] or None
        self._nucleus.answer_validation(event.deployment_id, objection)
        if objection:
            self._report(DeploymentVetoed(event.deployment_id, objection))

    def run_due(self, clock: Clock, *, wanted: bool) -> float | None:
        """Subscribes to validation requests, or ends that; it waits for the nucleus's answer.

        Returns:
            Steady seconds at which to be called again.
        """
        if not wanted:
            self.close()
            self._is_unsupported = False
            return None
        if self._stream is not None or self._is_unsupported:
            return None
        now = clock.now().steady
        if now < self._try_at:
            return self._try_at
        try:
            self._stream = self._nucleus.watch_validation(
                self._requested, lambda: self._post(ConfigurationStreamClosed())
            )
        except NotSupportedError as error:
            self._is_unsupported = True
            self._report(VetoUnsupported(str(error)))
        except NucleusError:
            self._try_at = clock.now().steady + TRY_AGAIN_SECONDS
            return self._try_at
        return None

    def stream_closed(self, now: Instant) -> None:
        """The nucleus asks no more: a later `run_due` asks to be asked again."""
        self.close()
        self._is_unsupported = False
        self._try_at = now.steady + TRY_AGAIN_SECONDS

    def close(self) -> None:
        """Ends the subscription."""
        if self._stream is not None:
            self._stream.close()
        self._stream = None

    def _requested(self, deployment_id: str, configuration: Mapping[str, object]) -> None:
        self._post(ValidationRequested(deployment_id, configuration))
