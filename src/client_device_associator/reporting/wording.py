"""The words of every log line: what happened, to whom, and what to do."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatch

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import (
    CallSettled,
    CallsFailing,
    CallsSucceeding,
    DeviceDelayed,
    DeviceFailed,
    DevicesRefused,
)
from client_device_associator.core.operation import Operation
from client_device_associator.reporting import notices
from client_device_associator.reporting.access_control import publish_block, subscribe_block
from client_device_associator.reporting.iam_statement import iam_statement

_WHAT_TO_DO: Mapping[FailureCause, str] = {
    FailureCause.THROTTLED: "nothing to do",
    FailureCause.UNAVAILABLE: "check this core device's network and proxy",
    FailureCause.NO_CREDENTIALS: "check aws.greengrass.TokenExchangeService and the role alias of"
    " the nucleus configuration",
    FailureCause.CREDENTIALS_REFUSED: "check this core device's clock and its token exchange role",
    FailureCause.ACCESS_DENIED: "allow it for the token exchange role:",
    FailureCause.CORE_UNKNOWN: "check that the core device exists in this account and region",
    FailureCause.MISCONFIGURED: "correct that",
}

_DONE: Mapping[Operation, tuple[str, str]] = {
    Operation.ASSOCIATE: ("associated", "associated already"),
    Operation.DISASSOCIATE: ("disassociated", "not associated anyway"),
}
"""Of a device for which a call has worked, and of one for which it was not needed."""

_CALLS: Mapping[Operation, str] = {
    Operation.ASSOCIATE: "calls",
    Operation.DISASSOCIATE: "calls that disassociate client devices",
}

_NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log.

    Attributes:
        level: As in `logging`.
        text: What it says; text from outside is not escaped yet.
        error: An exception whose traceback belongs to it.
    """

    level: int
    text: str
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where this component runs.

    Attributes:
        core_thing_name: This core device; "" if the nucleus does not say.
        region: Its AWS region; "" if the nucleus does not say.
    """

    core_thing_name: str
    region: str

    @property
    def core(self) -> str:
        """The core device's name, for a person."""
        return self.core_thing_name or "(no thing name)"


@singledispatch
def line_for(notice: notices.Notice, place: Place) -> Line | None:  # noqa: ARG001 - for most of them
    """The line for a notice, or None if the log has none for it."""
    return None


@line_for.register
def _started(notice: notices.Started, place: Place) -> Line:
    return _info(
        f"client device associator {notice.version} for core device {place.core}; journal"
        f" {notice.journal_path}"
    )


@line_for.register
def _stopping(notice: notices.Stopping, _: Place) -> Line:
    return _info(f"stopping: {notice.reason}")


@line_for.register
def _defect(notice: notices.DefectFound, _: Place) -> Line:
    kind = f"{type(notice.error).__name__}: {notice.error}"
    text = f"a defect in this component ({kind}); it goes on. Please report it with these lines"
    return Line(logging.ERROR, text, notice.error)


@line_for.register
def _call_settled(notice: CallSettled, _: Place) -> Line:
    done, already = _DONE[notice.operation]
    parts = (
        (notice.done, done),
        (notice.already, already),
        (notice.delayed, "to be tried again or given up"),
        (notice.refused, "refused alone and given up"),
        (notice.bisected, "to be called again in smaller groups"),
    )
    words = ", ".join(f"{count} {what}" for count, what in parts if count)
    return _info(f"call to the cloud answered: client devices {words}")


@line_for.register
def _calls_failing(notice: CallsFailing, place: Place) -> Line:
    to_do = _WHAT_TO_DO[notice.cause]
    if notice.cause is FailureCause.UNAVAILABLE and notice.was_answered:
        to_do = "nothing to do on this core device: the service answers with this error"
    if notice.cause is FailureCause.ACCESS_DENIED:
        to_do = f"{to_do} {iam_statement(place.core, place.region, notice.message)}"
    return _warning(
        f"{_CALLS[notice.operation]} for core device {place.core} in region {place.region or '(none)'} fail:"
        f" {notice.cause.value}: {notice.code} {notice.message}; {to_do}. Next call in"
        f" {notice.wait_seconds:.0f} s; all devices wait and are tried again"
    )


@line_for.register
def _calls_succeeding(_: CallsSucceeding, __: Place) -> Line:
    return _info("the cloud answers again")


@line_for.register
def _device_delayed(notice: DeviceDelayed, _: Place) -> Line:
    return _warning(
        f"client device {notice.thing_name} is not associated: {notice.code} {notice.message}; it"
        " is tried again"
    )


@line_for.register
def _device_failed(notice: DeviceFailed, _: Place) -> Line:
    return _warning(
        f"client device {notice.thing_name} is not associated: {notice.code} {notice.message};"
        " given up until it is announced again"
    )


@line_for.register
def _rejected(notice: notices.AnnouncementsRejected, _: Place) -> Line:
    return _warning(
        f"rejected {notice.count} announcement(s) on {notice.topic}: {notice.code}:"
        f" {notice.message}"
    )


