"""Sends results until the nucleus has taken them."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.instant import Instant
from client_device_associator.core.result import Result
from client_device_associator.errors import NotAuthorizedError, NucleusError
from client_device_associator.journal.journal import Journal
from client_device_associator.nucleus.port import Publisher
from client_device_associator.pipeline.events import Event, PublishAcknowledged
from client_device_associator.pipeline.parcels import Parcel, pack_durable, pack_transient
from client_device_associator.reporting.notices import Report, ResultsRefused

MAX_IN_FLIGHT = 16
"""Messages given to the nucleus and not acknowledged yet. Lite serves the whole device in one
chain, at some 700 messages a second: more at once would make the neighbours wait."""

MAX_TRANSIENT = 10_000
"""Transient results that may wait to be sent; a flood of rejections grows no further."""

ACKNOWLEDGE_TIMEOUT_SECONDS = 10.0
"""After this a message counts as refused. The SDK itself would wait without end."""

REFUSED_AGAIN_SECONDS = 300.0
"""A topic that accessControl lacks is tried again after this; a person has to act first."""

FAILED_AGAIN_SECONDS = 5.0
"""Any other refusal, times the number of refusals so far, up to a minute."""

_FAILED_AGAIN_CAP_SECONDS = 60.0
_REFILL = 200
_NOTE_AT = 200
"""What became of results is stored together: a synced commit for each would wear the flash."""

_MAX_REFUSED_TOPICS = 100
"""Remembered; each device may have one of its own."""


class Outbox:
    """Results on their way: durable ones, which the journal keeps, and transient ones.

    Args:
        journal: Keeps the durable results.
        nucleus: Takes the messages.
        settings: Topics and encoding; `reconfigure` replaces them.
        core_thing_name: This core device.
        post: Takes the `PublishAcknowledged` events; called on a thread of the nucleus's.
        numbers: For the messages. No other outbox of this process may use the same ones: late
            acknowledgements of its messages would count for those of this one.
        report: Takes what an operator may want to know.

    Attributes:
        dropped: Results that were never sent.
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
        self._journal = journal
        self._nucleus = nucleus
        self._settings = settings
        self._core_thing_name = core_thing_name
        self._post = post
        self._numbers = numbers
        self._report = report
        self._transient: deque[Result] = deque()
        self._ready: deque[Parcel] = deque()
        self._in_flight: dict[int, Parcel] = {}
        self._taken: list[int] = []
        self._refused: list[tuple[Parcel, NucleusError]] = []
        self._refused_topics: set[str] = set()
        self._durable_first = True
        self._journal_replaced = journal.replaced
        self.dropped = 0

    def reconfigure(self, settings: Settings) -> None:
        """Results that are not in flight yet go where the new settings send them."""
        self._settings = settings
        for parcel in reversed(self._ready):
            self._transient.extendleft(reversed(parcel.transient))
        self._ready.clear()

    def send(self, results: Sequence[Result]) -> None:
        """Sends transient results; beyond a bound the newest are dropped."""
        room = max(0, MAX_TRANSIENT - len(self._transient))
        self._transient.extend(islice(results, room))
        self.dropped += max(0, len(results) - room)

    def acknowledged(self, event: PublishAcknowledged) -> None:
        """The nucleus has taken a message, or has refused it."""
        parcel = self._in_flight.pop(event.number, None)
        if parcel is None:
            return  # it came after it was given up, and has been sent again meanwhile
        if event.error is None:
            self._taken.extend(parcel.result_ids)
            self._refused_topics.discard(parcel.topic)
            return
        self._report_refusal(parcel.topic, event.error)
        if parcel.result_ids:
            self._refused.append((parcel, event.error))
        else:
            self.dropped += len(parcel.transient)

    @property
    def must_store(self) -> bool:
        """Whether `store` has enough to do to be worth a commit."""
        notes = len(self._taken) + len(self._refused)
        return notes >= _NOTE_AT or (notes > 0 and not self._ready and not self._in_flight)

    def store(self, now: Instant) -> None:
        """Stores what was taken and what was refused; within a transaction."""
        self._forget_replaced_journal()
        self._journal.sent(self._taken)
        for parcel, error in self._refused:
            wait = min(FAILED_AGAIN_SECONDS * (parcel.refusals + 1), _FAILED_AGAIN_CAP_SECONDS)
            if isinstance(error, NotAuthorizedError):
                wait = REFUSED_AGAIN_SECONDS
            self._journal.send_later(parcel.result_ids, now.steady + wait)
        if self._refused:
            self.dropped += self._journal.drop_refused(self._settings.policy.max_pending)

    def stored(self) -> None:
        """What `store` wrote is on disk."""
        self._taken.clear()
        self._refused.clear()

    def run_due(self, now: Instant) -> float | None:
        """Publishes what there is to publish, as fast as the nucleus takes it.

        Returns:
            Steady seconds at which to be called again without an event; None if not at all.
        """
        self._forget_replaced_journal()
        self._give_up_late(now)
        while len(self._in_flight) < MAX_IN_FLIGHT:
            if not self._ready and not self._refill(now):
                break
            self._publish(self._ready.popleft(), now)
        if self._in_flight:
            return min(parcel.give_up_at for parcel in self._in_flight.values())
        if self._taken or self._refused:
            return now.steady
        return self._journal.next_send_at()

    def _give_up_late(self, now: Instant) -> None:
        for number, parcel in list(self._in_flight.items()):
            if now.steady >= parcel.give_up_at:
                late = NucleusError(f"not taken within {ACKNOWLEDGE_TIMEOUT_SECONDS:g} s")
                self.acknowledged(PublishAcknowledged(number, late))

    def _forget_replaced_journal(self) -> None:
        """Forgets which results are on their way if the journal's file was replaced meanwhile.

        The new one counts its results from 1: the same id means another result there.
        """
        if self._journal_replaced == self._journal.replaced:
            return
        self._journal_replaced = self._journal.replaced
        self._taken.clear()
        self._refused.clear()
        self._ready = deque(parcel for parcel in self._ready if not parcel.result_ids)
        for parcel in self._in_flight.values():
            parcel.result_ids = ()

    def _report_refusal(self, topic: str, error: NucleusError) -> None:
        """Reports once until the nucleus takes the messages of every topic again."""
        is_news = not self._refused_topics
        if len(self._refused_topics) < _MAX_REFUSED_TOPICS:
            self._refused_topics.add(topic)
        if is_news:
            self._report(ResultsRefused(topic, str(error), self._settings))

    def _publish(self, parcel: Parcel, now: Instant) -> None:
        number = next(self._numbers)
        parcel.give_up_at = now.steady + ACKNOWLEDGE_TIMEOUT_SECONDS
        self._in_flight[number] = parcel
        self._nucleus.publish(
            parcel.topic,
            parcel.message,
            lambda error: self._post(PublishAcknowledged(number, error)),
        )

    def _refill(self, now: Instant) -> bool:
        """Packs the next results, in turns so that neither kind waits for the other's end."""
        kinds = (self._pack_transient, self._pack_durable)
        self._durable_first = not self._durable_first
        return any(kind(now) for kind in (reversed(kinds) if self._durable_first else kinds))

    def _pack_transient(self, now: Instant) -> bool:
        while self._transient and not self._ready:
            results = [self._transient.popleft() for _ in range(min(_REFILL, len(self._transient)))]
            parcels = pack_transient(results, self._settings, self._core_thing_name, now.wall)
            self._ready.extend(parcels)
        return bool(self._ready)

    def _pack_durable(self, now: Instant) -> bool:
        busy = {one for parcel in self._in_flight.values() for one in parcel.result_ids}
        busy.update(self._taken, *(parcel.result_ids for parcel, _ in self._refused))
        durable = self._journal.unsent(now.steady, _REFILL, busy)
        parcels = pack_durable(durable, self._settings, self._core_thing_name, now.wall)
        self._ready.extend(parcels)
        # Those that have no topic to go to are done: nobody could ever receive them.
        packed = {one for parcel in parcels for one in parcel.result_ids}
        self._taken.extend(one.result_id for one in durable if one.result_id not in packed)
        return bool(self._ready)
