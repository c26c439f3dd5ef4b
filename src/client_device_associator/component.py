"""The composition root: which parts the component has, and how they start and stop."""

import os
import random
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from client_device_associator import __version__
from client_device_associator.clock import Clock, SystemClock
from client_device_associator.cloud.worker_process import WorkerProcess
from client_device_associator.conductor import Conductor
from client_device_associator.core.backoff import DEVICE
from client_device_associator.core.engine import Engine
from client_device_associator.errors import AssociatorError, NucleusError
from client_device_associator.events import Event, NucleusGone, StopRequested, SubscriptionClosed
from client_device_associator.inbox import Inbox
from client_device_associator.journal import Journal
from client_device_associator.nucleus.ipc import IpcNucleus
from client_device_associator.nucleus.port import Nucleus
from client_device_associator.operator_log import OperatorLog, configure
from client_device_associator.outbox import Outbox
from client_device_associator.settings import Settings, read_settings
from client_device_associator.subscriptions import Subscriptions

JOURNAL = Path("associations.sqlite3")
"""In the work directory, which the nucleus keeps over restarts and updates."""

EXIT_STOPPED = 0
EXIT_FAILED = 1
"""Any non-zero code makes the nucleus start the component again."""


def run(environment: Mapping[str, str]) -> int:
    """Runs the component until it is told to stop or loses its nucleus; returns the exit code."""
    configure("INFO")
    log = OperatorLog(environment.get("AWS_IOT_THING_NAME", ""), environment.get("AWS_REGION", ""))
    inbox = Inbox()
    with _signals(inbox.put), ExitStack() as parts:
        try:
            nucleus = IpcNucleus(on_lost=lambda: inbox.put(NucleusGone()))
            parts.callback(nucleus.close)
            journal = Journal(JOURNAL)
            parts.callback(journal.close)
            component = Component(
                environment=environment,
                nucleus=nucleus,
                journal=journal,
                inbox=inbox,
                clock=SystemClock(),
                log=log,
            )
            parts.callback(component.close)
            return component.run()
        except AssociatorError as error:
            log.fatal(str(error))
            return EXIT_FAILED


class Component:
    """Every part, put together.

    Args:
        environment: What the nucleus has set.
        nucleus: Connected.
        journal: Open.
        inbox: Where other threads report.
        clock: The time.
        log: What operators are told.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str],
        nucleus: Nucleus,
        journal: Journal,
        inbox: Inbox,
        clock: Clock,
        log: OperatorLog,
    ) -> None:
        core_thing_name = environment.get("AWS_IOT_THING_NAME", "")
        self._nucleus = nucleus
        self._journal = journal
        self._inbox = inbox
        self._clock = clock
        self._log = log
        self._settings = _settings(nucleus, log)
        self._subscriptions = Subscriptions(nucleus, inbox.offer, inbox.put, log)
        self._conductor = Conductor(
            engine=Engine(self._settings.policy, journal, random.Random()),  # noqa: S311 - jitter
            journal=journal,
            outbox=Outbox(journal, nucleus, self._settings, core_thing_name, inbox.put),
            worker=WorkerProcess(core_thing_name, inbox.put),
            clock=clock,
            log=log,
            worker_idle_seconds=self._settings.worker_idle_seconds,
        )

    def run(self) -> int:
        """Listens and works until there is a reason to stop; returns the exit code."""
        self._begin()
        wait: float | None = 0.0
        while True:
            events = self._inbox.gather(wait)
            for event in events:
                if isinstance(event, StopRequested):
                    self._log.stopping("the nucleus asked for it")
                    return EXIT_STOPPED
                if isinstance(event, NucleusGone):
                    self._log.stopping("the connection to the nucleus is lost")
                    return EXIT_FAILED
                if isinstance(event, SubscriptionClosed):
                    self._subscriptions.closed(event.key)
            wait = self._turn(events)

    def close(self) -> None:
        """Ends what the parts have begun."""
        self._conductor.close()

    def _begin(self) -> None:
        now = self._clock.now()
        self._journal.take_up(now.steady, DEVICE.cap)
        path = str(JOURNAL.resolve())
        self._log.started(__version__, path, self._journal.pending())
        self._subscriptions.listen(self._settings.sources)
        self._subscriptions.tend(now, self._settings.subscription_renewal_seconds)
        self._log.listening(self._subscriptions.topic_filters)
        try:
            self._nucleus.report_running()
        except NucleusError as error:
            self._log.state_not_reported(str(error))

    def _turn(self, events: Sequence[Event]) -> float | None:
        wait = self._conductor.turn(events, self._inbox.turned_away())
        now = self._clock.now()
        renewal = self._settings.subscription_renewal_seconds
        renew_at = self._subscriptions.tend(now, renewal)
        waits = (wait, None if renew_at is None else max(0.0, renew_at - now.steady))
        return min((one for one in waits if one is not None), default=None)


def _settings(nucleus: Nucleus, log: OperatorLog) -> Settings:
    reading = read_settings(nucleus.configuration())
    log.settings_doubtful(reading.warnings)
    if reading.settings is None:
        log.settings_refused(reading.problems)
    settings = reading.settings or Settings()
    configure(settings.log_level)
    return settings


@contextmanager
def _signals(post: Callable[[Event], None]) -> Iterator[None]:
    """SIGTERM and SIGINT ask for an orderly stop, however often they come."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the handler's signature
        post(StopRequested())

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main() -> int:
    """Runs with the environment of this process."""
    return run(os.environ)
