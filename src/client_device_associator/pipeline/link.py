"""Whether messages go through to AWS IoT Core, as far as the nucleus's answers show."""

from client_device_associator.core.instant import Instant

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
"""A core device may be offline for days; each try costs the nucleus's one thread, on lite for as
long as a connection that is lost without a sign takes to be given up."""

_DOUBLINGS = 6
"""As many as it takes to the longest pause; powers have an end."""

OUTAGE_FAILURES = 2
"""A first failure may only mean that the nucleus has more to send than it holds: lite refuses the
eleventh message that AWS IoT Core has not acknowledged yet."""


class Link:
    """What is behind a bus that can be away for long; then one message after the other is tried.

    Attributes:
        failures: Tries that failed, one after the other.
        try_at: Steady seconds before which nothing is to be sent.
    """

    def __init__(self) -> None:
        self.failures = 0
        self.try_at = 0.0
        self._has_failed = False

    @property
    def is_failing(self) -> bool:
        """Whether the last that is known is a failure."""
        return self._has_failed or self.failures > 0

    @property
    def is_down(self) -> bool:
        """Whether it has failed for more than a moment."""
        return self.failures >= OUTAGE_FAILURES

    def taken(self) -> None:
        """A message went through."""
        self.failures, self.try_at, self._has_failed = 0, 0.0, False

    def failed(self) -> None:
        """A message did not."""
        self._has_failed = True

    def may_be_tried(self, now: Instant) -> bool:
        """Whether to send now; what has failed since the last time makes a pause, once."""
        if self._has_failed and now.steady >= self.try_at:
            pause = FIRST_PAUSE_SECONDS * 2.0 ** min(self.failures, _DOUBLINGS)
            self.try_at = now.steady + min(pause, LONGEST_PAUSE_SECONDS)
            self.failures += 1
        self._has_failed = False
        return now.steady >= self.try_at

    def try_now(self) -> None:
        """Something has changed: no need to wait."""
        self.try_at = 0.0
