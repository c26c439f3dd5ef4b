"""The one place that decides what an operator is told, and in which words."""

import logging
import sys
from collections.abc import Sequence

from client_device_associator.configuration.reader import Problem
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.answer import Trouble
from client_device_associator.core.decision import (
    CallSettled,
    CloudBack,
    CloudLost,
    DeviceTrouble,
    Notice,
)
from client_device_associator.journal.file import SetAside
from client_device_associator.reporting.access_control import publish_block, subscribe_block
from client_device_associator.reporting.iam_statement import iam_statement

_LOGGER = "client_device_associator"

_MAX_TOPICS_REMEMBERED = 100
"""Refused topics; each device may have one of its own."""

_MAX_MISTAKES_SAID = 20

_ALL_WAIT = "all devices wait and are tried again"

_WHAT_TO_DO = {
    Trouble.THROTTLED: "nothing to do",
    Trouble.UNAVAILABLE: "check this core device's network",
    Trouble.NO_CREDENTIALS: "check aws.greengrass.TokenExchangeService and the role alias of the"
    " nucleus configuration",
    Trouble.CREDENTIALS_REFUSED: "check this core device's clock and its token exchange role",
    Trouble.ACCESS_DENIED: "allow it for the token exchange role:",
    Trouble.CORE_UNKNOWN: "check that the core device exists in this account and region",
    Trouble.MISCONFIGURED: "put that right",
}


def configure(level: str) -> None:
    """Sends the log to where a nucleus reads it: stdout is logged as INFO, stderr as WARN."""
    logger = logging.getLogger(_LOGGER)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    calm = logging.StreamHandler(sys.stdout)
    calm.addFilter(lambda record: record.levelno < logging.WARNING)
    alarming = logging.StreamHandler(sys.stderr)
    alarming.setLevel(logging.WARNING)
    for handler in (calm, alarming):
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False


