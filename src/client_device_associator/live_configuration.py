"""The configuration while it changes: read, checked as a whole, and in force only if it is good."""

from collections.abc import Callable, Mapping

from client_device_associator.core.instant import Instant
from client_device_associator.errors import NucleusError
from client_device_associator.events import (
    ConfigurationAsked,
    ConfigurationChanged,
    ConfigurationUnwatched,
    Event,
)
from client_device_associator.nucleus.port import Nucleus, Subscription
from client_device_associator.operator_log import OperatorLog
from client_device_associator.settings import Settings, SettingsReading, read_settings

QUIET_SECONDS = 0.5
"""Changes come one per value. They are taken as one when none has come for this long."""

LONGEST_QUIET_SECONDS = 5.0
"""They are taken in any case after this, however they keep coming."""

TRY_AGAIN_SECONDS = 10.0
"""After the nucleus has not let us read or watch the configuration."""

_MAX_OBJECTION_CHARACTERS = 2000
"""A deployment's status is shown in consoles, and lite's packets are 10 kB."""


class LiveConfiguration:
    """Holds the last good settings.

    Args:
        nucleus: Where the configuration is.
        post: Takes the events, on the nucleus's thread.
        log: Told what is wrong with a configuration.
    """

    def __init__(self, nucleus: Nucleus, post: Callable[[Event], None], log: OperatorLog) -> None:
        self._nucleus = nucleus
        self._post = post
        self._log = log
        self.settings = Settings()
        self.problems: tuple[str, ...] = ()
        self._read_at: float | None = 0.0
        self._changing_since: float | None = None
        self._not_before = 0.0
        self._no_veto = False
        self._watch_at: float | None = 0.0
        self._watch: Subscription | None = None
        self._questions: Subscription | None = None

    def changed(self, now: Instant) -> None:
        """Something has changed: it is read when the changes have come to rest."""
        if self._changing_since is None:
            self._changing_since = now.steady
        latest = self._changing_since + LONGEST_QUIET_SECONDS
        self._read_at = max(min(now.steady + QUIET_SECONDS, latest), self._not_before)

    def unwatched(self, now: Instant) -> None:
        """The nucleus tells of no more changes: watch anew, and read what was missed."""
        for stream in (self._watch, self._questions):
            if stream is not None:
                stream.close()
        self._watch = self._questions = None
        self._watch_at = now.steady + TRY_AGAIN_SECONDS

    def asked(self, event: ConfigurationAsked) -> None:
        """Answers a deployment that wants to know; nothing of what it asks about is applied."""
        problems = read_settings(event.configuration).problems
        objection = "; ".join(map(str, problems))[:_MAX_OBJECTION_CHARACTERS] or None
        self._nucleus.answer_validation(event.deployment_id, objection)
        if objection:
            self._log.deployment_vetoed(event.deployment_id, objection)

    def tend(self, now: Instant) -> tuple[bool, float | None]:
        """Watches and reads if that is due.

        Returns:
            Whether the configuration was read, and when to be called again, in steady seconds.
        """
        if self._watch_at is not None and now.steady >= self._watch_at:
            self._watch_anew(now)
        read = self._read_at is not None and now.steady >= self._read_at
        if read:
            read = self._read(now)
            self._ask_or_not()
        wakes = [at for at in (self._watch_at, self._read_at) if at is not None]
        return read, min(wakes, default=None)

    def _watch_anew(self, now: Instant) -> None:
        try:
            self._watch = self._nucleus.watch_configuration(
                lambda: self._post(ConfigurationChanged()),
                lambda: self._post(ConfigurationUnwatched()),
            )
        except NucleusError as error:
            self._log.configuration_unwatched(str(error))
            self._watch_at = now.steady + TRY_AGAIN_SECONDS
            return
        self._log.configuration_watched()
        self._watch_at = None
        self._read_at = now.steady

    def _read(self, now: Instant) -> bool:
        try:
            document = self._nucleus.configuration()
        except NucleusError as error:
            self._log.configuration_unread(str(error))
            self._read_at = self._not_before = now.steady + TRY_AGAIN_SECONDS
            return False
        self._log.configuration_read()
        self._read_at = self._changing_since = None
        self._take(read_settings(document))
        return True

    def _take(self, reading: SettingsReading) -> None:
        self._log.settings_doubtful(reading.warnings)
        self.problems = tuple(map(str, reading.problems))
        if reading.settings is None:
            self._log.settings_refused(reading.problems)
        else:
            self._log.settings_good()
            self.settings = reading.settings

    def _ask_or_not(self) -> None:
        """Has deployments ask first, if that is wanted: it is a risk (see the documentation)."""
        wanted = self.settings.deployment_veto
        if wanted and self._questions is None and not self._no_veto:
            try:
                self._questions = self._nucleus.watch_validation(
                    self._post_question, lambda: self._post(ConfigurationUnwatched())
                )
            except NucleusError as error:
                self._no_veto = True
                self._log.no_veto(str(error))
        elif not wanted:
            self._no_veto = False
            if self._questions is not None:
                self._questions.close()
                self._questions = None

    def _post_question(self, deployment_id: str, configuration: Mapping[str, object]) -> None:
        self._post(ConfigurationAsked(deployment_id, configuration))
