"""What the nucleus delivers, and whether the component hears it."""

from collections.abc import Sequence

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.result import Reason, Result
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC
from simulation.caps import BOTH, INBOX_BYTES, INBOX_MESSAGES
from simulation.check import Check
from simulation.disk import LOCKED, SLOW
from simulation.facts import Publication
from simulation.plan import Ending, Message
from simulation.record import Record
from simulation.topic import matches

PROMPT = 3.0
"""Seconds for a session to do what is due, if nucleus and disk answer at once."""

TRY_AGAIN, RESUBSCRIBE, AFTER_DEFECT = 75.0, 1.0, 30.0
"""Seconds until what the nucleus has refused is asked for again; until a subscription that it has
closed is made again; until a session goes on after an exception that nobody foresaw."""


class _Listening(Check):
    """Knows what the component has to listen to, and how late it may be."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.wanted: set[str] = set()
        self.renewal_seconds = 0.0

    @property
    def slack(self) -> float:
        """Seconds; nothing but events goes on while the main thread waits for the disk."""
        windows = self.record.plan.disk
        disk = sum(12 * one.detail for one in windows if one.kind == SLOW)
        return PROMPT + disk + sum(30.0 for one in windows if one.kind == LOCKED)

    @property
    def is_refused(self) -> bool:
        """Whether the nucleus ever refuses what the session asks for, or answers late."""
        return bool(self.record.plan.session)

    def began(self) -> None:
        """Nothing is known yet."""
        self.wanted = set()

    def chosen(self, settings: Settings) -> None:
        """These are its filters."""
        filters = {one.topic_filter for one in settings.announcement_topics}
        self.wanted = {*filters, HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC}
        self.renewal_seconds = settings.subscription_renewal_seconds


class NothingHeardIsLost(_Listening):
    """What the nucleus delivers to a live subscription comes into the inbox, and out of it."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._closed_all_at = -1.0

    def session_defect(self) -> None:
        """What is on its way to its subscriptions is lost."""
        self._closed_all_at = self.record.world.time

    def delivered_everywhere(self, publication: Publication) -> None:
        """At least one of the subscriptions it was meant for has brought it in."""
        if publication.is_excused or not publication.opened_at:
            return
        if publication.at <= self._closed_all_at:
            return
        topic = publication.message.topic
        if any(matches(one, topic) for one in self.wanted):
            self.require(publication.offered, f"nobody heard {publication.message}"[:300])

    def quiet(self) -> None:
        """Nothing is left in it."""
        self.require(self.record.inbox_is_empty(), "messages are left in the inbox")

    def ended(self, exit_code: int) -> None:  # noqa: ARG002 - a hook
        """What was delivered before the end is taken in, unless the disk takes too long for it."""
        late = self.record.plan.disk or self.record.is_defective
        self.require(late or self.record.inbox_is_empty(), "a stop forgets the inbox")


class NothingIsTakenTwice(_Listening):
    """A message is taken once, but for one that is published while a renewal has both streams."""

    def delivered_everywhere(self, publication: Publication) -> None:
        """If two subscriptions have brought it in, the newer one was just made."""
        if publication.offered < 2 or self.is_refused:
            return
        age = publication.at - max(publication.opened_at)
        both = publication.offered == 2 and age <= BOTH + self.slack
        self.require(both, f"taken {publication.offered} times: {publication}"[:300])


