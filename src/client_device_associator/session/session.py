"""Keeps the component configured and listening, on a thread that may wait for the nucleus.

A nucleus that is busy with a deployment answers late, or not at all. Whatever has to be asked of it
is asked here, so that neither an announcement nor an answer of the cloud waits for that.
"""

import queue
import threading
import time
from contextlib import suppress

from client_device_associator.clock import Clock
from client_device_associator.configuration.settings import Settings
from client_device_associator.errors import NucleusError
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC
from client_device_associator.nucleus.port import ComponentState, Nucleus
from client_device_associator.pipeline.events import (
    ConfigurationAsked,
    ConfigurationChanged,
    ConfigurationUnwatched,
    Event,
    SettingsRead,
    StopRequested,
    SubscriptionClosed,
    SurroundingsChanged,
)
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.reporting.health import Surroundings
from client_device_associator.reporting.operator_log import OperatorLog
from client_device_associator.session.last_good import LastGood
from client_device_associator.session.listeners import listenings
from client_device_associator.session.settings_in_effect import LiveConfiguration
from client_device_associator.session.subscriptions import Subscriptions

AFTER_MISTAKE_SECONDS = 30.0
"""Until it is tried again what has met an error that nobody foresaw."""

END_SECONDS = 1.0
"""For the thread to end; it is in the middle of an IPC call at most, which is given up."""


class Keeper:
    """Owns the live configuration and the subscriptions.

    Args:
        nucleus: Where everything is asked.
        inbox: Takes announcements, and what the engine's thread has to know.
        clock: The time.
        log: What operators are told.
        last_good: For a start with a bad configuration.
    """

    def __init__(
        self, nucleus: Nucleus, inbox: Inbox, clock: Clock, log: OperatorLog, last_good: LastGood
    ) -> None:
        self._nucleus = nucleus
        self._inbox = inbox
        self._clock = clock
        self._log = log
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._configuration = LiveConfiguration(
            nucleus, self._events.put, log, last_good, clock.now()
        )
        self._subscriptions = Subscriptions(nucleus, self._events.put, log)
        self._settings: Settings | None = None
        self._told: Surroundings | None = None
        self._reported: ComponentState | None = None
        self._said: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begins to watch and to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; subscriptions end with the connection."""
        self._events.put(StopRequested())
        self._thread.join(END_SECONDS)

    def _run(self) -> None:
        while not self._is_kept():
            if self._is_stopped_within(AFTER_MISTAKE_SECONDS):
                return

    def _is_kept(self) -> bool:
        """Goes on until it is told to stop; False if that came to an end which nobody foresaw."""
        try:
            self._keep()
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not leave us deaf
            self._log.unforeseen(error)
            return False
        return True

    def _is_stopped_within(self, seconds: float) -> bool:
        give_up_at = time.monotonic() + seconds
        with suppress(queue.Empty):
            while not isinstance(
                self._events.get(timeout=max(0.0, give_up_at - time.monotonic())), StopRequested
            ):
                pass
            return True
        return False

    def _keep(self) -> None:
        wait: float | None = 0.0
        while True:
            event: Event | None = None
            with suppress(queue.Empty):
                event = self._events.get(timeout=wait)
            if isinstance(event, StopRequested):
                return
            self._heed(event)
            wake_at = self._tend()
            wait = None if wake_at is None else max(0.0, wake_at - self._clock.now().steady)

    def _heed(self, event: Event | None) -> None:
        now = self._clock.now()
        if isinstance(event, SubscriptionClosed):
            self._subscriptions.closed(event, now)
        elif isinstance(event, ConfigurationChanged):
            self._configuration.changed(now)
        elif isinstance(event, ConfigurationUnwatched):
            self._configuration.unwatched(now)
        elif isinstance(event, ConfigurationAsked):
            self._configuration.asked(event)

    def _tend(self) -> float | None:
        """Does what is due; returns the steady moment at which something is due again."""
        was_read, read_at = self._configuration.tend(self._clock)
        renew_at: float | None = None
        # Not by the defaults: they may be just what somebody has configured otherwise.
        if self._configuration.is_known:
            if was_read or self._settings is None:
                self._take_settings(self._configuration.settings)
            renewal_seconds = self._configuration.settings.subscription_renewal_seconds
            renew_at = self._subscriptions.tend(self._clock, renewal_seconds)
            self._report()
        surroundings = Surroundings(
            self._subscriptions.heard, self._subscriptions.refused, self._configuration.problems
        )
        if surroundings != self._told:
            self._told = surroundings
            self._inbox.put(SurroundingsChanged(surroundings))
        return min((at for at in (read_at, renew_at) if at is not None), default=None)

    def _take_settings(self, settings: Settings) -> None:
        """Puts settings in force; what was refused may be allowed by now."""
        if settings != self._settings:
            self._settings = settings
            self._subscriptions.listen(listenings(settings.sources, self._inbox))
            self._said.clear()
        self._inbox.put(SettingsRead(settings))
        self._subscriptions.try_refused()

    def _report(self) -> None:
        """Tells the nucleus RUNNING when the component hears, ERRORED when it may not at all.

        A nucleus that is just slow is no case for a person, and ERRORED has us restarted.
        """
        heard = [one for one in self._subscriptions.heard if one != HEALTH_REQUEST_TOPIC]
        # One that the nucleus closes time and again is not said each time that it is back.
        if not self._said.issuperset(heard):
            self._said.update(heard)
            self._log.listening(heard)
        wanted = {source.topic_filter for source in self._configuration.settings.sources}
        state = self._reported
        if heard:
            state = ComponentState.RUNNING
        elif wanted <= set(self._subscriptions.forbidden):
            state = ComponentState.ERRORED
        if state is not None and state is not self._reported:
            self._reported = state
            try:
                self._nucleus.report(state)
            except NucleusError as error:
                self._log.state_not_reported(state.value, str(error))
