"""The settings in effect while the configuration changes: read, checked as a whole, or kept."""

from collections.abc import Callable, Mapping

from client_device_associator.clock import Clock
from client_device_associator.configuration.parser import (
    default_settings,
    parse_configuration,
    substitute_settings,
)
from client_device_associator.configuration.reader import Problem
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.instant import Instant
from client_device_associator.errors import NucleusError
from client_device_associator.nucleus.port import Nucleus, Subscription
from client_device_associator.reporting.notices import (
    ConfigurationAccepted,
    ConfigurationRejected,
    ConfigurationUnread,
    ConfigurationUnwatched,
    Report,
    UnknownKey,
)
from client_device_associator.session.events import (
    ConfigurationChanged,
    ConfigurationStreamClosed,
    SessionEvent,
)
from client_device_associator.session.last_good import LastGood

QUIET_SECONDS = 0.5
"""Changes come one per value. They are read together when none has come for this long."""

LONGEST_QUIET_SECONDS = 5.0
"""They are read in any case after this, even if changes still arrive."""

TRY_AGAIN_SECONDS = 10.0
"""After the nucleus has refused to let us read or watch the configuration."""

GIVE_UP_SECONDS = 60.0
"""After this a configuration that could not be read yet is given up for now, and what was good last
time is in effect, or else the defaults."""


class SettingsInEffect:
    """Reads the configuration and keeps the last good settings.

    The watch is renewed as often as subscriptions are, and the configuration read again then. Lite
    reports no key that is removed, and a deployment that resets the configuration ends the delivery
    on a watch with no sign of it (its `ggconfig_delete_key`).

    Args:
        nucleus: Where the configuration is.
        post: Takes the events, on the nucleus's thread.
        report: Takes what an operator may want to know.
        last_good: What was good before this process began.
        started: When it began.
        core_thing_name: This core device.

    Attributes:
        settings: In effect; None until the first reading, or until that is given up. The defaults
            are no substitute: somebody may have configured just that otherwise.
    """

    def __init__(
        self,
        nucleus: Nucleus,
        post: Callable[[SessionEvent], None],
        report: Report,
        *,
        last_good: LastGood,
        started: Instant,
        core_thing_name: str,
    ) -> None:
        self._nucleus = nucleus
        self._post = post
        self._report = report
        self._last_good = last_good
        self._core_thing_name = core_thing_name
        self._give_up_at = started.steady + GIVE_UP_SECONDS
        self.settings: Settings | None = None
        self._read_at: float | None = 0.0
        self._changing_since: float | None = None
        self._not_before = 0.0
        self._watch_at = 0.0
        self._stream: Subscription | None = None
        self._document: Mapping[str, object] | None = None
        self._is_routine = False
        self._is_unread = False
        self._is_unwatched = False
        self._is_rejected = False
        self._warnings: tuple[Problem, ...] = ()

    def changed(self, now: Instant) -> None:
        """Something has changed: it is read when the changes have come to an end."""
        self._is_routine = False
        if self._changing_since is None:
            self._changing_since = now.steady
        latest = self._changing_since + LONGEST_QUIET_SECONDS
        self._read_at = max(min(now.steady + QUIET_SECONDS, latest), self._not_before)

    def stream_closed(self, now: Instant) -> None:
        """The nucleus reports no more changes: watch again, and read what was missed."""
        self.close()
        self._watch_at = now.steady + TRY_AGAIN_SECONDS

    def run_due(self, clock: Clock) -> tuple[bool, float | None]:
        """Watches and reads if that is due; it waits for the nucleus's answers.

        Returns:
            Whether the configuration was read, and when to be called again, in steady seconds.
        """
        if _is_due(self._watch_at, clock):
            self._watch(clock)
        was_read = _is_due(self._read_at, clock) and self._read(clock)
        # The renewal time may have become shorter since this was set.
        self._watch_at = min(self._watch_at, clock.now().steady + self._renewal_seconds())
        wakes = [at for at in (self._watch_at, self._read_at) if at is not None]
        if self.settings is None:
            if clock.now().steady >= self._give_up_at:
                self.settings = self._last_good_settings()
            else:
                wakes.append(self._give_up_at)
        return was_read, min(wakes, default=None)

    def close(self) -> None:
        """Watches no more."""
        if self._stream is not None:
            self._stream.close()
        self._stream = None

    def _renewal_seconds(self) -> float:
        return (self.settings or default_settings()).subscription_renewal_seconds

    def _watch(self, clock: Clock) -> None:
        before = self._stream
        try:
            self._stream = self._nucleus.watch_configuration(
                lambda: self._post(ConfigurationChanged()),
                lambda: self._post(ConfigurationStreamClosed()),
            )
        except NucleusError as error:
            if not self._is_unwatched:
                self._report(ConfigurationUnwatched(str(error)))
            self._is_unwatched = True
            self._watch_at = clock.now().steady + TRY_AGAIN_SECONDS
            return
        if before is not None:
            before.close()
            self._is_routine = self._read_at is None
        self._is_unwatched = False
        self._watch_at = clock.now().steady + self._renewal_seconds()
        self._read_at = clock.now().steady

    def _read(self, clock: Clock) -> bool:
        try:
            document = self._nucleus.configuration()
        except NucleusError as error:
            if not self._is_unread:
                self._report(ConfigurationUnread(str(error)))
            self._is_unread = True
            self._read_at = self._not_before = clock.now().steady + TRY_AGAIN_SECONDS
            return False
        self._is_unread = False
        self._read_at = self._changing_since = None
        if self._is_routine and document == self._document:
            return False
        self._document = document
        self._take(document)
        return True

    def _take(self, document: Mapping[str, object]) -> None:
        parsed = parse_configuration(document, self._core_thing_name)
        self._report_unknown_keys(parsed.warnings)
        if parsed.settings is None:
            self._report(ConfigurationRejected(parsed.problems))
            self._is_rejected = True
            if self.settings is None:
                self.settings = self._last_good_settings()
            return
        if self._is_rejected:
            self._report(ConfigurationAccepted())
        self._is_rejected = False
        self.settings = parsed.settings
        self._last_good.keep(document)

    def _report_unknown_keys(self, warnings: tuple[Problem, ...]) -> None:
        """Each once, until it is corrected."""
        for warning in warnings:
            if warning not in self._warnings:
                self._report(UnknownKey(warning))
        self._warnings = warnings

    def _last_good_settings(self) -> Settings:
        last_good = self._last_good.load()
        if last_good is not None:
            # What was good for another version of this component need not be so for this one.
            settings = parse_configuration(last_good, self._core_thing_name).settings
            if settings is not None:
                return settings
        return substitute_settings(self._document or last_good or {})


def _is_due(at: float | None, clock: Clock) -> bool:
    return at is not None and clock.now().steady >= at
