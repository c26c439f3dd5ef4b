"""A configuration on a made-up nucleus, and the time."""

from collections.abc import Mapping

from builders import START, moment
from client_device_associator.events import (
    ConfigurationChanged,
    Event,
)
from client_device_associator.live_configuration import (
    QUIET_SECONDS,
    LiveConfiguration,
)
from client_device_associator.operator_log import OperatorLog
from fakes import FakeNucleus

GOOD = {"logLevel": "DEBUG"}
BAD = {"logLevel": "LOUD", "workerIdleSeconds": -1}
PROBLEMS = [
    "/workerIdleSeconds: found -1, expected a number from 0 to 86400",
    "/logLevel: found 'LOUD', expected one of DEBUG, INFO, WARN, WARNING, ERROR",
]


class Live:
    """A configuration, the nucleus where it is, and the time."""

    def __init__(self) -> None:
        self.nucleus = FakeNucleus()
        self.events: list[Event] = []
        self.seconds = 0.0
        self.configuration = LiveConfiguration(
            self.nucleus, self.events.append, OperatorLog("core-1", "eu-central-1")
        )

    def tend(self) -> tuple[bool, float | None]:
        """Tends it; whether it was read, and the seconds until the next time."""
        read, wake_at = self.configuration.tend(moment(self.seconds))
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
