"""Keeps the component subscribed to everything that it has to hear."""

from collections.abc import Callable, Sequence

from client_device_associator.clock import Clock
from client_device_associator.core.bus import Bus
from client_device_associator.core.instant import Instant
from client_device_associator.core.values import dataclass
from client_device_associator.errors import NotAuthorizedError, NucleusError, NucleusLostError
from client_device_associator.messages.payload import Payload
from client_device_associator.nucleus.port import Nucleus, Subscription
from client_device_associator.reporting.notices import (
    NothingAllowed,
    Report,
    SubscriptionEnded,
    SubscriptionRefused,
)
from client_device_associator.session.activity import Activity
from client_device_associator.session.events import SessionEvent, SubscriptionClosed
from client_device_associator.session.listeners import Listener

TRY_AGAIN_SECONDS, TRY_SOON_SECONDS = 60.0, 5.0
"""After a subscribe that failed: somebody has to change accessControl, or the nucleus is busy. The
first time sooner, because a deployment may bring the topic a moment before its accessControl."""

BOTH_SECONDS = 2.0
"""How long the old subscription goes on beside the new one: what was published before the new one
counted may still be on its way. What comes on both is taken twice, which is harmless."""

IOT_CORE_RENEWALS = 12
"""A subscription to AWS IoT Core lasts as long as so many to local pub/sub: it takes a request to
the cloud, and an account has a quota of those for all its core devices (decision 0035)."""

RESUBSCRIBE_SECONDS = 1.0
"""After the nucleus has closed a subscription; one that it closes each time must not be made again
at once, over and over."""


@dataclass(slots=True)
class _Stream:
    """One of the subscriptions that follow each other on a topic."""

    number: int
    subscription: Subscription | None = None
    is_ignored: bool = False
    has_ended: bool = False

    def close(self) -> None:
        """Ends it; the nucleus may deliver on it until it has seen that."""
        self.is_ignored = True
        if self.subscription is not None:
            self.subscription.close()


@dataclass(slots=True)
class _Topic:
    """A topic filter, and the state of the subscription to it."""

    listener: Listener
    current: _Stream | None = None
    old: _Stream | None = None
    due_at: float = 0.0
    refusal: NucleusError | None = None
    refusals: int = 0
    has_ended: bool = False
    end_reported: bool = False

    @property
    def is_forbidden(self) -> bool:
        """Whether accessControl lacks it."""
        return isinstance(self.refusal, NotAuthorizedError)

    def close(self) -> None:
        """Ends whatever is open."""
        for stream in (self.current, self.old):
            if stream is not None:
                stream.close()