class OperatorLog:
    """Says what has happened, to whom, and what to do about it."""

    def __init__(self, core_thing_name: str, region: str) -> None:
        self._core = core_thing_name or "(no thing name)"
        self._region = region
        self._logger = logging.getLogger(_LOGGER)
        self._lasting: set[str] = set()
        self._topics_refused: set[str] = set()
        self._troubles_said: set[Trouble] = set()
        self._mistakes_said: set[str] = set()
        self._doubts: tuple[Problem, ...] = ()

    def _begins(self, trouble: str) -> bool:
        """Whether a trouble that lasts is news; it is not until it has ended."""
        is_news = trouble not in self._lasting
        self._lasting.add(trouble)
        return is_news

    def _ends(self, trouble: str) -> bool:
        """Whether a trouble has lasted until now."""
        has_lasted = trouble in self._lasting
        self._lasting.discard(trouble)
        return has_lasted

    def started(self, version: str, journal_path: str) -> None:
        """The component begins its work."""
        self._logger.info(
            "client device associator %s for core device %s; journal %s",
            version,
            self._core,
            journal_path,
        )

    def listening(self, topic_filters: Sequence[str]) -> None:
        """Subscriptions are in place."""
        self._logger.info(
            "listening for announcements on %s", ", ".join(topic_filters) or "nothing at all"
        )

    def not_listening(self, topic_filter: str, why: str, wanted: Sequence[str]) -> None:
        """A subscription could not be made; said once until it can.

        Args:
            topic_filter: To what.
            why: The nucleus's words.
            wanted: Every filter of the settings: a merge replaces the block of an earlier one.
        """
        self._logger.error(
            "cannot subscribe to %s (%s); if accessControl does not allow it, merge %s. Trying"
            " again later",
            topic_filter,
            why,
            subscribe_block(wanted),
        )

    def unheard(self, topic_filter: str) -> None:
        """The nucleus has ended a subscription."""
        self._logger.warning("the nucleus has closed the subscription to %s", topic_filter)

    def state_not_reported(self, state: str, why: str) -> None:
        """The nucleus does not know how the component is."""
        self._logger.warning("the nucleus did not take the state %s (%s); going on", state, why)

    def configuration_unwatched(self, why: str) -> None:
        """Changes of the configuration are not heard of for now; said once until they are."""
        if self._begins("unwatched"):
            self._logger.warning("cannot watch the configuration (%s); trying again", why)

    def configuration_watched(self) -> None:
        """Changes of the configuration are heard of."""
        self._ends("unwatched")

    def configuration_unread(self, why: str) -> None:
        """The configuration could not be read; said once until it can."""
        if self._begins("unread"):
            self._logger.warning("cannot read the configuration (%s); trying again", why)

    def configuration_read(self) -> None:
        """The configuration could be read."""
        self._ends("unread")

    def no_veto(self, why: str) -> None:
        """Deployments do not ask on this nucleus."""
        self._logger.warning(
            "deploymentVeto has no effect (%s): only the classic nucleus asks before a deployment",
            why,
        )

    def deployment_vetoed(self, deployment_id: str, objection: str) -> None:
        """A deployment was told that its configuration will not do."""
        self._logger.warning("vetoed deployment %s: %s", deployment_id, objection)

    def settings_good(self) -> None:
        """The configuration is in force; said only after it was not."""
        if self._ends("settings refused"):
            self._logger.info("the configuration is in order again, and in force")

    def settings_refused(self, problems: Sequence[Problem]) -> None:
        """The configuration cannot be used."""
        self._begins("settings refused")
        self._logger.error(
            "the configuration is not in force (the last good one is, or else the defaults),"
            " because of %d problem(s): %s",
            len(problems),
            "; ".join(map(str, problems)),
        )

    def settings_doubtful(self, warnings: Sequence[Problem]) -> None:
        """The configuration holds what nobody reads; said once of each until it is put right."""
        for warning in warnings:
            if warning not in self._doubts:
                self._logger.warning("configuration %s", warning)
        self._doubts = tuple(warnings)

    def stopping(self, reason: str) -> None:
        """The component ends."""
        self._logger.info("stopping: %s", reason)

    def unforeseen(self, error: Exception) -> None:
        """A mistake of ours; said once of each kind, with what a developer needs."""
        kind = f"{type(error).__name__}: {error}"
        if kind in self._mistakes_said or len(self._mistakes_said) >= _MAX_MISTAKES_SAID:
            return
        self._mistakes_said.add(kind)
        self._logger.error(
            "a mistake in this component (%s); it goes on. Please report it with these lines",
            kind,
            exc_info=error,
        )

    def fatal(self, message: str) -> None:
        """The component cannot go on."""
        self._logger.error("%s", message)

    def storage_lost(self, why: str) -> None:
        """The journal cannot be written; said once."""
        if self._begins("storage lost"):
            self._logger.error(
                "%s; announcements are rejected until it can be written. Make room on the disk or"
                " check that it is writable",
                why,
            )

    def journal_set_aside(self, aside: SetAside) -> None:
        """A journal could not be used and made way for a new one."""
        self._logger.error(
            "the journal could not be used (%s); it is now %s, and a new one was begun. Devices"
            " that waited in it are associated when they announce themselves again",
            aside.why,
            aside.path,
        )

    def storage_back(self) -> None:
        """The journal can be written; said only after it could not."""
        if self._ends("storage lost"):
            self._logger.info("the journal can be written again")

    def results_refused(self, topic: str, why: str, settings: Settings) -> None:
        """The nucleus does not take a result message; said once until it takes them all."""
        already_said = bool(self._topics_refused)
        if len(self._topics_refused) < _MAX_TOPICS_REMEMBERED:
            self._topics_refused.add(topic)
        if not already_said:
            self._logger.error(
                "the nucleus does not take result messages on %s (%s); if accessControl does not"
                " allow it, merge %s. The results are kept and sent later",
                topic,
                why,
                publish_block(settings),
            )

    def results_taken(self, topic: str) -> None:
        """The nucleus takes result messages on a topic."""
        self._topics_refused.discard(topic)

    def rejected(self, topic: str, reason: str, count: int) -> None:
        """Announcements could not be taken."""
        self._logger.warning("rejected %d announcement(s) on %s: %s", count, topic, reason)

    def worker_ended(self, reason: str) -> None:
        """A worker process has died of itself, with nothing to do."""
        self._logger.warning("the idle association worker %s; nothing is lost", reason)

    def notice(self, notice: Notice) -> None:
        """Something that the core found worth saying."""
        if isinstance(notice, CallSettled):
            self._call_settled(notice)
        elif isinstance(notice, DeviceTrouble):
            self._device_trouble(notice)
        elif isinstance(notice, CloudLost):
            # Two may take turns in one outage.
            if notice.trouble not in self._troubles_said:
                self._troubles_said.add(notice.trouble)
                self._cloud_lost(notice)
        elif isinstance(notice, CloudBack):
            self._troubles_said.clear()
            self._logger.info("the cloud answers again")

    def _call_settled(self, notice: CallSettled) -> None:
        parts = (
            (notice.associated, "associated"),
            (notice.already, "associated already"),
            (notice.failing, "to be tried again or given up"),
            (notice.refused, "refused for good"),
            (notice.narrowed, "asked for again in smaller groups"),
        )
        said = ", ".join(f"{count} {what}" for count, what in parts if count)
        self._logger.info("call to the cloud answered: client devices %s", said)

    def _device_trouble(self, notice: DeviceTrouble) -> None:
        outcome = "given up" if notice.given_up else "it will be tried again"
        self._logger.warning(
            "client device %s is not associated: %s %s; %s",
            notice.thing_name,
            notice.code,
            notice.message,
            outcome,
        )

    def _cloud_lost(self, notice: CloudLost) -> None:
        to_do = _WHAT_TO_DO[notice.trouble]
        if notice.trouble is Trouble.ACCESS_DENIED:
            to_do = f"{to_do} {iam_statement(self._core, self._region, notice.message)}"
        self._logger.warning(
            "calls for core device %s in region %s come to nothing: %s: %s %s; %s. Next call in"
            " %.0f s; %s",
            self._core,
            self._region or "(none)",
            notice.trouble.value,
            notice.code,
            notice.message,
            to_do,
            notice.wait_seconds,
            _ALL_WAIT,
        )
