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
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.engine import Engine
from client_device_associator.errors import NucleusLost
from client_device_associator.journal.journal import Journal
from client_device_associator.messages.topic import HEALTH_TOPIC
from client_device_associator.nucleus.ipc import IpcNucleus
from client_device_associator.nucleus.port import Nucleus
from client_device_associator.pipeline.events import (
    Event,
    HealthAsked,
    NucleusGone,
    SettingsRead,
    StopRequested,
    SurroundingsChanged,
)
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.pipeline.outbox import Outbox
from client_device_associator.pipeline.pipeline import Conductor
from client_device_associator.reporting.health import Health, Surroundings
from client_device_associator.reporting.operator_log import OperatorLog, configure
from client_device_associator.session.last_good import LastGood
from client_device_associator.session.session import Keeper

JOURNAL, LAST_GOOD = Path("associations.sqlite3"), Path("last-good-configuration.json")
"""In the work directory, which the nucleus keeps over restarts and updates."""

LAST_TURNS = 10
"""So many take in whatever the inbox can hold."""

AFTER_MISTAKE_SECONDS = 1.0
"""After a turn that met an error which nobody foresaw; what is pending is in the journal."""

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
            last_good=LastGood(LAST_GOOD),
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
        last_good: The last configuration that was good.
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
        last_good: LastGood,
        clock: Clock,
        log: OperatorLog,
    ) -> None:
        core_thing_name = environment.get("AWS_IOT_THING_NAME", "")
        settings = Settings()
        self._inbox = inbox
        self._clock = clock
        self._log = log
        self._is_configured = False
        self._surroundings = Surroundings([], [], [])
        self._keeper = Keeper(nucleus, inbox, clock, log, last_good)
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
        self._keeper.start()
        wait: float | None = None
        while True:
            events = self._inbox.gather(wait)
            exit_code = self._exit_code(events)
            if exit_code is not None:
                self._take_in_the_rest(events)
                return exit_code
            for event in events:
                self._heed(event)
            try:
                wait = self._turn(events)
            except Exception as error:  # noqa: BLE001 - see EXIT_FAILED: it must cost a turn at most
                self._log.unforeseen(error)
                wait = AFTER_MISTAKE_SECONDS

    def close(self) -> None:
        """Ends what the parts have begun."""
        self._keeper.stop()
        self._conductor.close()

    def _take_in_the_rest(self, events: Sequence[Event]) -> None:
        for _ in range(LAST_TURNS):
            self._conductor.last_turn(events)
            events = self._inbox.gather(0.0)
            if not events:
                return

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
        if isinstance(event, SettingsRead):
            configure(event.settings.log_level)
            self._conductor.reconfigured(event.settings)
            self._conductor.try_refused()
            self._is_configured = True
        elif isinstance(event, SurroundingsChanged):
            self._surroundings = event.surroundings
        elif isinstance(event, HealthAsked):
            self._health.asked()

    def _turn(self, events: Sequence[Event]) -> float | None:
        """Lets every part do what is due; returns the seconds until something is due again."""
        if not self._is_configured:
            return None  # nothing is heard yet, and what is owed may have another topic by now
        wait = self._conductor.turn(events, self._inbox.turned_away())
        now = self._clock.now()
        tell_at = self._health.tend(self._surroundings, now)
        waits = (wait, None if tell_at is None else max(0.0, tell_at - now.steady))
        return min((one for one in waits if one is not None), default=None)


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
