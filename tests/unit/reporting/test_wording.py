"""Every line of the log, in words."""

import logging
from pathlib import Path
from typing import get_args

import pytest

from client_device_associator.configuration.reader import Problem
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import (
    CallSettled,
    CallsFailing,
    CallsSucceeding,
    DeviceDelayed,
    DeviceFailed,
    DevicesLetGo,
    DevicesRefused,
    RosterCompared,
    RosterDenied,
    RosterUseless,
    SilentDevicesFound,
)
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Status
from client_device_associator.journal.set_aside import SetAside
from client_device_associator.reporting import notices
from client_device_associator.reporting.access_control import publish_block, subscribe_block
from client_device_associator.reporting.line import Line, Place
from client_device_associator.reporting.metric_notices import MetricNotice
from client_device_associator.reporting.wording import line_for
from support.values import settings

PLACE = Place("core-1", "eu-central-1")
PROBLEMS = (Problem("/a", "'x'", "a map"), Problem("/b", "5", "a string"))

LINES: list[tuple[notices.Notice, int, str]] = [
    (
        notices.Started("1.2.3", "journal.db"),
        logging.INFO,
        "1.2.3 for core device core-1; journal journal.db",
    ),
    (notices.Stopping("the nucleus asked for it"), logging.INFO, "the nucleus asked for it"),
    (
        notices.DefectFound(KeyError("x")),
        logging.ERROR,
        "a defect in this component (KeyError: 'x'); it goes on",
    ),
    (
        notices.SubscriptionRefused("a/#", "no", ("a/#", "b")),
        logging.ERROR,
        (
            f"cannot subscribe to a/# (no); if accessControl does not allow it, merge"
            f" {subscribe_block(['a/#', 'b'])}"
        ),
    ),
    (notices.SubscriptionEnded("a/+"), logging.WARNING, "closed the subscription to a/+"),
    (
        notices.ConfigurationUnwatched("no watch"),
        logging.WARNING,
        "cannot watch the configuration (no watch)",
    ),
    (
        notices.ConfigurationUnread("no read"),
        logging.WARNING,
        "cannot read the configuration (no read)",
    ),
    (
        notices.ConfigurationRejected(PROBLEMS),
        logging.ERROR,
        (
            "rejected because of 2 problem(s), and the last good one, or else the defaults, stay in"
            " effect: /a: found 'x', expected a map; /b: found 5, expected a string"
        ),
    ),
    (notices.ConfigurationAccepted(), logging.INFO, "the configuration is valid again"),
    (
        notices.UnknownKey(Problem("/logLevle", "an unknown key", "'logLevel'")),
        logging.WARNING,
        "configuration /logLevle: found an unknown key, expected 'logLevel'",
    ),
    (notices.VetoUnsupported("no"), logging.WARNING, "deploymentVeto has no effect (no)"),
    (
        notices.DeploymentVetoed("deployment-1", "/a: found 5"),
        logging.WARNING,
        "vetoed deployment deployment-1: /a: found 5",
    ),
    (
        notices.PresenceRejected("telemetry/x", "notAdmitted", "no rule", 3),
        logging.WARNING,
        (
            "ignored the presence of 3 client device(s), the last on telemetry/x: notAdmitted: no"
            " rule. Further ones are counted in the health"
        ),
    ),
    (
        notices.ChannelClosed("associator.sock: Read-only file system"),
        logging.WARNING,
        "cannot reach this component: no socket (associator.sock: Read-only file system)",
    ),
    (
        notices.CommandCarriedOut(
            "forget", 0, ("a", "b", "c", "d"), {"forgotten": 3, "unknown": 1}
        ),
        logging.INFO,
        "user id 0 has asked by command: forget a, b, c and 1 more (forgotten: 3, unknown: 1)",
    ),
    (
        notices.CommandCarriedOut("reconcile", 1001, (), {}),
        logging.INFO,
        "user id 1001 has asked by command: reconcile",
    ),
    (
        notices.EverybodyAdmitted(),
        logging.INFO,
        "no admission rules: every client device that is announced here is associated",
    ),
    (
        DevicesRefused(("a", "b", "c"), "no rule matches it"),
        logging.WARNING,
        "client devices that waited are not admitted any more: no rule matches it: a, b, c",
    ),
    (
        DevicesRefused(("a", "b", "c", "d"), "no rule matches it"),
        logging.WARNING,
        "no rule matches it: a, b, c and 1 more",
    ),
    (
        CallSettled(3, 2, 0, 0, 0, Operation.DISASSOCIATE),
        logging.INFO,
        "client devices 3 disassociated, 2 not associated anyway",
    ),
    (
        RosterCompared(7, 2, 1, (("a", "b"), ("c",))),
        logging.INFO,
        "the cloud's list of 7 devices: a, b associated by somebody else; c not on it any more",
    ),
    (
        RosterCompared(9, 5, 0, (("a", "b", "c", "d"), ())),
        logging.INFO,
        "of 9 devices: a, b, c and 2 more associated by somebody else",
    ),
    (
        RosterDenied("no"),
        logging.INFO,
        '"Action": "greengrass:ListClientDevicesAssociatedWithCoreDevice"',
    ),
    (RosterUseless("it is a circle"), logging.WARNING, "proves nothing: it is a circle"),
    (
        SilentDevicesFound(("a", "b"), is_dry_run=True),
        logging.INFO,
        "a, b. They would be disassociated if departures.dryRun were false",
    ),
    (
        SilentDevicesFound(("a",), is_dry_run=False),
        logging.INFO,
        "silent for departures.afterSilentDays are disassociated: a",
    ),
    (
        DevicesLetGo(("a", "b")),
        logging.INFO,
        "for handover.graceSeconds since, are disassociated from this one: a, b",
    ),
    (
        notices.AnnouncementsRejected("topic", "notJson", "no", 3),
        logging.WARNING,
        "rejected 3 announcement(s) on topic: notJson: no",
    ),
    (
        notices.ResultsRefused("t/status", "no", settings()),
        logging.ERROR,
        (
            f"result messages on t/status (no); if accessControl does not allow it, merge"
            f" {publish_block(settings())}"
        ),
    ),
    (
        notices.JournalUnusable("cannot write the journal x: disk full"),
        logging.ERROR,
        (
            "cannot write the journal x: disk full; announcements are rejected until it can be"
            " written. Make room on the disk"
        ),
    ),
    (notices.JournalUsable(), logging.INFO, "the journal can be written again"),
    (
        notices.JournalSetAside(SetAside(Path("journal.damaged-1"), "it is torn")),
        logging.ERROR,
        "(it is torn); it is now journal.damaged-1",
    ),
    (
        notices.IdleWorkerEnded("ended with exit code 1"),
        logging.WARNING,
        "idle association worker ended with exit code 1",
    ),
    (
        CallSettled(97, 0, 2, 1, 0),
        logging.INFO,
        (
            "client devices 97 associated, 2 to be tried again or given up, 1 refused alone and"
            " given up"
        ),
    ),
    (
        CallSettled(0, 5, 0, 0, 50),
        logging.INFO,
        "5 associated already, 50 to be called again in smaller groups",
    ),
    (
        notices.NothingAllowed("no", ("a/+",)),
        logging.ERROR,
        "allows this component no topic at all (no): it hears nothing. Check",
    ),
    (notices.MessageUnreadable("a/+"), logging.WARNING, "a message on a/+ was lost"),
    (
        CallsFailing(FailureCause.THROTTLED, "Slow", "down", 12.4),
        logging.WARNING,
        (
            "calls for core device core-1 in region eu-central-1 fail: throttled: Slow down;"
            " nothing to do. Next call in 12 s"
        ),
    ),
    (CallsSucceeding(), logging.INFO, "the cloud answers again"),
    (
        DeviceDelayed("lamp", "Oops", "in words"),
        logging.WARNING,
        "client device lamp is not associated: Oops in words; it is tried again",
    ),
    (
        DeviceFailed("lamp", "Oops", "in words"),
        logging.WARNING,
        "client device lamp is not associated: Oops in words; given up until it is announced again",
    ),
]


