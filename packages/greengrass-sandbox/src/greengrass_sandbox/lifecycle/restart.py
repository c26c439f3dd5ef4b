"""When a component that failed is started again, and when it is given up."""

from enum import Enum
from typing import Protocol

ERRORS_UNTIL_BROKEN = 3
HOUR_SECONDS = 3600.0


class Verdict(Enum):
    """What becomes of a component that failed."""

    RESTART = "restart"
    BROKEN = "broken"


class RestartRules(Protocol):
    """The rules of one kind of nucleus, with what they remember of one component.

    Attributes:
        delay_seconds: From a failure to the next start.
    """

    delay_seconds: float

    def started(self, now: float) -> None:
        """Take note of a start at ``now`` (seconds of a monotonic clock)."""

    def failed(self, now: float) -> Verdict:
        """Decide on a failure at ``now`` (seconds of a monotonic clock)."""
