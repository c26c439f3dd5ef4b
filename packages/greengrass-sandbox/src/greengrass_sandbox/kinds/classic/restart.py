"""When the classic nucleus gives up a component that failed."""

from dataclasses import dataclass, field

from greengrass_sandbox.lifecycle.restart import ERRORS_UNTIL_BROKEN, HOUR_SECONDS, Verdict


@dataclass
class ConsecutiveErrors:
    """The third error is the last, each within an hour of the one before.

    (Read in its Lifecycle class: the count starts again from zero an hour after the last.)
    """

    delay_seconds: float = 0.0
    _errors: int = field(default=0, init=False)
    _last_error: float | None = field(default=None, init=False)

    def started(self, now: float) -> None:
        """See `RestartRules`."""

    def failed(self, now: float) -> Verdict:
        """See `RestartRules`."""
        if self._last_error is not None and now - self._last_error >= HOUR_SECONDS:
            self._errors = 0
        self._errors += 1
        self._last_error = now
        return Verdict.BROKEN if self._errors >= ERRORS_UNTIL_BROKEN else Verdict.RESTART
