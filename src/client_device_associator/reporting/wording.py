"""The words of every log line: what happened, to whom, and what to do."""

import logging
from functools import singledispatch

from client_device_associator.core.bus import Bus
from client_device_associator.reporting import metric_notices, notices
from client_device_associator.reporting.access_control import subscribe_block
from client_device_associator.reporting.cloud_wording import cloud_line
from client_device_associator.reporting.line import Line, Place, error, info, some_of, warning
from client_device_associator.reporting.refusals import (
    metrics_refused,
    results_refused,
    subscription_refused,
)


@singledispatch
def line_for(notice: notices.Notice, place: Place) -> Line | None:
    """The line for a notice, or None if the log has none for it."""
    return cloud_line(notice, place)


@line_for.register
def _started(notice: notices.Started, place: Place) -> Line:
    return info(
        f"client device associator {notice.version} for core device {place.core}; journal"
        f" {notice.journal_path}"
    )


@line_for.register
def _stopping(notice: notices.Stopping, _: Place) -> Line:
    return info(f"stopping: {notice.reason}")


@line_for.register
def _defect(notice: notices.DefectFound, _: Place) -> Line:
    kind = f"{type(notice.error).__name__}: {notice.error}"
    text = f"a defect in this component ({kind}); it goes on. Please report it with these lines"
    return Line(logging.ERROR, text, notice.error)


@line_for.register
def _rejected(notice: notices.AnnouncementsRejected, _: Place) -> Line:
    return warning(
        f"rejected {notice.count} announcement(s) on {notice.topic}: {notice.code}:"
        f" {notice.message}"
    )


@line_for.register
def _presence_rejected(notice: notices.PresenceRejected, _: Place) -> Line:
    return warning(
        f"ignored the presence of {notice.count} client device(s), the last on {notice.topic}:"
        f" {notice.code}: {notice.message}. Further ones are counted in the health"
    )


@line_for.register
def _everybody_admitted(_: notices.EverybodyAdmitted, __: Place) -> Line:
    return info(
        "there are no admission rules: every client device that is announced here is associated;"
        " docs/security.md shows how to be strict"
    )


@line_for.register
def _idle_worker_ended(notice: notices.IdleWorkerEnded, _: Place) -> Line:
    return warning(f"the idle association worker {notice.why}; nothing is lost")


@line_for.register
def _configuration_unwatched(notice: notices.ConfigurationUnwatched, _: Place) -> Line:
    return warning(f"cannot watch the configuration ({notice.why}); trying again")


@line_for.register
def _configuration_unread(notice: notices.ConfigurationUnread, _: Place) -> Line:
    return warning(f"cannot read the configuration ({notice.why}); trying again")


@line_for.register
def _configuration_rejected(notice: notices.ConfigurationRejected, _: Place) -> Line:
    return error(
        f"the configuration is rejected because of {len(notice.problems)} problem(s), and the last"
        " good one, or else the defaults, stay in effect:"
        f" {'; '.join(map(str, notice.problems))}"
    )


@line_for.register
def _configuration_accepted(_: notices.ConfigurationAccepted, __: Place) -> Line:
    return info("the configuration is valid again, and in effect")


@line_for.register
def _unknown_key(notice: notices.UnknownKey, _: Place) -> Line:
    return warning(f"configuration {notice.warning}")


@line_for.register
def _veto_unsupported(notice: notices.VetoUnsupported, _: Place) -> Line:
    return warning(
        f"deploymentVeto has no effect ({notice.why}): only the classic nucleus asks before a"
        " deployment"
    )


@line_for.register
def _deployment_vetoed(notice: notices.DeploymentVetoed, _: Place) -> Line:
    return warning(f"vetoed deployment {notice.deployment_id}: {notice.objection}")


@line_for.register
def _subscription_refused(notice: notices.SubscriptionRefused, _: Place) -> Line:
    return _refused(notice.bus, subscription_refused(notice))


@line_for.register
def _nothing_allowed(notice: notices.NothingAllowed, _: Place) -> Line:
    return error(
        f"accessControl allows this component no topic at all ({notice.why}): it hears nothing."
        " Check the configuration's accessControl; on nucleus lite all its pubsub policies"
        " together may have 4096 bytes, and beyond that all of them are refused, so that a merge"
        f" has to replace policies instead of adding to them. Needed is"
        f" {subscribe_block(notice.wanted)}. Trying again now and then"
    )


@line_for.register
def _message_unreadable(notice: notices.MessageUnreadable, _: Place) -> Line:
    return warning(
        f"a message on {notice.topic_filter} was lost: it could not be decoded. On"
        " nucleus lite that is a JSON message with an integer of 19 or more characters, or a"
        " number from 1e16 to 1e17: publish it as a BinaryMessage. Further ones are counted in the"
        " health"
    )


@line_for.register
def _subscription_ended(notice: notices.SubscriptionEnded, _: Place) -> Line:
    return warning(f"the nucleus has closed the subscription to {notice.topic_filter}")


@line_for.register
def _results_refused(notice: notices.ResultsRefused, _: Place) -> Line:
    return _refused(notice.bus, results_refused(notice))


@line_for.register
def _metrics_refused(notice: metric_notices.MetricsRefused, _: Place) -> Line:
    return warning(metrics_refused(notice))


@line_for.register
def _metrics_lost(notice: metric_notices.MetricsLost, _: Place) -> Line:
    whose = "metrics of this component" if notice.are_ours else "metrics of some component"
    return warning(
        f"aws.greengrass.Cloudwatch has not put {whose} into CloudWatch ({notice.why}); check that"
        " the token exchange role allows cloudwatch:PutMetricData"
    )


@line_for.register
def _textfile_unwritable(notice: metric_notices.TextfileUnwritable, _: Place) -> Line:
    return warning(
        f"cannot write the metrics to {notice.path} ({notice.why}); the folder has to exist, and"
        " the user of this component needs write access to it. Trying again with the next metrics"
    )


@line_for.register
def _journal_unusable(notice: notices.JournalUnusable, _: Place) -> Line:
    return error(
        f"{notice.why}; announcements are rejected until it can be written. Make room on the disk"
        " or check that it is writable"
    )


@line_for.register
def _journal_usable(_: notices.JournalUsable, __: Place) -> Line:
    return info("the journal can be written again")


@line_for.register
def _journal_set_aside(notice: notices.JournalSetAside, _: Place) -> Line:
    return error(
        f"the journal could not be used ({notice.aside.why}); it is now {notice.aside.path}, and a"
        " new one was started. Devices that waited in it are associated when they announce"
        " themselves again"
    )


@line_for.register
def _channel_closed(notice: notices.ChannelClosed, _: Place) -> Line:
    return warning(
        f"commands that change something cannot reach this component: no socket ({notice.why})."
        " All else goes on; it is tried again at the next start"
    )


@line_for.register
def _command_carried_out(notice: notices.CommandCarriedOut, _: Place) -> Line:
    asked = f"user id {notice.uid} has asked by command: {notice.command}"
    if not notice.thing_names:
        return info(asked)
    names = some_of(notice.thing_names, len(notice.thing_names))
    counts = ", ".join(f"{what}: {count}" for what, count in notice.outcomes.items())
    return info(f"{asked} {names} ({counts})")


def _refused(bus: Bus, text: str) -> Line:
    """A core device that is offline is no error."""
    return error(text) if bus is Bus.LOCAL else warning(text)
