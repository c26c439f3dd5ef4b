"""A component's configuration on a nucleus that a test answers for."""

from collections.abc import Mapping
from pathlib import Path

from client_device_associator.configuration.settings import Settings
from client_device_associator.reporting.notices import Notice
from client_device_associator.session.events import (
    ConfigurationChanged,
    ConfigurationStreamClosed,
    SessionEvent,
)
from client_device_associator.session.last_good import LastGood
from client_device_associator.session.settings_in_effect import QUIET_SECONDS, SettingsInEffect
from support.fakes import FakeClock, FakeNucleus
from support.values import START

GOOD = {"logLevel": "DEBUG"}
BAD = {"logLevel": "LOUD", "workerIdleSeconds": -1}
PROBLEMS = [
    "/workerIdleSeconds: found -1, expected a number from 0 to 86400",
    "/logLevel: found 'LOUD', expected one of DEBUG, INFO, WARN, WARNING, ERROR",
]


class Configured:
    """The settings in effect, the nucleus where the configuration is, and the time."""

    def __init__(self, path: Path = Path("/nowhere/last-good.json")) -> None:
        self.nucleus = FakeNucleus()
        self.clock = FakeClock()
        self.events: list[SessionEvent] = []
        self.notices: list[Notice] = []
        self.configuration = SettingsInEffect(
            self.nucleus,
            self.events.append,
            self.notices.append,
            last_good=LastGood(path),
            started=self.clock.now(),
            core_thing_name="core-1",
        )

    def settings(self) -> Settings | None:
        """In effect."""
        return self.configuration.settings

    def run_due(self) -> tuple[bool, float | None]:
        """Does what is due; whether the configuration was read, and the seconds until next time."""
        was_read, wake_at = self.configuration.run_due(self.clock)
        wait = None if wake_at is None else round(wake_at - START - self.clock.seconds, 3)
        return was_read, wait

    def change(self, document: Mapping[str, object]) -> None:
        """A deployment changes the configuration, and the component is informed."""
        self.nucleus.document = document
        self.nucleus.watches[-1].on_changed()
        assert self.events.pop() == ConfigurationChanged()
        self.configuration.changed(self.clock.now())

    def end_stream(self) -> None:
        """The nucleus ends the stream of changes."""
        self.nucleus.watches[-1].on_closed()
        assert self.events.pop() == ConfigurationStreamClosed()
        self.configuration.stream_closed(self.clock.now())

    def pass_quiet(self) -> bool:
        """Lets the changes come to an end; whether the configuration was read."""
        self.clock.seconds += QUIET_SECONDS
        return self.run_due()[0]
