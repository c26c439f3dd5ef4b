"""The component's own parts, with an eye on what goes through them."""

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from client_device_associator.component import Component
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.result import Result
from client_device_associator.journal.database import OnSetAside, Opener
from client_device_associator.journal.journal import Journal
from client_device_associator.pipeline.events import (
    ClaimArrived,
    Event,
    MessageArrived,
    SettingsInEffect,
)
from client_device_associator.pipeline.inbox import Batch, Inbox
from client_device_associator.pipeline.pipeline import Pipeline
from simulation.plan import Message
from simulation.record import Record


class WatchedInbox(Inbox):
    """The real inbox.

    Attributes:
        arriving: The message that the nucleus is delivering.
        waiting: Those that were let in, in order.
        is_shut: Whether the process is dead.
    """

    def __init__(self, steady: Callable[[], float], record: Record) -> None:
        super().__init__(steady)
        self.arriving: Message | None = None
        self.waiting: deque[Message] = deque()
        self.is_shut = False
        self.is_settled: Callable[[], bool] = lambda: False
        self._record = record
        self._turned_away: list[str] = []

    def put(self, event: Event) -> None:
        """Adds an event, unless nobody is there any more."""
        if self.is_shut:
            return
        if isinstance(event, SettingsInEffect):
            self._record.chosen(event.settings)
        super().put(event)

    def offer(self, message: MessageArrived | ClaimArrived) -> bool:
        """Adds a message if there is room."""
        if self.is_shut or self.arriving is None or isinstance(message, ClaimArrived):
            return False
        before = self.overflowed
        super().offer(message)
        self._record.offered(self.arriving)
        if self.overflowed == before:
            self.waiting.append(self.arriving)
        else:
            self._record.world.strike("message turned away")
            self._turned_away.append(message.topic)
            self._record.turned_away(message.payload, self.waiting)
        return self.overflowed == before

    def take(self) -> Batch:
        """Takes a batch; a turn begins."""
        batch = super().take()
        for event in batch.events:
            if isinstance(event, SettingsInEffect):
                self._record.reconfigured(event.settings)
        messages = [self._next(one) for one in batch.events if isinstance(one, MessageArrived)]
        turned_away, self._turned_away = self._turned_away, []
        alone = len(messages) == len(batch.events) and not turned_away and self.is_settled()
        self._record.turn_begins(messages, turned_away, alone=alone, events=len(batch.events))
        return batch

    def _next(self, taken: MessageArrived) -> Message:
        """A message that comes out went in; of equal ones, the one that did first."""
        for index, message in enumerate(self.waiting):
            if _is(message, taken):
                del self.waiting[index]
                return message
        raise self._record.broken("NothingHeardIsLost", f"{taken} comes out and never went in")


def _is(message: Message, taken: MessageArrived) -> bool:
    if (message.topic, message.template) != (taken.topic, taken.source.thing_name):
        return False
    whole, part = message.payload, taken.payload
    is_beginning = isinstance(whole, bytes) and isinstance(part, bytes) and whole.startswith(part)
    return part == whole or is_beginning


class WatchedJournal(Journal):
    """The real journal.

    Attributes:
        on_store: Told of each decision that becomes part of a transaction.
    """

    def __init__(
        self, path: Path, on_set_aside: OnSetAside, opener: Opener, record: Record
    ) -> None:
        super().__init__(path, on_set_aside, opener)
        self.on_store: Callable[[Decision], None] = lambda _: None
        self._record = record

    def store(self, decision: Decision) -> None:
        """Stores it, and remembers that it is part of this transaction."""
        super().store(decision)
        self.on_store(decision)

    def drop_refused(self, keep: int, bus: Bus = Bus.LOCAL) -> int:
        """Drops results, and reports how many."""
        dropped = super().drop_refused(keep, bus)
        self._record.drop(dropped)
        return dropped


class WatchedComponent(Component):
    """The real component; `current` is its pipeline of the moment."""

    record: Record
    current: Pipeline | None = None

    def pipeline(self, settings: Settings) -> Pipeline:
        """The real pipeline, whose transient results are noted."""
        self.current = super().pipeline(settings)
        outboxes = self.current._outboxes  # noqa: SLF001 - no product code needs to see it
        send = outboxes.send

        def watched(results: Sequence[Result]) -> None:
            self.record.sent(results)
            send(results)

        outboxes.send = watched  # type: ignore[method-assign] # one place for all that send
        self.current._intake._send = watched  # noqa: SLF001 - it was given the original
        return self.current

    @property
    def has_notes(self) -> bool:
        """Whether the next commit will hold what became of messages, whatever else it is for."""
        if self.current is None:
            return False
        boxes = self.current._outboxes._boxes.values()  # noqa: SLF001 - as above
        return any(one._taken or one._refused for one in boxes)  # noqa: SLF001 - as above

    @property
    def is_settled(self) -> bool:
        """Whether the journal was recovered, and can be used."""
        if self.current is None:
            return False
        storage = self.current._storage  # noqa: SLF001 - no product code needs to see it
        return storage._recovered and storage.try_again_at is None  # noqa: SLF001 - as above
