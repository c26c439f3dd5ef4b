"""Keeps the component configured and subscribed: everything that has to be asked of the nucleus.

A nucleus that is busy with a deployment answers late, or not at all. This part may wait for it; it
has a thread of its own, so that neither an announcement nor an answer of the cloud waits as well.
"""

from collections.abc import Callable

from client_device_associator.clock import Clock
from client_device_associator.configuration.settings import Settings
from client_device_associator.nucleus.port import Nucleus
from client_device_associator.pipeline import events as pipeline_events
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.pipeline.recently_seen import RecentlySeen
from client_device_associator.reporting.notices import (
    EverybodyAdmitted,
    ListeningChanged,
    Notice,
)
from client_device_associator.session.deployment_veto import DeploymentVeto
from client_device_associator.session.events import (
    ConfigurationChanged,
    ConfigurationStreamClosed,
    SessionEvent,
    SubscriptionClosed,
    TrafficBegan,
    ValidationRequested,
)
from client_device_associator.session.last_good import LastGood
from client_device_associator.session.listeners import listeners
from client_device_associator.session.settings_in_effect import SettingsInEffect
from client_device_associator.session.subscriptions import Subscriptions


class Session:
    """Owns the settings in effect and the subscriptions; passive, a thread calls it.

    Args:
        nucleus: Where everything is asked.
        inbox: Takes announcements, and what the main thread has to know.
        post: Takes this session's own events, on the nucleus's thread.
        clock: The time.
        last_good: For a start with a bad configuration.
        seen: Whose presence is known.
        core_thing_name: This core device.
    """

    def __init__(
        self,
        *,
        nucleus: Nucleus,
        inbox: Inbox,
        post: Callable[[SessionEvent], None],
        clock: Clock,
        last_good: LastGood,
        seen: RecentlySeen,
        core_thing_name: str,
    ) -> None:
        self._nucleus = nucleus
        self._inbox = inbox
        self._clock = clock
        self._configuration = SettingsInEffect(
            nucleus,
            post,
            self._report,
            last_good=last_good,
            started=clock.now(),
            core_thing_name=core_thing_name,
        )
        self._veto = DeploymentVeto(nucleus, post, self._report, core_thing_name)
        self._subscriptions = Subscriptions(nucleus, post, self._report)
        self._seen = seen
        self._settings: Settings | None = None
        self._everybody_reported = False
        self._listening: ListeningChanged | None = None

    def handle(self, event: SessionEvent) -> None:
        """Takes an event; what it makes necessary is done by the next `run_due`."""
        now = self._clock.now()
        match event:
            case SubscriptionClosed():
                self._subscriptions.closed(event, now)
            case ConfigurationChanged():
                self._configuration.changed(now)
            case ConfigurationStreamClosed():
                self._configuration.stream_closed(now)
                self._veto.stream_closed(now)
            case ValidationRequested():
                self._veto.answer(event)
            case TrafficBegan():
                pass  # the subscriptions know it

    def run_due(self) -> float | None:
        """Does what is due; it waits for the nucleus's answers.

        Returns:
            Steady seconds at which to be called again; None if only an event makes that necessary.
        """
        was_read, read_at = self._configuration.run_due(self._clock)
        wakes = [read_at]
        settings = self._configuration.settings
        if settings is not None:
            if was_read or self._settings is None:
                self._take_settings(settings)
            wakes.append(self._veto.run_due(self._clock, wanted=settings.deployment_veto))
            renewal_seconds = settings.subscription_renewal_seconds
            wakes.append(self._subscriptions.run_due(self._clock, renewal_seconds))
            self._report_listening()
        return min((at for at in wakes if at is not None), default=None)

    def close(self) -> None:
        """Ends every stream."""
        self._configuration.close()
        self._veto.close()
        self._subscriptions.close()

    def _report(self, notice: Notice) -> None:
        """Only the main thread reports."""
        self._inbox.put(pipeline_events.NoticeGiven(notice))

    def _take_settings(self, settings: Settings) -> None:
        """Puts settings into effect; what was refused may be allowed by now."""
        if settings != self._settings:
            self._settings = settings
            self._seen.clear()
            self._subscriptions.listen(listeners(settings, self._inbox, self._seen))
        self._inbox.put(pipeline_events.SettingsInEffect(settings))
        self._report_everybody(settings)
        self._subscriptions.try_refused()

    def _report_everybody(self, settings: Settings) -> None:
        """Says once that nobody is kept out: it may not be what the operator believes."""
        if settings.policy.gate.admits_everybody and not self._everybody_reported:
            self._everybody_reported = True
            self._report(EverybodyAdmitted())

    def _report_listening(self) -> None:
        listening = ListeningChanged(self._subscriptions.listening, self._subscriptions.refused)
        if listening != self._listening:
            self._listening = listening
            self._report(listening)
