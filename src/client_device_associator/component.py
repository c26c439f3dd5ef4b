"""The composition root: which parts the component has, and how they start and stop."""

import os
import random
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType

from client_device_associator import __version__
from client_device_associator.clock import Clock, SystemClock
from client_device_associator.cloud.worker_process import WorkerProcess
from client_device_associator.conductor import Conductor
from client_device_associator.core.engine import Engine
from client_device_associator.core.topic import HEALTH_REQUEST_TOPIC, HEALTH_TOPIC
from client_device_associator.errors import NucleusError, NucleusLost
from client_device_associator.events import (
    ConfigurationAsked,
    ConfigurationChanged,
    ConfigurationUnwatched,
    Event,
    HealthAsked,
    NucleusGone,
    StopRequested,
    SubscriptionClosed,
)
from client_device_associator.health import Health, Surroundings
from client_device_associator.inbox import Inbox
from client_device_associator.journal import Journal
from client_device_associator.listeners import listenings
from client_device_associator.live_configuration import LiveConfiguration
from client_device_associator.nucleus.ipc import IpcNucleus
from client_device_associator.nucleus.port import ComponentState, Nucleus
from client_device_associator.operator_log import OperatorLog, configure
from client_device_associator.outbox import Outbox
from client_device_associator.settings import Settings
from client_device_associator.subscriptions import Subscriptions

JOURNAL = Path("associations.sqlite3")
"""In the work directory, which the nucleus keeps over restarts and updates."""

EXIT_STOPPED = 0
EXIT_FAILED = 1
"""Any non-zero code makes the nucleus start the component again. It allows that three times an
hour, so nothing but the loss of the nucleus itself may lead to it."""


def run(environment: Mapping[str, str]) -> int:
    """Runs the component until it is told to stop or loses its nucleus; returns the exit code."""
    configure("INFO")
    log = OperatorLog(environment.get("AWS_IOT_THING_NAME", ""), environment.get("AWS_REGION", ""))
    inbox = Inbox()
    try:
        # SIGTERM ends the process at once as long as it has nothing to put in order.
        nucleus = IpcNucleus(on_lost=lambda: inbox.put(NucleusGone()))
    except NucleusLost as error:
        log.fatal(str(error))
        return EXIT_FAILED

    def stop() -> None:
        inbox.put(StopRequested())
        nucleus.give_up()

    with _signals(stop), ExitStack() as parts:
        parts.callback(nucleus.close)
        journal = Journal(JOURNAL, log.journal_set_aside)
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


class Component:
    """Every part, put together.

    Args:
        environment: What the nucleus has set.
        nucleus: Connected.
        journal: Where the state is.
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
        settings = Settings()
        self._nucleus = nucleus
        self._inbox = inbox
        self._clock = clock
        self._log = log
        self._settings = settings
        self._reported: ComponentState | None = None
        self._heard: list[str] = []
        self._configuration = LiveConfiguration(nucleus, inbox.put, log)
        self._subscriptions = Subscriptions(nucleus, inbox.put, log)
        self._subscriptions.listen(listenings(settings.sources, inbox))
        self._health = Health(
            core_thing_name,
            lambda message: nucleus.publish(HEALTH_TOPIC, message, lambda _: None),
            self._figures,
            clock.now(),
        )
        self._conductor = Conductor(
            engine=Engine(settings.policy, journal, random.Random()),  # noqa: S311 - jitter
            journal=journal,
            outbox=Outbox(
                journal=journal,
                nucleus=nucleus,
                settings=settings,
                core_thing_name=core_thing_name,
                post=inbox.put,
                log=log,
            ),
            worker=WorkerProcess(core_thing_name, inbox.put),
            clock=clock,
            log=log,
            health=self._health,
            worker_idle_seconds=settings.worker_idle_seconds,
        )

    def run(self) -> int:
        """Listens and works until there is a reason to stop; returns the exit code."""
        self._log.started(__version__, str(JOURNAL.resolve()))
        # On lite there is no such thing, and nobody waits.
        with suppress(NucleusError):
            self._nucleus.agree_to_component_updates()
        wait: float | None = 0.0
        while True:
            events = self._inbox.gather(wait)
            exit_code = self._exit_code(events)
            if exit_code is not None:
                self._conductor.last_turn(events)
                return exit_code
            for event in events:
                self._heed(event)
            wait = self._turn(events)

    def close(self) -> None:
        """Ends what the parts have begun."""
        self._conductor.close()

    def _exit_code(self, events: Sequence[Event]) -> int | None:
        """Whether it is time to end, and how."""
        for event in events:
            if isinstance(event, StopRequested):
                self._log.stopping("the nucleus asked for it")
                return EXIT_STOPPED
            if isinstance(event, NucleusGone):
                self._log.stopping("the connection to the nucleus is lost")
                return EXIT_FAILED
        return None

    def _figures(self) -> Mapping[str, int]:
        return {**self._conductor.figures(), "turnedAway": self._inbox.turned_away_so_far}

    def _heed(self, event: Event) -> None:
        """Passes on what concerns neither announcements nor calls."""
        if isinstance(event, SubscriptionClosed):
            self._subscriptions.closed(event, self._clock.now())
        elif isinstance(event, ConfigurationChanged):
            self._configuration.changed(self._clock.now())
        elif isinstance(event, ConfigurationUnwatched):
            self._configuration.unwatched(self._clock.now())
        elif isinstance(event, ConfigurationAsked):
            self._configuration.asked(event)
        elif isinstance(event, HealthAsked):
            self._health.asked()

    def _turn(self, events: Sequence[Event]) -> float | None:
        """Lets every part do what is due; returns the seconds until something is due again."""
        was_read, read_at = self._configuration.tend(self._clock.now())
        if was_read:
            self._take_settings()
        now = self._clock.now()
        renew_at = self._subscriptions.tend(now, self._settings.subscription_renewal_seconds)
        self._report()
        wait = self._conductor.turn(events, self._inbox.turned_away())
        now = self._clock.now()
        surroundings = Surroundings(
            self._subscriptions.heard, self._subscriptions.refused, self._configuration.problems
        )
        tell_at = self._health.tend(surroundings, now)
        waits = [max(0.0, at - now.steady) for at in (read_at, renew_at, tell_at) if at is not None]
        return min([*waits, *([] if wait is None else [wait])], default=None)

    def _take_settings(self) -> None:
        """Puts the settings in force that were read; what was refused may be allowed by now."""
        settings = self._configuration.settings
        if settings != self._settings:
            configure(settings.log_level)
            self._settings = settings
            self._conductor.reconfigured(settings)
            self._subscriptions.listen(listenings(settings.sources, self._inbox))
        self._subscriptions.try_refused()
        self._conductor.try_refused()

    def _report(self) -> None:
        """Tells the nucleus RUNNING when the component hears, ERRORED when it may not at all.

        A nucleus that is just slow is no case for a person, and ERRORED has us restarted.
        """
        heard = [one for one in self._subscriptions.heard if one != HEALTH_REQUEST_TOPIC]
        wanted = {source.topic_filter for source in self._settings.sources}
        if heard != self._heard:
            self._heard = heard
            self._log.listening(heard)
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


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT ask for an orderly stop, however often they come."""

    def heed(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the handler's signature
        stop()

    before = {number: signal.signal(number, heed) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main() -> int:
    """Runs with the environment of this process."""
    return run(os.environ)
