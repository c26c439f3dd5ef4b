"""Sends the results for one bus until the nucleus has taken them."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.bus import Bus
from client_device_associator.core.instant import Instant
from client_device_associator.core.result import Result
from client_device_associator.errors import NotAuthorizedError, NucleusError
from client_device_associator.journal.journal import Journal
from client_device_associator.nucleus.port import Publisher
from client_device_associator.pipeline.events import Event, PublishAcknowledged
from client_device_associator.pipeline.link import Link
from client_device_associator.pipeline.parcels import Parcel, pack_durable, pack_transient
from client_device_associator.reporting.notices import Report, ResultsRefused

MAX_IN_FLIGHT = 16
"""Messages given to the nucleus and not acknowledged yet. Lite serves the whole device in one
chain, at some 700 messages a second: more at once would make the neighbours wait."""

MAX_IN_FLIGHT_TO_IOT_CORE = 4
"""Lite holds 15,000 bytes of messages that AWS IoT Core has not acknowledged, and refuses the next;
and each may keep its one chain waiting for the network."""

MAX_TRANSIENT = 10_000
"""Transient results that may wait to be sent; a flood of rejections grows no further."""

ACKNOWLEDGE_TIMEOUT_SECONDS = 10.0
"""After this a message counts as refused. The SDK itself would wait without end."""

REFUSED_AGAIN_SECONDS = 300.0
"""A topic that accessControl lacks is tried again after this; a person has to act first."""

FAILED_AGAIN_SECONDS = 5.0
"""Any other refusal, times the number of refusals so far, up to a minute."""

_FAILED_AGAIN_CAP_SECONDS = 60.0
NOTED_WITHIN_SECONDS = 0.1
"""Acknowledgements wake the main thread only if something waits for them; otherwise it looks after
this. One that comes later than that wakes it."""

_REFILL = 100
"""Results that are packed together: as many as an answer of the cloud makes, which fit into one
message if they share a topic. If they do not, they are as many messages, for which others wait."""

_NOTE_AT = 200
"""What became of results is stored together: a synced commit for each would wear the flash."""

_MAX_REFUSED_TOPICS = 100
"""Remembered; each device may have one of its own."""


class Outbox:
    """Results on their way: durable ones, which the journal keeps, and transient ones.

    A core device may be offline for days. So what AWS IoT Core does not take is no fault of the
    message and is not noted, which would wear the flash out: all of it waits, and one message after
    the other is tried. Meanwhile the oldest durable results beyond a bound are dropped, and all
    transient ones.

    Args:
        journal: Keeps the durable results.
        nucleus: Takes the messages.
        settings: Topics and encoding; `reconfigure` replaces them.
        core_thing_name: This core device.
        post: Takes the `PublishAcknowledged` events; called on a thread of the nucleus's.
        numbers: For the messages. No other outbox of this process may use the same ones: late
            acknowledgements of its messages would count for those of this one.
        report: Takes what an operator may want to know.
        bus: Where the results go; all that it is given are for this one.

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
        bus: Bus = Bus.LOCAL,
    ) -> None:
        self._bus = bus
        self._link = None if bus is Bus.LOCAL else Link()
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
        self._must_trim = False
        self._acknowledgements_wake = True
        self._journal_replaced = journal.replaced
        self.dropped = 0

    def reconfigure(self, settings: Settings) -> None:
        """Results that are not in flight yet go where the new settings send them."""
        self._settings = settings
        for parcel in reversed(self._ready):
            self._transient.extendleft(reversed(parcel.transient))
        self._ready.clear()
        if self._link is not None:
            self._link.try_now()

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
            if self._link is not None:
                self._link.taken()
            return
        if self._link is not None and not isinstance(event.error, NotAuthorizedError):
            self._fail(self._link, parcel, event.error)
            return
        self._report_refusal(parcel.topic, event.error)
        if parcel.result_ids:
            self._refused.append((parcel, event.error))
        else:
            self.dropped += len(parcel.transient)

    @property
    def must_store(self) -> bool:
        """Whether `store` has enough to do to be worth a commit."""
        if self._must_trim:
            return True
        notes = len(self._taken) + len(self._refused)
        is_pausing = self._link is not None and self._link.is_failing
        nothing_to_do = not self._in_flight and (is_pausing or not self._ready)
        return notes >= _NOTE_AT or (notes > 0 and nothing_to_do)

    def store(self, now: Instant) -> None:
        """Stores what was taken and what was refused; within a transaction."""
        self._forget_replaced_journal()
        self._journal.sent(self._taken)
        for parcel, error in self._refused:
            wait = min(FAILED_AGAIN_SECONDS * (parcel.refusals + 1), _FAILED_AGAIN_CAP_SECONDS)
            if isinstance(error, NotAuthorizedError):
                wait = REFUSED_AGAIN_SECONDS
            self._journal.send_later(parcel.result_ids, now.steady + wait)
        keep = self._settings.policy.max_pending
        if self._refused:
            self.dropped += self._journal.drop_refused(keep, self._bus)
        if self._must_trim:
            self.dropped += self._journal.drop_oldest(keep, self._bus)

    def stored(self) -> None:
        """What `store` wrote is on disk."""
        self._taken.clear()
        self._refused.clear()
        self._must_trim = False

    def run_due(self, now: Instant) -> float | None:
        """Publishes what there is to publish, as fast as the nucleus takes it.

        Returns:
            Steady seconds at which to be called again without an event; None if not at all.
        """
        self._forget_replaced_journal()
        self._give_up_late(now)
        self._acknowledgements_wake = True
        most = self._most_in_flight(now)
        has_published = False
        while len(self._in_flight) < most:
            if not self._ready and not self._refill(now):
                break
            self._publish(self._ready.popleft(), now)
            has_published = True
        if self._in_flight:
            give_up_at = min(parcel.give_up_at for parcel in self._in_flight.values())
            if has_published and len(self._in_flight) < most:
                self._acknowledgements_wake = False
                return min(give_up_at, now.steady + NOTED_WITHIN_SECONDS)
            return give_up_at
        if self._taken or self._refused or self._must_trim:
            return now.steady
        next_send_at = self._journal.next_send_at(self._bus)
        if self._link is None or now.steady >= self._link.try_at:
            return next_send_at
        waits = self._ready or self._transient or next_send_at is not None
        return self._link.try_at if waits else None

    def _most_in_flight(self, now: Instant) -> int:
        if self._link is None:
            return MAX_IN_FLIGHT
        may_be_tried = self._link.may_be_tried(now)
        if self._link.is_down:
            self._drop_transient()
        if not may_be_tried:
            return 0
        return 1 if self._link.is_failing else MAX_IN_FLIGHT_TO_IOT_CORE

    def _fail(self, link: Link, parcel: Parcel, error: NucleusError) -> None:
        """A message did not go through; what is durable of it is still in the journal."""
        if not link.is_failing:
            self._report(ResultsRefused(parcel.topic, str(error), self._settings, self._bus))
        link.failed()
        self._must_trim = True
        self._ready = deque(one for one in self._ready if one.transient)
        if parcel.transient:
            self._ready.appendleft(parcel)

    def _drop_transient(self) -> None:
        """What is sent once at most has no time to wait for the end of an outage."""
        waiting = sum(len(parcel.transient) for parcel in self._ready)
        self.dropped += waiting + len(self._transient)
        self._ready = deque(one for one in self._ready if not one.transient)
        self._transient.clear()

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
            self._report(ResultsRefused(topic, str(error), self._settings, self._bus))

    def _publish(self, parcel: Parcel, now: Instant) -> None:
        number = next(self._numbers)
        parcel.give_up_at = now.steady + ACKNOWLEDGE_TIMEOUT_SECONDS
        self._in_flight[number] = parcel

        def acknowledge(error: NucleusError | None) -> None:
            can_wait = error is None and not self._acknowledgements_wake
            self._post(PublishAcknowledged(number, error, can_wait))

        self._nucleus.publish(parcel.topic, parcel.message, acknowledge, self._bus)

    def _refill(self, now: Instant) -> bool:
        """Packs the next results, in turns so that neither kind waits for the other's end."""
        kinds = (self._pack_transient, self._pack_durable)
        self._durable_first = not self._durable_first
        return any(kind(now) for kind in (reversed(kinds) if self._durable_first else kinds))

    def _pack_transient(self, now: Instant) -> bool:
        while self._transient and not self._ready:
            results = [self._transient.popleft() for _ in range(min(_REFILL, len(self._transient)))]
            parcels = pack_transient(
                results, self._settings, self._core_thing_name, now.wall, self._bus
            )
            self._ready.extend(parcels)
        return bool(self._ready)

    def _pack_durable(self, now: Instant) -> bool:
        busy = {one for parcel in self._in_flight.values() for one in parcel.result_ids}
        busy.update(self._taken, *(parcel.result_ids for parcel, _ in self._refused))
        durable = self._journal.unsent(now.steady, _REFILL, busy, self._bus)
        parcels = pack_durable(durable, self._settings, self._core_thing_name, now.wall, self._bus)
        self._ready.extend(parcels)
        # Those that have no topic to go to are done: nobody could ever receive them.
        packed = {one for parcel in parcels for one in parcel.result_ids}
        self._taken.extend(one.result_id for one in durable if one.result_id not in packed)
        return bool(self._ready)
