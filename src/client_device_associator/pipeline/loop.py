"""The main thread's loop: one dispatch of its events, from the first settings to the end."""

import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from client_device_associator.channel.port import Asked, Looked, PermissionsAsked
from client_device_associator.channel.protocol import Refused, Told, Trouble
from client_device_associator.clock import Clock
from client_device_associator.configuration.settings import Settings
from client_device_associator.messages.metric_message import METRIC_ANSWERS_TOPIC
from client_device_associator.pipeline.events import (
    Event,
    HealthRequested,
    MeasurementRefused,
    NoticeGiven,
    NucleusLost,
    Origin,
    SettingsInEffect,
    StopRequested,
)
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.pipeline.pipeline import Pipeline
from client_device_associator.reporting.health import Health
from client_device_associator.reporting.metrics import Metrics
from client_device_associator.reporting.notices import (
    DefectFound,
    ListeningChanged,
    Report,
    Stopping,
)
from client_device_associator.reporting.operator_log import configure

EXIT_STOPPED = 128 + signal.SIGTERM
"""What a shell says of a process that SIGTERM has ended. After 0 the classic nucleus takes the
component for finished and starts it no more; while it stops the component it does not care."""

EXIT_FAILED = 1
"""Any non-zero code makes the nucleus start the component again. It allows that three times an
hour, so only the loss of the nucleus may lead to it."""

TAKE_IN_SECONDS, STORE_SENT_SECONDS = 0.5, 0.8
"""From the moment of a stop, which has to be over within 2 s: until then what has come is stored,
a portion at a time, and until then what was sent. A portion takes as long as the disk does."""

AFTER_DEFECT_SECONDS, _AFTER_DEFECT_DOUBLINGS = 1.0, 6
"""After a turn with an exception that nobody foresaw, doubling while they follow each other; what
is pending is in the journal."""

_NOT_READY = "the component has not read its configuration yet; try again in a minute"


_NOT_NEEDED = frozenset({METRIC_ANSWERS_TOPIC})
"""To hear every client device; the component listens to it all the same."""


