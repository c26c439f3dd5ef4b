"""When nucleus lite, that is systemd, gives up a component that failed."""

from dataclasses import dataclass, field

from greengrass_sandbox.lifecycle.restart import ERRORS_UNTIL_BROKEN, HOUR_SECONDS, Verdict


@dataclass
class StartLimit:
    """Three starts an hour, with a pause of a second between.

    (Its unit files say StartLimitBurst=3, StartLimitInterval=3600, RestartSec=1.)
    """

    delay_seconds: float = 1.0
    _starts: list[float] = field(default_factory=list, init=False)

    def started(self, now: float) -> None:
        """See `RestartRules`."""
        self._starts = [it for it in self._starts if now - it < HOUR_SECONDS]
        self._starts.append(now)

    def failed(self, now: float) -> Verdict:
        """See `RestartRules`."""
        recent = [it for it in self._starts if now - it < HOUR_SECONDS]
        return Verdict.BROKEN if len(recent) >= ERRORS_UNTIL_BROKEN else Verdict.RESTART
