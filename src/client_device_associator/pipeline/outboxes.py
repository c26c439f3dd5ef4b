"""An outbox for each bus: what one of them cannot send does not keep the other waiting."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.bus import Bus
from client_device_associator.core.decision import Decision
from client_device_associator.core.instant import Instant
from client_device_associator.core.result import Result
from client_device_associator.core.values import replace
from client_device_associator.journal.journal import Journal
from client_device_associator.nucleus.port import Publisher
from client_device_associator.pipeline.events import Event, PublishAcknowledged
from client_device_associator.pipeline.outbox import Outbox
from client_device_associator.reporting.notices import Report


class Outboxes:
    """Sends every result over its bus, and copies of local ones to AWS IoT Core if that is wanted.

    Args:
        journal: Keeps the durable results.
        nucleus: Takes the messages.
        settings: Topics and encoding; `reconfigure` replaces them.
        core_thing_name: This core device.
        post: Takes the `PublishAcknowledged` events; called on a thread of the nucleus's.
        numbers: For the messages, see `Outbox`.
        report: Takes what an operator may want to know.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        nucleus: Publisher,
        settings: Settings,
        core_thing_name: str,
        post: Callable[[Event], None],
        numbers: Iterator[int],
        report: Report,
    ) -> None:
        self._settings = settings
        self._boxes = {
            bus: Outbox(
                journal=journal,
                nucleus=nucleus,
                settings=settings,
                core_thing_name=core_thing_name,
                post=post,
                numbers=numbers,
                report=report,
                bus=bus,
            )
            for bus in Bus
        }

    def reconfigure(self, settings: Settings) -> None:
        """Results that are not in flight yet go where the new settings send them."""
        self._settings = settings
        for box in self._boxes.values():
            box.reconfigure(settings)

    def send(self, results: Sequence[Result]) -> None:
        """Sends transient results; beyond a bound the newest are dropped."""
        everything = (*results, *self._copies(results))
        for bus, box in self._boxes.items():
            box.send([one for one in everything if one.bus is bus])

    def with_copies(self, decision: Decision) -> Decision:
        """The decision as it is to be stored: a copy is as durable as its result."""
        copies = self._copies(decision.durable)
        return replace(decision, durable=(*decision.durable, *copies)) if copies else decision

    def acknowledged(self, event: PublishAcknowledged) -> None:
        """The nucleus has taken a message, or has refused it."""
        for box in self._boxes.values():
            box.acknowledged(event)

    @property
    def must_store(self) -> bool:
        """Whether `store` has enough to do to be worth a commit."""
        return any(box.must_store for box in self._boxes.values())

    def store(self, now: Instant) -> None:
        """Stores what was taken and what was refused; within a transaction."""
        for box in self._boxes.values():
            box.store(now)

    def stored(self) -> None:
        """What `store` wrote is on disk."""
        for box in self._boxes.values():
            box.stored()

    def run_due(self, now: Instant) -> float | None:
        """Publishes what there is to publish.

        Returns:
            Steady seconds at which to be called again without an event; None if not at all.
        """
        wakes = [box.run_due(now) for box in self._boxes.values()]
        return min((at for at in wakes if at is not None), default=None)

    def figures(self) -> Mapping[str, int]:
        """How many results were never sent, for the health."""
        return {
            "resultsDropped": self._boxes[Bus.LOCAL].dropped,
            "iotCoreResultsDropped": self._boxes[Bus.IOT_CORE].dropped,
        }

    def _copies(self, results: Sequence[Result]) -> tuple[Result, ...]:
        if not self._settings.all_results_to_iot_core:
            return ()
        return tuple(replace(one, bus=Bus.IOT_CORE) for one in results if one.bus is Bus.LOCAL)
