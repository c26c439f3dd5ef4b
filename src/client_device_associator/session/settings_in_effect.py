"""The configuration while it changes: read, checked as a whole, and in force only if it is good."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from client_device_associator.clock import Clock
from client_device_associator.configuration.settings import Settings, read_settings
from client_device_associator.core.instant import Instant
from client_device_associator.errors import NotSupported, NucleusError
from client_device_associator.nucleus.port import Nucleus, Subscription
from client_device_associator.pipeline.events import (
    ConfigurationAsked,
    ConfigurationChanged,
    ConfigurationUnwatched,
    Event,
)
from client_device_associator.reporting.operator_log import OperatorLog
from client_device_associator.session.last_good import LastGood

QUIET_SECONDS = 0.5
"""Changes come one per value. They are taken as one when none has come for this long."""

LONGEST_QUIET_SECONDS = 5.0
"""They are taken in any case after this, however they keep coming."""

TRY_AGAIN_SECONDS = 10.0
"""After the nucleus has not let us read or watch the configuration."""

PATIENCE_SECONDS = 60.0
"""After this a configuration that could not be read yet is given up for now, and what was good last
time is in force, or else the defaults."""

_MAX_OBJECTION_CHARACTERS = 2000
"""A deployment's status is shown in consoles, and lite's packets are 10 kB."""


class LiveConfiguration:
    """Holds the last good settings.

    Args:
        nucleus: Where the configuration is.
        post: Takes the events, on the nucleus's thread.
        log: Told what is wrong with a configuration.
        last_good: What was good before this process began.
        started: When it began.

    Attributes:
        settings: In force, once `is_known`.
        is_known: Whether there is anything to go by: until a first reading there is not, for a
            while, because the defaults may be just what somebody has configured otherwise.
        problems: What is wrong with the configuration as it was read last.
    """

    def __init__(
        self,
        nucleus: Nucleus,
        post: Callable[[Event], None],
        log: OperatorLog,
        last_good: LastGood,
        started: Instant,
    ) -> None:
        self._nucleus = nucleus
        self._post = post
        self._log = log
        self._last_good = last_good
        self._give_up_at = started.steady + PATIENCE_SECONDS
        self.settings = Settings()
        self.is_known = False
        self.problems: tuple[str, ...] = ()
        self._read_at: float | None = 0.0
        self._changing_since: float | None = None
        self._not_before = 0.0
        self._no_veto = False
        self._watch_at: float | None = 0.0
        self._watch: Subscription | None = None
        self._agreement: Subscription | None = None
        self._questions: Subscription | None = None
        self._ask_at: float | None = None

    def changed(self, now: Instant) -> None:
        """Something has changed: it is read when the changes have come to rest."""
        if self._changing_since is None:
            self._changing_since = now.steady
        latest = self._changing_since + LONGEST_QUIET_SECONDS
        self._read_at = max(min(now.steady + QUIET_SECONDS, latest), self._not_before)

    def unwatched(self, now: Instant) -> None:
        """The nucleus tells of no more changes: watch anew, and read what was missed."""
        for stream in (self._watch, self._agreement, self._questions):
            if stream is not None:
                stream.close()
        self._watch = self._agreement = self._questions = None
        self._no_veto = False
        self._watch_at = now.steady + TRY_AGAIN_SECONDS

    def asked(self, event: ConfigurationAsked) -> None:
        """Answers a deployment that wants to know; nothing of what it asks about is applied."""
        problems = read_settings(event.configuration).problems
        objection = "; ".join(map(str, problems))[:_MAX_OBJECTION_CHARACTERS] or None
        self._nucleus.answer_validation(event.deployment_id, objection)
        if objection:
            self._log.deployment_vetoed(event.deployment_id, objection)

    def tend(self, clock: Clock) -> tuple[bool, float | None]:
        """Watches and reads if that is due; it may take as long as the nucleus takes to answer.

        Returns:
            Whether the configuration was read, and when to be called again, in steady seconds.
        """
        if _is_due(self._watch_at, clock):
            self._watch_anew(clock)
        read = _is_due(self._read_at, clock) and self._read(clock)
        if read or _is_due(self._ask_at, clock):
            self._ask_or_not(clock)
        wakes = [at for at in (self._watch_at, self._read_at, self._ask_at) if at is not None]
        if not self.is_known:
            self._go_by_the_last_good(clock)
        return read, min(wakes, default=None)

    def _watch_anew(self, clock: Clock) -> None:
        def unwatched() -> None:
            self._post(ConfigurationUnwatched())

        try:
            self._watch = self._nucleus.watch_configuration(
                lambda: self._post(ConfigurationChanged()), unwatched
            )
        except NucleusError as error:
            self._log.configuration_unwatched(str(error))
            self._watch_at = clock.now().steady + TRY_AGAIN_SECONDS
            return
        # On lite there is no such thing, and nobody waits.
        with suppress(NucleusError):
            self._agreement = self._nucleus.agree_to_component_updates(unwatched)
        self._log.configuration_watched()
        self._watch_at = None
        self._read_at = clock.now().steady

    def _read(self, clock: Clock) -> bool:
        try:
            document = self._nucleus.configuration()
        except NucleusError as error:
            self._log.configuration_unread(str(error))
            self._read_at = self._not_before = clock.now().steady + TRY_AGAIN_SECONDS
            return False
        self._log.configuration_read()
        self._read_at = self._changing_since = None
        self._take(document)
        return True

    def _take(self, document: Mapping[str, object]) -> None:
        reading = read_settings(document)
        self._log.settings_doubtful(reading.warnings)
        self.problems = tuple(map(str, reading.problems))
        if reading.settings is None:
            self._log.settings_refused(reading.problems)
            if not self.is_known:
                self._load_the_last_good()
        else:
            self._log.settings_good()
            self.settings = reading.settings
            self._last_good.keep(document)
        self.is_known = True

    def _go_by_the_last_good(self, clock: Clock) -> None:
        if clock.now().steady >= self._give_up_at:
            self._load_the_last_good()
            self.is_known = True

    def _load_the_last_good(self) -> None:
        settings = read_settings(self._last_good.load() or {}).settings
        # What was good for another version of this component need not be so for this one.
        self.settings = settings or Settings()

    def _ask_or_not(self, clock: Clock) -> None:
        """Has deployments ask first, if that is wanted: it is a risk (see the documentation)."""
        self._ask_at = None
        wanted = self.settings.deployment_veto
        if wanted and self._questions is None and not self._no_veto:
            try:
                self._questions = self._nucleus.watch_validation(
                    self._post_question, lambda: self._post(ConfigurationUnwatched())
                )
            except NotSupported as error:
                self._no_veto = True
                self._log.no_veto(str(error))
            except NucleusError:
                self._ask_at = clock.now().steady + TRY_AGAIN_SECONDS
        elif not wanted:
            self._no_veto = False
            if self._questions is not None:
                self._questions.close()
                self._questions = None

    def _post_question(self, deployment_id: str, configuration: Mapping[str, object]) -> None:
        self._post(ConfigurationAsked(deployment_id, configuration))


def _is_due(at: float | None, clock: Clock) -> bool:
    return at is not None and clock.now().steady >= at
