"""Keeps the component listening to everything that it has to hear."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from client_device_associator.clock import Clock
from client_device_associator.core.instant import Instant
from client_device_associator.errors import NotAuthorized, NucleusError, NucleusLost
from client_device_associator.messages.announcement import Payload
from client_device_associator.nucleus.port import Nucleus, OnMessage, Subscription
from client_device_associator.pipeline.events import Event, SubscriptionClosed
from client_device_associator.reporting.operator_log import OperatorLog
from client_device_associator.session.overlap import Overlap

TRY_AGAIN_SECONDS, TRY_SOON_SECONDS = 60.0, 5.0
"""After a subscribe that failed: somebody has to change accessControl, or the nucleus is busy. The
first time sooner, because a deployment may bring the topic a moment before its accessControl."""

OVERLAP_SECONDS = 2.0
"""How long the old subscription goes on beside the new one: what was published before the new one
counted may still be on its way. And how long doubles are watched for after it was closed."""

RESUBSCRIBE_SECONDS = 1.0
"""After the nucleus has closed a subscription; one that it closes each time must not spin."""


@dataclass(frozen=True, slots=True)
class Listening:
    """One thing to listen to.

    Attributes:
        key: Distinguishes it from the others.
        topic_filter: What to subscribe to.
        deliver: Takes every message once, on the nucleus's thread.
    """

    key: str
    topic_filter: str
    deliver: OnMessage


@dataclass(slots=True)
class _Generation:
    """One of the subscriptions that follow each other for a listener."""

    number: int
    side: int
    subscription: Subscription | None = None
    deaf: bool = False


@dataclass(slots=True)
class _Listener:
    listening: Listening
    current: _Generation | None = None
    old: _Generation | None = None
    overlap: Overlap | None = None
    tend_at: float = 0.0
    refusal: NucleusError | None = None
    refusals: int = 0
    said_unheard: bool = False

    def established(self) -> None:
        """A subscription was made; from here on everything comes on the one before as well."""
        if self.current is not None:
            self.overlap = Overlap()

    def hear(self, generation: _Generation, topic: str, payload: Payload) -> None:
        """Delivers what has not come on the other subscription of an overlap already."""
        overlap = self.overlap
        if generation.deaf:
            return
        if overlap is None or overlap.is_first(generation.side, topic, payload):
            self.listening.deliver(topic, payload)

    def close(self) -> None:
        """Ends whatever is open."""
        for generation in (self.current, self.old):
            if generation is not None and generation.subscription is not None:
                generation.subscription.close()


class Subscriptions:
    """One subscription per topic, renewed now and then.

    On lite a message by a bad publisher can kill a subscription with no sign of it; only
    subscribing anew brings it back. The new one is made before the old one is closed, so that
    nothing is missed, and what comes on both in between is heard once.

    Args:
        nucleus: Where to subscribe.
        post: Takes the events, on the nucleus's thread.
        log: Told what could not be subscribed to.
    """

    def __init__(self, nucleus: Nucleus, post: Callable[[Event], None], log: OperatorLog) -> None:
        self._nucleus = nucleus
        self._post = post
        self._log = log
        self._listeners: dict[str, _Listener] = {}
        self._leaving: list[_Listener] = []
        self._made = 0

    @property
    def heard(self) -> list[str]:
        """The topic filters that are listened to at this moment."""
        return [one.listening.topic_filter for one in self._all() if one.current is not None]

    @property
    def refused(self) -> list[str]:
        """The topic filters that could not be subscribed to, for whatever reason."""
        return [one.listening.topic_filter for one in self._all() if one.refusal is not None]

    @property
    def forbidden(self) -> list[str]:
        """Those of them that accessControl lacks, time and again: only a person can mend it."""
        return [
            one.listening.topic_filter
            for one in self._all()
            if isinstance(one.refusal, NotAuthorized) and one.refusals > 1
        ]

    def listen(self, wanted: Sequence[Listening]) -> None:
        """Listens to these from the next `tend` on, and to nothing else.

        A subscription to a filter that is wanted still goes on, whatever becomes of its messages
        from now on. What goes is closed only after what comes was made.
        """
        before = list(self._listeners.values())
        listeners: dict[str, _Listener] = {}
        for listening in wanted:
            known = next(
                (one for one in before if one.listening.topic_filter == listening.topic_filter),
                None,
            )
            if known is None:
                known = _Listener(listening)
            else:
                before.remove(known)
                known.listening = listening
            listeners[listening.key] = known
        self._listeners = listeners
        self._leaving.extend(before)

    def closed(self, event: SubscriptionClosed, now: Instant) -> None:
        """The nucleus has ended a subscription: it is made anew by a later `tend`."""
        for listener in self._all():
            if listener.current is not None and listener.current.number == event.number:
                # One that is closed each time it is made is said once.
                if not listener.said_unheard:
                    self._log.unheard(listener.listening.topic_filter)
                listener.said_unheard = True
                # In an overlap the old one still hears, and goes on until there is another.
                listener.current, listener.old, listener.overlap = listener.old, None, None
                listener.tend_at = now.steady + RESUBSCRIBE_SECONDS

    def try_refused(self) -> None:
        """What was refused is tried again by the next `tend`: accessControl may have changed."""
        for listener in self._all():
            if listener.refusal is not None:
                listener.tend_at = 0.0

    def tend(self, clock: Clock, renewal_seconds: float) -> float | None:
        """Makes, renews and closes whatever is due; it takes as long as the nucleus's answers.

        Returns:
            Steady seconds at which to be called again.
        """
        for listener in self._all():
            now = clock.now().steady
            # The renewal time may have become shorter since this was set.
            listener.tend_at = min(listener.tend_at, now + renewal_seconds)
            if now >= listener.tend_at:
                listener.tend_at = self._tend(listener, renewal_seconds) + clock.now().steady
        for listener in self._leaving:
            listener.close()
        self._leaving.clear()
        return min((one.tend_at for one in self._all()), default=None)

    def _all(self) -> Sequence[_Listener]:
        return list(self._listeners.values())

    def _tend(self, listener: _Listener, renewal_seconds: float) -> float:
        """Does the next thing for a listener; returns the seconds from its end to the one after."""
        if listener.old is not None:
            # Deaf first: the nucleus may deliver on it until it has seen that it is closed.
            listener.old.deaf = True
            if listener.old.subscription is not None:
                listener.old.subscription.close()
            listener.old = None
            return OVERLAP_SECONDS
        if listener.overlap is not None:
            # By now the last double of what came on the old one has come on the new one.
            listener.overlap = None
            return renewal_seconds
        before = listener.current
        try:
            listener.current = self._subscribe(listener, 1 - before.side if before else 0)
        except NucleusError as error:
            listener.overlap = None  # of an answer that came too late
            listener.refusals += 1
            # Of a nucleus that is lost altogether, its own event tells.
            if listener.refusal is None and not isinstance(error, NucleusLost):
                wanted = [one.listening.topic_filter for one in self._all()]
                self._log.not_listening(listener.listening.topic_filter, str(error), wanted)
            listener.refusal = error
            again = TRY_SOON_SECONDS if listener.refusals == 1 else TRY_AGAIN_SECONDS
            return min(again, renewal_seconds)
        listener.old = before
        listener.refusal, listener.refusals = None, 0
        if before is not None:
            listener.said_unheard = False
        return renewal_seconds if before is None else OVERLAP_SECONDS

    def _subscribe(self, listener: _Listener, side: int) -> _Generation:
        self._made += 1
        generation = _Generation(self._made, side)
        generation.subscription = self._nucleus.subscribe(
            listener.listening.topic_filter,
            lambda topic, payload: listener.hear(generation, topic, payload),
            lambda: self._post(SubscriptionClosed(generation.number)),
            listener.established,
        )
        return generation
