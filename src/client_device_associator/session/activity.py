"""Whether messages come, as far as that decides how often subscriptions are renewed."""

from collections.abc import Callable

from client_device_associator.core.instant import Instant
from client_device_associator.session.events import SessionEvent, TrafficBegan

ACTIVE_RENEWAL_SECONDS = 25.0
"""How often subscriptions to local pub/sub are renewed at least while messages come: with the time
of both, nobody is deaf for more than 30 s after a message that ends a subscription on lite."""

ACTIVE_SECONDS = 600.0
"""Messages count as coming for so long after one has come (decision 0048)."""


class Activity:
    """Heard of on the nucleus's thread, for which it is a mark and no more; asked by the session.

    Args:
        post: Takes the event that wakes the session, when the first message comes after a time
            with none.
    """

    def __init__(self, post: Callable[[SessionEvent], None]) -> None:
        self._post = post
        self._has_heard = self._goes_on = False
        self._until = 0.0

    def hear(self) -> None:
        """A message has come; on the nucleus's thread."""
        if not self._has_heard:
            self._has_heard = True
            if not self._goes_on:
                self._post(TrafficBegan())

    def renewal_seconds(self, wanted: float, now: Instant) -> float:
        """The time between two renewals.

        Args:
            wanted: While nothing is heard.
            now: The time.
        """
        if self._has_heard:
            self._has_heard = False
            self._until = now.steady + ACTIVE_SECONDS
        self._goes_on = now.steady < self._until
        return min(wanted, ACTIVE_RENEWAL_SECONDS) if self._goes_on else wanted
