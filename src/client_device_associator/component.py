"""The composition root: which parts the component has, and how they start and stop."""

import itertools
import os
import random
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import FrameType

from client_device_associator import __version__
from client_device_associator.channel.server import Channel
from client_device_associator.clock import Clock, SystemClock
from client_device_associator.cloud.calls import Calls
from client_device_associator.cloud.port import Worker
from client_device_associator.cloud.worker_process import WorkerProcess
from client_device_associator.configuration.needed_operations import needed_operations
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.engine import Engine
from client_device_associator.errors import NucleusError, NucleusLostError
from client_device_associator.journal.database import OnSetAside
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.set_aside import SetAside
from client_device_associator.messages.metric_message import METRICS_TOPIC
from client_device_associator.messages.topic import HEALTH_TOPIC
from client_device_associator.nucleus.ipc import IpcNucleus
from client_device_associator.nucleus.port import Nucleus
from client_device_associator.pipeline.events import (
    MeasurementRefused,
    NoticeGiven,
    NucleusLost,
    StopRequested,
)
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.pipeline.intake import Intake
from client_device_associator.pipeline.loop import EXIT_FAILED, Loop
from client_device_associator.pipeline.outboxes import Outboxes
from client_device_associator.pipeline.pipeline import Pipeline
from client_device_associator.pipeline.recently_seen import RecentlySeen
from client_device_associator.pipeline.trail_writer import TrailWriter
from client_device_associator.privacy import protect_process
from client_device_associator.reporting.cloudwatch_metrics import Measurement
from client_device_associator.reporting.health import Health
from client_device_associator.reporting.metrics import Metrics
from client_device_associator.reporting.notices import (
    JournalSetAside,
    Notice,
    Report,
    Started,
    report_to,
)
from client_device_associator.reporting.operator_log import OperatorLog, configure
from client_device_associator.reporting.state_file import StateFile
from client_device_associator.session.events import SessionEvent
from client_device_associator.session.last_good import LastGood
from client_device_associator.session.session import Session
from client_device_associator.session.thread import SessionThread
from client_device_associator.work_files import JOURNAL, LAST_GOOD, SOCKET, STATE


def main() -> int:
    """Runs with the environment of this process; returns the exit code."""
    protect_process()
    return run(os.environ)


def run(environment: Mapping[str, str]) -> int:
    """Runs the component until it is asked to stop or loses its nucleus; returns the exit code."""
    configure("INFO")
    core_thing_name = environment.get("AWS_IOT_THING_NAME", "")
    log = OperatorLog(core_thing_name, environment.get("AWS_REGION", ""))
    clock = SystemClock()
    inbox = Inbox(lambda: clock.now().steady)
    try:
        # SIGTERM ends the process at once as long as there is nothing to finish.
        nucleus = IpcNucleus(on_lost=lambda: inbox.put(NucleusLost()))
    except NucleusLostError as error:
        log.fatal(str(error))
        return EXIT_FAILED

    def stop() -> None:
        inbox.put(StopRequested(clock.now().steady))
        nucleus.give_up()

    with _signals(stop), ExitStack() as parts:
        parts.callback(nucleus.close)
        component = Component(
            core_thing_name=core_thing_name,
            nucleus=nucleus,
            worker=WorkerProcess(core_thing_name, inbox.put),
            inbox=inbox,
            journal=lambda on_set_aside: Journal(JOURNAL, on_set_aside),
            last_good=LastGood(LAST_GOOD),
            clock=clock,
            rng=random.Random(),  # noqa: S311 - jitter
            log=log,
            keep_state=StateFile(STATE).keep,
        )
        parts.callback(component.journal.close)
        parts.callback(component.loop.end)
        session = SessionThread(component.session, clock, component.report_from_thread)
        parts.callback(session.stop)
        component.report(Started(__version__, str(JOURNAL.absolute())))
        session.start()
        # The last to begin, and the first to end: nobody is to ask a component that stops.
        channel = Channel(SOCKET, inbox.put, component.report_from_thread)
        channel.start()
        parts.callback(channel.stop)
        return component.loop.run()


