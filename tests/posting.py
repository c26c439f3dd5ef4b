"""An outbox between a real journal and a made-up nucleus."""

import json
from pathlib import Path

from builders import moment, numbered
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.decision import Decision
from client_device_associator.core.result import Result, Status
from client_device_associator.errors import NucleusError
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline.events import Event, MessageTaken
from client_device_associator.pipeline.outbox import (
    Outbox,
)
from client_device_associator.reporting.operator_log import OperatorLog
from fakes import FakeNucleus


class Post:
    """An outbox between a real journal and a made-up nucleus."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.journal = Journal(path)
        self.nucleus = FakeNucleus()
        self.events: list[Event] = []
        self.seconds = 0.0
        self.outbox = Outbox(
            journal=self.journal,
            nucleus=self.nucleus,
            settings=settings,
            core_thing_name="core-1",
            post=self.events.append,
            log=OperatorLog("core-1", "eu-central-1"),
        )

    def pump(self) -> float | None:
        """Publishes; returns the seconds at which to go on."""
        wake_at = self.outbox.pump(moment(self.seconds))
        return None if wake_at is None else wake_at - moment().steady

    def take(self, error: NucleusError | None = None) -> None:
        """The nucleus deals with everything published, and the outbox hears of it."""
        published, self.nucleus.published = self.nucleus.published, []
        for one in published:
            one.on_taken(error)
        events, self.events[:] = list(self.events), []
        for event in events:
            assert isinstance(event, MessageTaken)
            assert event.error == error
            self.outbox.taken(event)

    def must_store(self) -> bool:
        """Whether the outbox wants a commit."""
        return self.outbox.must_store

    def store(self) -> None:
        """Notes what was taken, as the conductor does."""
        with self.journal.transaction():
            self.outbox.store(moment(self.seconds))
        self.outbox.stored()

    def owe(self, count: int, topic: str = "t") -> None:
        """The journal owes so many results."""
        owed = tuple(Result(topic, Status.ASSOCIATED, name) for name in numbered(count))
        with self.journal.transaction():
            self.journal.store(Decision(owed=owed))

    def names(self) -> list[object]:
        """Who is in the messages that the nucleus has been handed."""
        found: list[object] = []
        for one in self.nucleus.published:
            message = one.message
            document = json.loads(message) if isinstance(message, bytes) else message
            results = document["results"]
            assert isinstance(results, list)
            found.extend(entry.get("thingName") for entry in results)
        return found

    def left(self) -> int:
        """How many results the journal still owes."""
        return len(self.journal.owed(moment(1e9).steady, 1_000_000))


def told(*names: str | None) -> list[Result]:
    """Results that are only told."""
    return [Result("t", Status.REJECTED, name) for name in names]