def name_of(value: object) -> str:
    """What pytest calls a notice."""
    return type(value).__name__


@pytest.mark.parametrize(("notice", "level", "words"), LINES, ids=name_of)
def test_a_line_says_what_happened_to_whom(notice: notices.Notice, level: int, words: str) -> None:
    """And what to do about it."""
    line = line_for(notice, PLACE)
    assert line is not None
    assert line.level == level
    assert words in line.text


def test_every_notice_has_a_line_or_needs_none() -> None:
    """Subscriptions are written by the log itself, results are only counted."""
    without = {notices.ListeningChanged, notices.ResultsDecided, *get_args(MetricNotice)}
    assert {type(notice) for notice, _, _ in LINES} == set(get_args(notices.Notice)) - without
    assert line_for(notices.ResultsDecided({Status.QUEUED: 1}), PLACE) is None


@pytest.mark.parametrize("cause", FailureCause)
def test_calls_that_fail_come_with_the_remedy(cause: FailureCause) -> None:
    """One line, with the core device, the region, the service's words, and the next call."""
    line = line_for(CallsFailing(cause, "TheCode", "its words", 12.4), PLACE)
    assert isinstance(line, Line)
    for part in ("core-1", "eu-central-1", cause.value, "TheCode its words", "12 s"):
        assert part in line.text


def test_a_denial_comes_with_the_statement_to_add() -> None:
    """With this core's ARN in it."""
    denied = CallsFailing(FailureCause.ACCESS_DENIED, "AccessDeniedException", "no", 300)
    line = line_for(denied, PLACE)
    assert line is not None
    assert "greengrass:BatchAssociateClientDeviceWithCoreDevice" in line.text
    assert ":greengrass:eu-central-1:*:coreDevices:core-1" in line.text


def test_a_core_without_name_and_region_is_named_so() -> None:
    """Lite sets what is missing to the empty string."""
    failing = CallsFailing(FailureCause.MISCONFIGURED, "NoRegion", "", 300)
    line = line_for(failing, Place("", ""))
    assert line is not None
    assert "(no thing name)" in line.text
    assert "(none)" in line.text


def test_a_list_without_differences_is_no_line() -> None:
    """It is what is hoped for each day."""
    assert line_for(RosterCompared(7, 0, 0, ((), ())), PLACE) is None


def test_each_operation_has_its_own_statement() -> None:
    """The action that was denied, and no other."""
    failing = CallsFailing(
        FailureCause.ACCESS_DENIED, "Denied", "no", 300, operation=Operation.DISASSOCIATE
    )
    line = line_for(failing, PLACE)
    assert line is not None
    assert line.text.startswith("calls that disassociate client devices for core device")
    assert '"greengrass:BatchDisassociateClientDeviceFromCoreDevice"' in line.text
    assert "BatchAssociate" not in line.text
