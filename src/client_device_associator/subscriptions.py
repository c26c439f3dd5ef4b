"""Keeps the component listening to every announcement topic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from client_device_associator.core.instant import Instant
from client_device_associator.errors import NucleusError, NucleusLost
from client_device_associator.events import Event, MessageArrived, SubscriptionClosed
from client_device_associator.nucleus.port import Nucleus, Subscription
from client_device_associator.operator_log import OperatorLog
from client_device_associator.settings import Source

TRY_AGAIN_SECONDS = 60.0
"""After a subscribe that failed: somebody has to change accessControl, or the nucleus is busy."""


@dataclass(slots=True)
class _Listener:
    source: Source
    subscription: Subscription | None = None
    renew_at: float = 0.0
    failed: bool = False


class Subscriptions:
    """One subscription per announcement topic, renewed now and then.

    On lite a message by a bad publisher can kill a subscription with no sign of it; only
    subscribing anew brings it back. The new one is made before the old one is closed, so that
    nothing is missed in between.

    Args:
        nucleus: Where to subscribe.
        offer: Takes the messages, on the nucleus's thread.
        post: Takes the events, on the nucleus's thread.
        log: Told what could not be subscribed to.
    """

    def __init__(
        self,
        nucleus: Nucleus,
        offer: Callable[[MessageArrived], None],
        post: Callable[[Event], None],
        log: OperatorLog,
    ) -> None:
        self._nucleus = nucleus
        self._offer = offer
        self._post = post
        self._log = log
        self._listeners: dict[str, _Listener] = {}

    def listen(self, sources: Sequence[Source]) -> None:
        """Listens to these topics from the next `tend` on."""
        self._listeners = {source.key: _Listener(source) for source in sources}

    def closed(self, key: str) -> None:
        """The nucleus has ended a subscription: it is made anew by the next `tend`."""
        listener = self._listeners.get(key)
        if listener is not None:
            self._log.unheard(listener.source.topic_filter)
            listener.subscription = None
            listener.renew_at = 0.0

    def tend(self, now: Instant, renewal_seconds: float) -> float | None:
        """Makes and renews whatever is due.

        Returns:
            Steady seconds at which to be called again.
        """
        for listener in self._listeners.values():
            if now.steady >= listener.renew_at:
                self._renew(listener, now, renewal_seconds)
        return min((listener.renew_at for listener in self._listeners.values()), default=None)

    @property
    def topic_filters(self) -> list[str]:
        """What is listened to at this moment."""
        return [
            listener.source.topic_filter
            for listener in self._listeners.values()
            if listener.subscription is not None
        ]

    def _renew(self, listener: _Listener, now: Instant, renewal_seconds: float) -> None:
        source = listener.source
        before = listener.subscription
        try:
            listener.subscription = self._nucleus.subscribe(
                source.topic_filter,
                lambda topic, payload: self._offer(
                    MessageArrived(source.thing_name, topic, payload)
                ),
                lambda: self._post(SubscriptionClosed(source.key)),
            )
        except NucleusError as error:
            listener.renew_at = now.steady + min(TRY_AGAIN_SECONDS, renewal_seconds)
            # Of a nucleus that is lost altogether, its own event tells.
            if not listener.failed and not isinstance(error, NucleusLost):
                self._log.not_listening(source.topic_filter, str(error))
            listener.failed = True
            return
        listener.renew_at = now.steady + renewal_seconds
        listener.failed = False
        if before is not None:
            before.close()
