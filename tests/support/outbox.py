"""An outbox between a real journal and a nucleus that a test answers for."""

import itertools
import json
from pathlib import Path

from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.result import Result, Status
from client_device_associator.errors import NucleusError
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline.events import Event, PublishAcknowledged
from client_device_associator.pipeline.outbox import Outbox
from client_device_associator.reporting.notices import Notice
from support.fakes import FakeNucleus
from support.values import moment, numbered, settings


class SendingOutbox:
    """An outbox with the default settings, and the time.

    Args:
        path: The journal.
        bus: Where the results go.
    """

    def __init__(self, path: Path, bus: Bus = Bus.LOCAL) -> None:
        self.bus = bus
        self.journal = Journal(path)
        self.nucleus = FakeNucleus()
        self.events: list[PublishAcknowledged] = []
        self.notices: list[Notice] = []
        self.seconds = 0.0
        self.outbox = Outbox(
            journal=self.journal,
            nucleus=self.nucleus,
            settings=settings(),
            core_thing_name="core-1",
            post=self._take,
            numbers=itertools.count(1),
            report=self.notices.append,
            bus=bus,
        )

    def run_due(self) -> float | None:
        """Publishes; returns the second at which to go on."""
        wake_at = self.outbox.run_due(moment(self.seconds))
        return None if wake_at is None else wake_at - moment().steady

    def acknowledge(self, error: NucleusError | None = None) -> None:
        """The nucleus takes everything published, or refuses it, and the outbox is informed."""
        published, self.nucleus.published = self.nucleus.published, []
        for one in published:
            one.on_acknowledged(error)
        events, self.events[:] = list(self.events), []
        for event in events:
            assert event.error == error
            self.outbox.acknowledged(event)

    def _take(self, event: Event) -> None:
        assert isinstance(event, PublishAcknowledged)
        self.events.append(event)

    def must_store(self) -> bool:
        """Whether there is enough to be worth a commit."""
        return self.outbox.must_store

    def store(self) -> None:
        """Stores what was taken, as the pipeline does."""
        with self.journal.transaction():
            self.outbox.store(moment(self.seconds))
        self.outbox.stored()

    def keep(self, count: int, topic: str = "t") -> None:
        """So many durable results are stored."""
        durable = tuple(
            Result(topic, Status.ASSOCIATED, name, bus=self.bus) for name in numbered(count)
        )
        with self.journal.transaction():
            self.journal.store(Decision(durable=durable))

    def names(self) -> list[object]:
        """The devices in the messages that the nucleus was given."""
        found: list[object] = []
        for one in self.nucleus.published:
            message = one.message
            document = json.loads(message) if isinstance(message, bytes) else message
            results = document["results"]
            assert isinstance(results, list)
            found.extend(entry.get("thingName") for entry in results)
        return found

    def unsent(self) -> int:
        """How many results the journal still keeps."""
        return len(self.journal.unsent(moment(1e9).steady, 1_000_000, bus=self.bus))


def transient(*names: str | None, topic: str = "t") -> list[Result]:
    """Rejections of these."""
    return [Result(topic, Status.REJECTED, name) for name in names]