class Loop:
    """Handles what the inbox has, until there is a reason to end.

    Nothing is done before the first settings are known: no pipeline exists until then, and what is
    to be sent may have another topic by now.

    Args:
        inbox: What other threads tell.
        build: Makes a pipeline on the journal; called again after an exception that nobody foresaw,
            because the memory of the one before may be wrong.
        health: What may be asked for.
        metrics: What is told without being asked for.
        report: Takes what an operator may want to know.
        clock: The time.

    Attributes:
        wake_at: When to take a turn without an event; steady seconds, or None.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        build: Callable[[Settings], Pipeline],
        health: Health,
        metrics: Metrics,
        report: Report,
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._build = build
        self._health = health
        self._metrics = metrics
        self._report = report
        self._clock = clock
        self._settings: Settings | None = None
        self._pipeline: Pipeline | None = None
        self._listens_to_all = False
        self._defects = 0
        self._ends_at: float | None = None
        self.wake_at: float | None = None

    def run(self) -> int:
        """Takes turns until there is a reason to end; returns the exit code."""
        while (exit_code := self.turn()) is None:
            self._inbox.wait(self.wake_at)
        return exit_code

    def turn(self) -> int | None:
        """Handles what the inbox has now; returns the exit code if there is a reason to end."""
        batch = self._inbox.take()
        exit_code = self._exit_code(batch.events)
        try:
            events = self._handle(batch.events)
            if exit_code is None:
                self.wake_at = self._work(events, batch.overflow)
            else:
                self._take_in_the_rest(events)
        except Exception as error:  # noqa: BLE001 - see EXIT_FAILED: it must cost a turn at most
            self.wake_at = self._start_over(error)
        return exit_code

    def end(self) -> None:
        """Ends the worker and stores which results were taken; nothing else is left to do."""
        if self._pipeline is None:
            return
        self._pipeline.end()
        now = self._clock.now()
        if self._ends_at is None or now.steady < self._ends_at + STORE_SENT_SECONDS:
            self._pipeline.store_sent(now)

    def _exit_code(self, events: Sequence[Event]) -> int | None:
        """The exit code, if one of the events is a reason to end."""
        for event in events:
            match event:
                case NucleusLost():
                    self._report(Stopping("the connection to the nucleus is lost"))
                    self._ends_at = self._clock.now().steady
                    return EXIT_FAILED
                case StopRequested():
                    self._report(Stopping("SIGTERM has come, from the nucleus or from a person"))
                    self._ends_at = event.at
                    return EXIT_STOPPED
        return None

    def _take_settings(self, settings: Settings) -> None:
        configure(settings.log_level)
        self._metrics.reconfigure(settings)
        self._settings = settings
        if self._pipeline is None:
            self._pipeline = self._build(settings)
            self._tell_listening()
        else:
            self._pipeline.reconfigure(settings)
            self._pipeline.send_refused_now(self._clock.now())

    def _take_in_the_rest(self, events: Sequence[Event]) -> None:
        """Stores what has come, as far as the time allows.

        So announcements that were delivered are there for the next process, and an answer of the
        cloud need not be asked for again.
        """
        if self._pipeline is None or self._ends_at is None:
            return
        end = self._ends_at + TAKE_IN_SECONDS
        while events:
            now = self._clock.now()
            if now.steady >= end or not self._pipeline.take_in(events, (), now):
                return
            events = self._inbox.take().events

    def _handle(self, events: Sequence[Event]) -> list[Event]:
        """Handles what is not the pipeline's; returns the rest."""
        rest: list[Event] = []
        for event in events:
            match event:
                case SettingsInEffect():
                    self._take_settings(event.settings)
                case HealthRequested():
                    self._health.request()
                case MeasurementRefused():
                    self._metrics.refused(event.measurement, event.why)
                case NoticeGiven():
                    self._report(event.notice)
                    if isinstance(event.notice, ListeningChanged):
                        self._listens_to_all = set(event.notice.refused) <= _NOT_NEEDED
                        self._tell_listening()
                case Looked():
                    event.answer(Told(self._health.document(self._figures())))
                case Asked() | PermissionsAsked() if self._pipeline is None:
                    event.answer(Refused(Trouble.NOT_READY, _NOT_READY))
                case _:
                    rest.append(event)
        return rest

    def _work(self, events: Sequence[Event], overflow: Sequence[Origin]) -> float | None:
        """A turn of the pipeline; returns when the next one is due, in steady seconds."""
        if self._pipeline is None:
            return None
        wake_at = self._pipeline.turn(events, overflow, self._clock.now())
        self._defects = 0
        waits = (
            wake_at,
            self._health.run_due(self._figures),
            self._metrics.run_due(self._pipeline.metric_figures),
        )
        return min((at for at in waits if at is not None), default=None)

    def _start_over(self, error: Exception) -> float | None:
        """Goes on with another pipeline on the same journal; returns when, in steady seconds."""
        self._report(DefectFound(error))
        if self._pipeline is None or self._settings is None:
            return None
        with suppress(Exception):  # what it remembers is lost anyway
            self._pipeline.end()
        self._pipeline = self._build(self._settings)
        self._tell_listening()
        pause = AFTER_DEFECT_SECONDS * 2.0 ** min(self._defects, _AFTER_DEFECT_DOUBLINGS)
        self._defects += 1
        return float(self._clock.now().steady + pause)

    def _tell_listening(self) -> None:
        if self._pipeline is not None:
            self._pipeline.listening(self._clock.now(), to_all=self._listens_to_all)

    def _figures(self) -> Mapping[str, int]:
        figures = self._pipeline.figures() if self._pipeline is not None else {}
        counted = {"turnedAway": self._inbox.overflowed, "unreadable": self._inbox.unreadable}
        return {**figures, **counted}
