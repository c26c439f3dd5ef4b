"""Sends results until the nucleus has taken them."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.instant import Instant
from client_device_associator.core.result import Result
from client_device_associator.errors import NotAuthorized, NucleusError
from client_device_associator.journal.journal import Journal
from client_device_associator.messages.result_message import encode, pack
from client_device_associator.nucleus.port import Publisher
from client_device_associator.pipeline.events import Event, MessageTaken
from client_device_associator.reporting.operator_log import OperatorLog

MAX_IN_FLIGHT = 16
"""Messages handed to the nucleus and not taken yet. Lite serves the whole device in one chain, at
some 700 messages a second: more at once would make the neighbours wait."""

MAX_TOLD = 10_000
"""Results not kept on disk that may wait to be sent; a flood of rejections grows no further."""

TAKE_TIMEOUT_SECONDS = 10.0
"""After this a message counts as not taken. The SDK itself would wait for ever."""

REFUSED_AGAIN_SECONDS = 300.0
"""A topic that accessControl lacks is tried again after this; a person has to act first."""

FAILED_AGAIN_SECONDS = 5.0
"""Any other failure, times the number of failures so far, up to a minute."""

_FAILED_AGAIN_CAP_SECONDS = 60.0
_REFILL = 200
_FORGET_AT = 200
"""What became of results is noted in company: a synced commit for each would wear the flash."""


@dataclass(slots=True)
class _Parcel:
    """A message; it carries results owed, or results that are only told, never both."""

    topic: str
    message: bytes | dict[str, object]
    owed_ids: tuple[int, ...]
    told: tuple[Result, ...]
    refusals: int
    give_up_at: float = 0.0


class Outbox:
    """Results on their way: those that the journal owes, and those that are only told.

    Args:
        journal: Keeps the results owed.
        nucleus: Takes the messages.
        settings: Topics and encoding; `reconfigured` replaces them.
        core_thing_name: This core device.
        post: Takes the `MessageTaken` events; called on a thread of the nucleus's.
        log: Told if the nucleus does not take them.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        nucleus: Publisher,
        settings: Settings,
        core_thing_name: str,
        post: Callable[[Event], None],
        log: OperatorLog,
    ) -> None:
        self._journal = journal
        self._nucleus = nucleus
        self._settings = settings
        self._core_thing_name = core_thing_name
        self._post = post
        self._log = log
        self._told: deque[Result] = deque()
        self._ready: deque[_Parcel] = deque()
        self._in_flight: dict[int, _Parcel] = {}
        self._taken: list[int] = []
        self._late: list[tuple[_Parcel, NucleusError]] = []
        self._published = 0
        self._owed_first = True
        self._generation = journal.generation
        self.dropped = 0

    def reconfigured(self, settings: Settings) -> None:
        """Results that are not in flight yet go where the new settings send them."""
        self._settings = settings
        self._told.extendleft(one for parcel in reversed(self._ready) for one in parcel.told[::-1])
        self._ready.clear()

    def tell(self, results: Sequence[Result]) -> None:
        """Sends results that are not kept on disk; beyond a bound the newest are dropped."""
        room = max(0, MAX_TOLD - len(self._told))
        self._told.extend(islice(results, room))
        self.dropped += max(0, len(results) - room)

    def taken(self, event: MessageTaken) -> None:
        """The nucleus has dealt with a message."""
        parcel = self._in_flight.pop(event.number, None)
        if parcel is None:
            return  # it came after it was given up, and has been sent again meanwhile
        if event.error is None:
            self._taken.extend(parcel.owed_ids)
            self._log.results_taken(parcel.topic)
            return
        self._log.results_refused(parcel.topic, str(event.error), self._settings)
        if parcel.owed_ids:
            self._late.append((parcel, event.error))
        else:
            self.dropped += len(parcel.told)

    @property
    def must_store(self) -> bool:
        """Whether `store` has enough to do to be worth a commit."""
        notes = len(self._taken) + len(self._late)
        return notes >= _FORGET_AT or (notes > 0 and not self._ready and not self._in_flight)

    def store(self, now: Instant) -> None:
        """Notes in the journal what was taken and what was not; within a transaction."""
        self._forget_another_journal()
        self._journal.sent(self._taken)
        for parcel, error in self._late:
            wait = min(FAILED_AGAIN_SECONDS * (parcel.refusals + 1), _FAILED_AGAIN_CAP_SECONDS)
            if isinstance(error, NotAuthorized):
                wait = REFUSED_AGAIN_SECONDS
            self._journal.send_later(parcel.owed_ids, now.steady + wait)
        if self._late:
            self.dropped += self._journal.drop_refused(self._settings.policy.max_pending)

    def stored(self) -> None:
        """What `store` noted is on disk."""
        self._taken.clear()
        self._late.clear()

    def pump(self, now: Instant) -> float | None:
        """Publishes what there is to publish, as far as the nucleus keeps up.

        Returns:
            Steady seconds at which to be called again without an event; None if not at all.
        """
        self._forget_another_journal()
        for number, parcel in list(self._in_flight.items()):
            if now.steady >= parcel.give_up_at:
                late = NucleusError(f"not taken within {TAKE_TIMEOUT_SECONDS:g} s")
                self.taken(MessageTaken(number, late))
        while len(self._in_flight) < MAX_IN_FLIGHT:
            if not self._ready and not self._refill(now):
                break
            self._publish(self._ready.popleft(), now)
        if self._in_flight:
            return min(parcel.give_up_at for parcel in self._in_flight.values())
        if self._taken or self._late:
            return now.steady
        return self._journal.next_send_at()

    def _forget_another_journal(self) -> None:
        """Forgets whose results are on their way if their journal was set aside meanwhile.

        The new one counts its results anew: the same number means another result there.
        """
        if self._generation == self._journal.generation:
            return
        self._generation = self._journal.generation
        self._taken.clear()
        self._late.clear()
        self._ready = deque(parcel for parcel in self._ready if not parcel.owed_ids)
        for parcel in self._in_flight.values():
            parcel.owed_ids = ()

    def _publish(self, parcel: _Parcel, now: Instant) -> None:
        self._published += 1
        number = self._published
        parcel.give_up_at = now.steady + TAKE_TIMEOUT_SECONDS
        self._in_flight[number] = parcel
        self._nucleus.publish(
            parcel.topic,
            parcel.message,
            lambda error: self._post(MessageTaken(number, error)),
        )

    def _refill(self, now: Instant) -> bool:
        """Gets the next results ready, in turns so that neither kind waits for the other's end."""
        kinds = (self._ready_told, self._ready_owed)
        self._owed_first = not self._owed_first
        return any(kind(now) for kind in (reversed(kinds) if self._owed_first else kinds))

    def _ready_told(self, now: Instant) -> bool:
        while self._told and not self._ready:
            told = [self._told.popleft() for _ in range(min(_REFILL, len(self._told)))]
            self._pack(told, [0] * len(told), [], now)
        return bool(self._ready)

    def _ready_owed(self, now: Instant) -> bool:
        busy = {owed_id for parcel in self._in_flight.values() for owed_id in parcel.owed_ids}
        busy.update(self._taken, *(parcel.owed_ids for parcel, _ in self._late))
        owed = self._journal.owed(now.steady, _REFILL, busy)
        self._pack(
            [one.result for one in owed],
            [one.refusals for one in owed],
            [one.owed_id for one in owed],
            now,
        )
        return bool(self._ready)

    def _pack(
        self,
        results: Sequence[Result],
        refusals: Sequence[int],
        owed_ids: Sequence[int],
        now: Instant,
    ) -> None:
        as_json = self._settings.results_as_json
        template = self._settings.results_topic
        unsent = set(owed_ids)
        for packed in pack(results, template, self._core_thing_name, now, as_json=as_json):
            ids = tuple(owed_ids[index] for index in packed.results) if owed_ids else ()
            unsent.difference_update(ids)
            telling = () if owed_ids else tuple(results[index] for index in packed.results)
            message = dict(packed.document) if as_json else encode(packed.document)
            refused = max(refusals[index] for index in packed.results)
            self._ready.append(_Parcel(packed.topic, message, ids, telling, refused))
        # Those that have no topic to go to are done with: nobody could ever be told.
        self._taken.extend(unsent)