@line_for.register
def _presence_rejected(notice: notices.PresenceRejected, _: Place) -> Line:
    return _warning(
        f"ignored the presence of {notice.count} client device(s), the last on {notice.topic}:"
        f" {notice.code}: {notice.message}. Further ones are counted in the health"
    )


@line_for.register
def _everybody_admitted(_: notices.EverybodyAdmitted, __: Place) -> Line:
    return _info(
        "there are no admission rules: every client device that is announced here is associated;"
        " docs/security.md shows how to be strict"
    )


@line_for.register
def _devices_refused(notice: DevicesRefused, _: Place) -> Line:
    names = ", ".join(notice.thing_names[:_NAMES_SHOWN])
    more = len(notice.thing_names) - _NAMES_SHOWN
    return _warning(
        f"client devices that waited are not admitted any more: {notice.why}: {names}"
        f"{f' and {more} more' if more > 0 else ''}"
    )


@line_for.register
def _idle_worker_ended(notice: notices.IdleWorkerEnded, _: Place) -> Line:
    return _warning(f"the idle association worker {notice.why}; nothing is lost")


@line_for.register
def _configuration_unwatched(notice: notices.ConfigurationUnwatched, _: Place) -> Line:
    return _warning(f"cannot watch the configuration ({notice.why}); trying again")


@line_for.register
def _configuration_unread(notice: notices.ConfigurationUnread, _: Place) -> Line:
    return _warning(f"cannot read the configuration ({notice.why}); trying again")


@line_for.register
def _configuration_rejected(notice: notices.ConfigurationRejected, _: Place) -> Line:
    return _error(
        f"the configuration is rejected because of {len(notice.problems)} problem(s), and the last"
        " good one, or else the defaults, stay in effect:"
        f" {'; '.join(map(str, notice.problems))}"
    )


@line_for.register
def _configuration_accepted(_: notices.ConfigurationAccepted, __: Place) -> Line:
    return _info("the configuration is valid again, and in effect")


@line_for.register
def _unknown_key(notice: notices.UnknownKey, _: Place) -> Line:
    return _warning(f"configuration {notice.warning}")


@line_for.register
def _veto_unsupported(notice: notices.VetoUnsupported, _: Place) -> Line:
    return _warning(
        f"deploymentVeto has no effect ({notice.why}): only the classic nucleus asks before a"
        " deployment"
    )


@line_for.register
def _deployment_vetoed(notice: notices.DeploymentVetoed, _: Place) -> Line:
    return _warning(f"vetoed deployment {notice.deployment_id}: {notice.objection}")


@line_for.register
def _subscription_refused(notice: notices.SubscriptionRefused, _: Place) -> Line:
    return _error(
        f"cannot subscribe to {notice.topic_filter} ({notice.why}); if accessControl does not"
        f" allow it, merge {subscribe_block(notice.wanted)}. Trying again later"
    )


@line_for.register
def _nothing_allowed(notice: notices.NothingAllowed, _: Place) -> Line:
    return _error(
        f"accessControl allows this component no topic at all ({notice.why}): it hears nothing."
        " Check the configuration's accessControl; on nucleus lite all its pubsub policies"
        " together may have 4096 bytes, and beyond that all of them are refused, so that a merge"
        f" has to replace policies instead of adding to them. Needed is"
        f" {subscribe_block(notice.wanted)}. Trying again now and then"
    )


@line_for.register
def _message_unreadable(notice: notices.MessageUnreadable, _: Place) -> Line:
    return _warning(
        f"a message on {notice.topic_filter} was lost: the IPC library could not decode it. On"
        " nucleus lite that is a JSON message with an integer of 19 or more characters, or a"
        " number from 1e16 to 1e17: publish it as a BinaryMessage. Further ones are counted in the"
        " health"
    )


@line_for.register
def _subscription_ended(notice: notices.SubscriptionEnded, _: Place) -> Line:
    return _warning(f"the nucleus has closed the subscription to {notice.topic_filter}")


@line_for.register
def _results_refused(notice: notices.ResultsRefused, _: Place) -> Line:
    return _error(
        f"the nucleus does not take result messages on {notice.topic} ({notice.why}); if"
        f" accessControl does not allow it, merge {publish_block(notice.settings)}. The results are"
        " kept and sent later"
    )


@line_for.register
def _journal_unusable(notice: notices.JournalUnusable, _: Place) -> Line:
    return _error(
        f"{notice.why}; announcements are rejected until it can be written. Make room on the disk"
        " or check that it is writable"
    )


@line_for.register
def _journal_usable(_: notices.JournalUsable, __: Place) -> Line:
    return _info("the journal can be written again")


@line_for.register
def _journal_set_aside(notice: notices.JournalSetAside, _: Place) -> Line:
    return _error(
        f"the journal could not be used ({notice.aside.why}); it is now {notice.aside.path}, and a"
        " new one was started. Devices that waited in it are associated when they announce"
        " themselves again"
    )


def _info(text: str) -> Line:
    return Line(logging.INFO, text)


def _warning(text: str) -> Line:
    return Line(logging.WARNING, text)


def _error(text: str) -> Line:
    return Line(logging.ERROR, text)
