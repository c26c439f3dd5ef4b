"""A configuration on a made-up nucleus, and the time."""

from collections.abc import Mapping
from pathlib import Path

from builders import START, moment
from client_device_associator.pipeline.events import (
    ConfigurationChanged,
    Event,
)
from client_device_associator.reporting.operator_log import OperatorLog
from client_device_associator.session.last_good import LastGood
from client_device_associator.session.settings_in_effect import (
    QUIET_SECONDS,
    LiveConfiguration,
)
from fakes import FakeClock, FakeNucleus

GOOD = {"logLevel": "DEBUG"}
BAD = {"logLevel": "LOUD", "workerIdleSeconds": -1}
PROBLEMS = [
    "/workerIdleSeconds: found -1, expected a number from 0 to 86400",
    "/logLevel: found 'LOUD', expected one of DEBUG, INFO, WARN, WARNING, ERROR",
]


class Live:
    """A configuration, the nucleus where it is, and the time."""

    def __init__(self, path: Path = Path("/nowhere/last-good.json")) -> None:
        self.nucleus = FakeNucleus()
        self.events: list[Event] = []
        self.seconds = 0.0
        self.clock = FakeClock()
        self.configuration = LiveConfiguration(
            self.nucleus,
            self.events.append,
            OperatorLog("core-1", "eu-central-1"),
            LastGood(path),
            self.clock.now(),
        )

    def tend(self) -> tuple[bool, float | None]:
        """Tends it; whether it was read, and the seconds until the next time."""
        self.clock.seconds = self.seconds
        read, wake_at = self.configuration.tend(self.clock)
        return read, None if wake_at is None else round(wake_at - START - self.seconds, 3)

    def change(self, document: Mapping[str, object]) -> None:
        """A deployment changes the configuration, and the component hears of it."""
        self.nucleus.document = document
        self.nucleus.watches[-1].on_changed()
        assert self.events.pop() == ConfigurationChanged()
        self.configuration.changed(moment(self.seconds))

    def pass_quiet(self) -> bool:
        """Lets changes come to rest; whether the configuration was read."""
        self.seconds += QUIET_SECONDS
        return self.tend()[0]