class NobodyIsDeafForLong(_Listening):
    """Each topic has a subscription that works, for all but a stated time.

    A subscription that was silenced is replaced by the next renewal, one that the nucleus has
    closed after a second, one that it refuses within a minute; the component itself never closes
    the only one.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._latest: dict[str, float] = {}
        self._is_closing = False

    def began(self) -> None:
        """Nobody listens yet."""
        super().began()
        self._latest.clear()
        self._is_closing = False

    def chosen(self, settings: Settings) -> None:
        """What is wanted from now on is subscribed to soon."""
        before = self.wanted
        self._is_closing = False
        super().chosen(settings)
        for topic_filter in self.wanted - before:
            if not self.record.works(topic_filter):
                self._must_hear(topic_filter, 0.0)
        for topic_filter in self._latest.keys() - self.wanted:
            del self._latest[topic_filter]

    def session_defect(self) -> None:
        """It takes a while until anything is subscribed to again."""
        self._is_closing = True
        for topic_filter in self.wanted:
            self._must_hear(topic_filter, AFTER_DEFECT)

    def stream_changed(self, topic_filter: str, cause: str) -> None:
        """A topic has a subscription again, or none any more."""
        if self.record.works(topic_filter):
            self._check(topic_filter)
            self._latest.pop(topic_filter, None)
        elif topic_filter in self.wanted and topic_filter not in self._latest:
            if cause == "closed by the component":
                self.require(self._is_closing, f"it closes the only one for {topic_filter}")
                self._must_hear(topic_filter, AFTER_DEFECT)
            elif cause == "silenced":
                self._must_hear(topic_filter, self.renewal_seconds + BOTH)
            else:
                self._must_hear(topic_filter, RESUBSCRIBE)

    def turn_ended(self, messages: Sequence[Message], wait: float | None, *, events: int) -> None:  # noqa: ARG002 - a hook
        """None has been without for too long."""
        for topic_filter in self._latest:
            self._check(topic_filter)

    def quiet(self) -> None:
        """Each has one."""
        deaf = [one for one in self.wanted if not self.record.works(one)]
        self.require(self.wanted and not deaf, f"deaf for {deaf}")

    def _must_hear(self, topic_filter: str, seconds: float) -> None:
        record = self.record
        latest = record.world.time + seconds + self.slack
        if self.is_refused:
            last = max(one.end for one in record.plan.session)
            latest = max(latest, last + TRY_AGAIN + self.slack)
        self._latest[topic_filter] = latest

    def _check(self, topic_filter: str) -> None:
        latest = self._latest.get(topic_filter)
        now = self.record.world.time
        # A process that ends subscribes no more.
        if latest is not None and not self.record.process.is_stopping:
            self.require(now <= latest, f"deaf for {topic_filter} since before {latest:.1f}")


class OverflowIsAnswered(Check):
    """Messages are turned away only by an inbox that is full, and answered in the next turn."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._turned_away: set[str] = set()
        self._answered: set[str] = set()

    def turned_away(self, payload: Payload, waiting: Sequence[Message]) -> None:
        """It is full of messages, or of bytes, by what a single sender may have."""
        size = sum(len(_text(one.payload)) for one in waiting) + len(_text(payload))
        full = len(waiting) >= INBOX_MESSAGES or size > INBOX_BYTES
        self.require(full, f"turned away beside {len(waiting)} messages, {size} bytes together")

    def turn_begins(
        self,
        messages: Sequence[Message],  # noqa: ARG002 - a hook
        turned_away: Sequence[str],
        *,
        alone: bool,  # noqa: ARG002 - a hook
    ) -> None:
        """These could not be taken."""
        self._turned_away = set(turned_away)
        self._answered.clear()

    def sent(self, result: Result) -> None:
        """Some topic hears of it."""
        if result.code == Reason.OVERLOADED.value and result.thing_name is None:
            self._answered.add(result.topic)

    def turn_ended(self, messages: Sequence[Message], wait: float | None, *, events: int) -> None:  # noqa: ARG002 - a hook
        """Each topic has heard of it."""
        record = self.record
        if record.is_defective or not record.policy_known or record.process.is_stopping:
            return
        unanswered = self._turned_away - self._answered
        self.require(not unanswered, f"{unanswered} have not heard that they were turned away")


def _text(payload: Payload) -> bytes | str:
    return payload if isinstance(payload, bytes) else str(payload)


class HealthIsAnswered(Check):
    """A request for health is answered."""

    def quiet(self) -> None:
        """The last one was, unless the process had to end before."""
        record = self.record
        if record.health_requested_at >= record.process.started_at:
            answered = record.health_published_at >= record.health_requested_at
            lost = any(one.ending is Ending.DEFECT for one in record.plan.interruptions)
            self.require(answered or lost, "health was requested, and not published")
