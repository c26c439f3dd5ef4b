"""A conductor between a real journal and made-up ports."""

import json
from pathlib import Path

from builders import SHARED
from client_device_associator.cloud.worker_process import Worker
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.answer import Answer
from client_device_associator.core.engine import Engine
from client_device_associator.core.policy import Policy
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline.events import AnswerArrived, Event, MessageArrived
from client_device_associator.pipeline.outbox import Outbox
from client_device_associator.pipeline.pipeline import Conductor
from client_device_associator.reporting.health import Health
from client_device_associator.reporting.operator_log import OperatorLog
from engine_driver import HighDice
from fakes import FakeClock, FakeNucleus, FakeWorker

IDLE_SECONDS = 60.0


class Stage:
    """A conductor and everything that it conducts; the ports are made up, the rest is real."""

    def __init__(self, path: Path) -> None:
        self.events: list[Event] = []
        self.clock = FakeClock()
        self.nucleus = FakeNucleus()
        self.worker = FakeWorker()
        self.journal = Journal(path)
        self.idle_seconds = IDLE_SECONDS
        self.told_health: list[bytes] = []
        self.health = Health("core-1", self.told_health.append, dict, self.clock.now())
        self.conductor = self.conducting(self.worker)

    def conducting(self, worker: Worker) -> Conductor:
        """A conductor with a worker of one's choice."""
        engine = Engine(Policy(), self.journal, HighDice())
        log = OperatorLog("core-1", "eu-central-1")
        outbox = Outbox(
            journal=self.journal,
            nucleus=self.nucleus,
            settings=Settings(),
            core_thing_name="core-1",
            post=self.events.append,
            log=log,
        )
        return Conductor(
            engine=engine,
            journal=self.journal,
            outbox=outbox,
            worker=worker,
            clock=self.clock,
            log=log,
            health=self.health,
            worker_idle_seconds=self.idle_seconds,
        )

    def turn(self, *events: Event, turned_away: tuple[str, ...] = ()) -> float | None:
        """One turn with what has been posted and these."""
        posted, self.events[:] = [*self.events, *events], []
        return self.conductor.turn(posted, list(turned_away))

    def announce(self, *names: str) -> float | None:
        """One turn with an announcement of these."""
        payload = json.dumps({"thingNames": names}).encode()
        return self.turn(MessageArrived(None, SHARED, payload))

    def answer(self, answer: Answer) -> float | None:
        """One turn with an answer to the last call."""
        return self.turn(AnswerArrived(self.worker.calls[-1].call_id, answer))

    def called(self) -> list[tuple[str, ...]]:
        """The names of every call so far."""
        return [call.thing_names for call in self.worker.calls]

    def pass_turns(self, wait: float | None, until: float) -> None:
        """Turns whenever one is due, until a second, or until only an event makes one."""
        for _ in range(200):
            if wait is None or self.clock.seconds + wait > until:
                self.clock.seconds = until
                return
            self.clock.seconds += wait
            wait = self.turn()
        raise AssertionError("it turns and turns")

    def results(self) -> list[tuple[str | None, str, str | None]]:
        """Thing name, status and code of everything published; the nucleus takes it all."""
        found: list[tuple[str | None, str, str | None]] = []
        published, self.nucleus.published = self.nucleus.published, []
        for one in published:
            assert isinstance(one.message, bytes)
            found.extend(
                (entry.get("thingName"), entry["status"], entry.get("code"))
                for entry in json.loads(one.message)["results"]
            )
            one.on_taken(None)
        return found


def fill_disk(stage: Stage, *, full: bool) -> None:
    """Leaves no room for another page, or room again."""
    pages = 1 if full else 1_000_000
    stage.journal._db.execute(f"PRAGMA max_page_count = {pages}")  # noqa: SLF001 - SQLite's own small disk