class Component:
    """Every part that needs no thread, put together.

    Args:
        core_thing_name: This core device.
        nucleus: Connected.
        worker: Makes the calls.
        inbox: Where other threads tell the main thread something.
        journal: Makes the journal; its argument is called for a file that was set aside.
        last_good: The last configuration that was good.
        clock: The time.
        rng: The randomness of waits.
        log: What operators read.
        keep_state: Takes the document of the component's state whenever a state has changed.
    """

    def __init__(
        self,
        *,
        core_thing_name: str,
        nucleus: Nucleus,
        worker: Worker,
        inbox: Inbox,
        journal: Callable[[OnSetAside], Journal],
        last_good: LastGood,
        clock: Clock,
        rng: random.Random,
        log: Report,
        keep_state: Callable[[Mapping[str, object]], None],
    ) -> None:
        self._core_thing_name = core_thing_name
        self._nucleus = nucleus
        self._worker = worker
        self._inbox = inbox
        self._last_good = last_good
        self._clock = clock
        self._rng = rng
        self._seen = RecentlySeen(lambda: clock.now().steady)
        self._message_numbers = itertools.count(1)
        health = Health(core_thing_name, __version__, self._publish_health, clock.now, keep_state)
        metrics = Metrics(core_thing_name, __version__, self._put_metric, self._report, clock.now)
        self.report = report_to((log, health, metrics))
        self.journal = journal(self._journal_set_aside)
        self.loop = Loop(
            inbox=inbox,
            build=self.pipeline,
            health=health,
            metrics=metrics,
            report=self.report,
            clock=clock,
        )

    def pipeline(self, settings: Settings) -> Pipeline:
        """What takes in, decides, stores, sends and calls."""
        self._seen.clear()  # what was seen may be lost with the pipeline before
        outboxes = Outboxes(
            journal=self.journal,
            nucleus=self._nucleus,
            settings=settings,
            core_thing_name=self._core_thing_name,
            post=self._inbox.put,
            numbers=self._message_numbers,
            report=self.report,
        )
        trail = TrailWriter(self.journal, settings.trail_max_entries)
        return Pipeline(
            intake=Intake(
                outboxes.send, self.report, settings.policy.gate, self._seen, trail.rejected
            ),
            engine=Engine(settings.policy, self.journal, self._rng),
            journal=self.journal,
            outboxes=outboxes,
            calls=Calls(
                self._worker,
                self.report,
                settings.worker_idle_seconds,
                frozenset(needed_operations(settings)),
            ),
            trail=trail,
            report=self.report,
        )

    def session(self, post: Callable[[SessionEvent], None]) -> Session:
        """What keeps the component configured and subscribed."""
        return Session(
            nucleus=self._nucleus,
            inbox=self._inbox,
            post=post,
            clock=self._clock,
            last_good=self._last_good,
            seen=self._seen,
            core_thing_name=self._core_thing_name,
        )

    def report_from_thread(self, notice: Notice) -> None:
        """Reports from another thread than the main thread."""
        self._inbox.put(NoticeGiven(notice))

    def _journal_set_aside(self, aside: SetAside) -> None:
        self._seen.clear()  # the devices in it are not known any more
        self.report(JournalSetAside(aside))

    def _report(self, notice: Notice) -> None:
        self.report(notice)

    def _put_metric(self, measurement: Measurement) -> None:
        def acknowledge(error: NucleusError | None) -> None:
            if error is not None:
                self._inbox.put(MeasurementRefused(measurement, str(error)))

        self._nucleus.publish(METRICS_TOPIC, measurement.message(), acknowledge)

    def _publish_health(self, message: bytes) -> None:
        self._nucleus.publish(HEALTH_TOPIC, message, lambda _: None)


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT ask for an orderly stop, however often they come."""

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the handler's signature
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
