"""When a component that failed is started again, and when it is given up."""

from dataclasses import dataclass, field
from enum import Enum

ERRORS_UNTIL_BROKEN = 3
HOUR_SECONDS = 3600.0


class Verdict(Enum):
    """What becomes of a component that failed."""

    RESTART = "restart"
    BROKEN = "broken"


@dataclass
class ConsecutiveErrors:
    """The classic nucleus: the third error is the last, each within an hour of the one before.

    (Read in its Lifecycle class: the count starts again from zero an hour after the last.)
    """

    delay_seconds: float = 0.0
    _errors: int = field(default=0, init=False)
    _last_error: float | None = field(default=None, init=False)

    def started(self, now: float) -> None:
        """Take note of a start at ``now`` (seconds of a monotonic clock)."""

    def failed(self, now: float) -> Verdict:
        """Decide on a failure at ``now`` (seconds of a monotonic clock)."""
        if self._last_error is not None and now - self._last_error >= HOUR_SECONDS:
            self._errors = 0
        self._errors += 1
        self._last_error = now
        return Verdict.BROKEN if self._errors >= ERRORS_UNTIL_BROKEN else Verdict.RESTART


@dataclass
class StartLimit:
    """The lite nucleus, that is systemd: three starts an hour, with a pause of a second between.

    (Its unit files say StartLimitBurst=3, StartLimitInterval=3600, RestartSec=1.)
    """

    delay_seconds: float = 1.0
    _starts: list[float] = field(default_factory=list, init=False)

    def started(self, now: float) -> None:
        """Take note of a start at ``now`` (seconds of a monotonic clock)."""
        self._starts = [it for it in self._starts if now - it < HOUR_SECONDS]
        self._starts.append(now)

    def failed(self, now: float) -> Verdict:
        """Decide on a failure at ``now`` (seconds of a monotonic clock)."""
        recent = [it for it in self._starts if now - it < HOUR_SECONDS]
        return Verdict.BROKEN if len(recent) >= ERRORS_UNTIL_BROKEN else Verdict.RESTART


RestartRules = ConsecutiveErrors | StartLimit
"""The rules of the one or the other nucleus, with what they remember of one component."""