class Subscriptions:
    """One subscription for each topic, renewed now and then.

    On lite a message by a bad publisher can end the delivery on a subscription with no sign of it;
    only subscribing again brings it back. The new one is made before the old one is closed, so that
    nothing is missed.

    Args:
        nucleus: Where to subscribe.
        post: Takes the events, on the nucleus's thread.
        report: Takes what an operator may want to know.
    """

    def __init__(
        self, nucleus: Nucleus, post: Callable[[SessionEvent], None], report: Report
    ) -> None:
        self._nucleus = nucleus
        self._post = post
        self._report = report
        self._topics: list[_Topic] = []
        self._leaving: list[_Topic] = []
        self._made = 0
        self._refused_now: list[tuple[Listener, str]] = []
        self._activity = Activity(post)

    @property
    def listening(self) -> tuple[str, ...]:
        """The topic filters that there is a subscription to, as a person has to see them."""
        return self._filters(lambda topic: topic.current is not None)

    @property
    def refused(self) -> tuple[str, ...]:
        """The topic filters that could not be subscribed to, for whatever reason."""
        return self._filters(lambda topic: topic.refusal is not None)

    def listen(self, wanted: Sequence[Listener]) -> None:
        """Listens to these from the next `run_due` on, and to nothing else.

        A subscription to a filter that is still wanted goes on, whatever is done with its messages
        from now on. What is not wanted any more is closed only after the new ones are made.
        """
        before = list(self._topics)
        topics: list[_Topic] = []
        for listener in wanted:
            known = next((one for one in before if one.listener.shown == listener.shown), None)
            if known is None:
                known = _Topic(listener)
            else:
                before.remove(known)
                known.listener = listener
            topics.append(known)
        self._topics = topics
        self._leaving.extend(before)

    def closed(self, event: SubscriptionClosed, now: Instant) -> None:
        """The nucleus has ended a subscription: another is made by a later `run_due`."""
        for topic in self._topics:
            if topic.current is not None and topic.current.number == event.number:
                topic.has_ended = True
                # While there are both, the old one still delivers, and goes on until there is
                # another.
                topic.current, topic.old = topic.old, None
                topic.due_at = now.steady + RESUBSCRIBE_SECONDS

    def try_refused(self) -> None:
        """The next `run_due` tries what was refused: accessControl may have changed."""
        for topic in self._topics:
            if topic.refusal is not None:
                topic.due_at = 0.0

    def run_due(self, clock: Clock, renewal_seconds: float) -> float | None:
        """Makes, renews and closes whatever is due; it waits for the nucleus's answers.

        Args:
            clock: The time.
            renewal_seconds: How often subscriptions are renewed while nothing is heard on them.

        Returns:
            Steady seconds at which to be called again.
        """
        local_seconds = self._activity.renewal_seconds(renewal_seconds, clock.now())
        unreachable: _Topic | None = None
        for topic in list(self._topics):
            now = clock.now().steady
            is_local = topic.listener.is_local
            seconds = local_seconds if is_local else renewal_seconds * IOT_CORE_RENEWALS
            # The renewal time may have become shorter since this was set.
            topic.due_at = min(topic.due_at, now + seconds)
            if now < topic.due_at:
                continue
            if unreachable is not None:
                # The next would wait as long, for the same connection.
                topic.due_at = unreachable.due_at
                if topic.current is None:
                    topic.refusal = topic.refusal or unreachable.refusal
                continue
            wait = self._run_due(topic, seconds)
            topic.due_at = wait + clock.now().steady
            if topic.refusal and not (topic.is_forbidden or topic.listener.is_local):
                unreachable = topic
        self._report_refusals()
        for topic in self._leaving:
            topic.close()
        self._leaving.clear()
        return min((topic.due_at for topic in self._topics), default=None)

    def close(self) -> None:
        """Ends every subscription."""
        for topic in (*self._topics, *self._leaving):
            topic.close()

    def _filters(self, which: Callable[[_Topic], bool]) -> tuple[str, ...]:
        return tuple(topic.listener.shown for topic in self._topics if which(topic))

    def _run_due(self, topic: _Topic, renewal_seconds: float) -> float:
        """Does the next thing for a topic; returns the seconds from its end to the one after."""
        if topic.old is not None:
            if topic.current is not None and topic.current.has_ended:
                # The event that says so still waits: until then the old one is the only one.
                return BOTH_SECONDS
            topic.old.close()
            topic.old = None
            return renewal_seconds
        before = topic.current
        try:
            topic.current = self._subscribe(topic)
        except NucleusError as error:
            self._report_end(topic, is_lost=isinstance(error, NucleusLostError))
            return min(self._refuse(topic, error), renewal_seconds)
        self._report_end(topic, is_lost=False)
        topic.refusal, topic.refusals = None, 0
        if before is None:
            return renewal_seconds
        topic.old = before
        topic.end_reported = False
        return BOTH_SECONDS

    def _report_end(self, topic: _Topic, *, is_lost: bool) -> None:
        """Says that the nucleus has ended a subscription, once another was asked for.

        Not as it ends: with a connection that is lost all of them end, a moment before it is known
        to be lost (nucleus lite 2.6.0), and that has a line of its own.
        """
        # One that is closed each time it is made is reported once.
        if topic.has_ended and not topic.end_reported and not is_lost:
            self._report(SubscriptionEnded(topic.listener.shown))
            topic.end_reported = True
        topic.has_ended = False

    def _refuse(self, topic: _Topic, error: NucleusError) -> float:
        """A subscription could not be made; returns the seconds until it is tried again."""
        topic.refusals += 1
        # What could not be reached may turn out to be forbidden.
        is_news = topic.refusal is None or (
            isinstance(error, NotAuthorizedError) and not topic.is_forbidden
        )
        # A connection that is lost has an event of its own.
        if is_news and not isinstance(error, NucleusLostError):
            self._refused_now.append((topic.listener, str(error)))
        topic.refusal = error
        return TRY_SOON_SECONDS if topic.refusals == 1 else TRY_AGAIN_SECONDS

    def _report_refusals(self) -> None:
        """Says that nothing is allowed, instead of naming one topic after the other."""
        refused_now, self._refused_now = self._refused_now, []
        if not refused_now:
            return
        local = [topic for topic in self._topics if topic.listener.is_local]
        nothing_allowed = all(topic.is_forbidden and topic.current is None for topic in local)
        if nothing_allowed and refused_now[0][0].is_local:
            self._report(NothingAllowed(refused_now[0][1], self._wanted(Bus.LOCAL)))
            refused_now = [one for one in refused_now if not one[0].is_local]
        for listener, why in refused_now:
            wanted = self._wanted(listener.bus)
            self._report(SubscriptionRefused(listener.topic_filter, why, wanted, listener.bus))

    def _wanted(self, bus: Bus) -> tuple[str, ...]:
        listeners = (topic.listener for topic in self._topics)
        return tuple(one.topic_filter for one in listeners if one.bus is bus)

    def _subscribe(self, topic: _Topic) -> _Stream:
        self._made += 1
        stream = _Stream(self._made)
        is_local = topic.listener.is_local

        def deliver(message_topic: str, payload: Payload) -> None:
            if not stream.is_ignored:
                topic.listener.deliver(message_topic, payload)
                if is_local:
                    self._activity.hear()

        def count() -> None:
            if not stream.is_ignored:
                topic.listener.count_unreadable()

        def end() -> None:
            stream.has_ended = True
            self._post(SubscriptionClosed(stream.number))

        stream.subscription = self._nucleus.subscribe(
            topic.listener.topic_filter,
            deliver,
            count,
            end,
            topic.listener.bus,
        )
        return stream
