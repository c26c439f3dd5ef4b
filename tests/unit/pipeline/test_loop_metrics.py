"""Metrics on their way through the loop: counted, sent, refused, and never in the way."""

import json

import pytest

from client_device_associator.channel.port import Asked
from client_device_associator.configuration.settings import MetricSettings
from client_device_associator.core.answer import FailureCause, Succeeded
from client_device_associator.core.operator import Announce, Forget, Retry
from client_device_associator.errors import NotAuthorizedError
from client_device_associator.messages.metric_message import METRIC_ANSWERS_TOPIC, METRICS_TOPIC
from client_device_associator.reporting.metric_notices import (
    AnnouncementsRead,
    CallEnded,
    MetricsRefused,
)
from client_device_associator.reporting.notices import JournalUnusable, ListeningChanged
from support.aws_metrics import why_not
from support.journal_files import connection
from support.rig import Rig, find_results, lose_results, of_kind
from support.values import failed_call, policy, settings

INTERVAL = 60.0


def metrics_of(rig: Rig) -> dict[str, object]:
    """The metrics that were published since the last look, by name and label value."""
    found: dict[str, object] = {}
    rest = []
    for one in rig.nucleus.published:
        if one.topic != METRICS_TOPIC:
            rest.append(one)
            continue
        assert isinstance(one.message, dict)
        assert why_not(one.message) is None
        datum = json.loads(json.dumps(one.message))["request"]["metricData"]
        labels = [dimension["value"] for dimension in datum.get("dimensions", [])]
        found[" ".join([datum["metricName"], *labels])] = datum["value"]
        one.on_acknowledged(None)
    rig.nucleus.published = rest
    return found


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """With metrics to CloudWatch, whose first round is over."""
    to_cloudwatch = MetricSettings(to_cloudwatch=True, interval_seconds=INTERVAL)
    wait = rig.configure(settings(policy=policy(), metrics=to_cloudwatch))
    rig.pass_turns(wait, 2 * INTERVAL)
    assert metrics_of(rig) == {
        "QueueLength": 0,
        "OldestWaiting": 0,
        "SecondsSinceAnswer": 0,
        "DevicesAssociated": 0,
    }
    return rig


def pass_interval(rig: Rig, wait: float | None) -> None:
    """Lets an interval pass from now on."""
    rig.pass_turns(wait, rig.clock.seconds + INTERVAL)


def test_an_announcement_and_what_becomes_of_it_are_one_round(rig: Rig) -> None:
    """An interval after it came; and then nothing more is due, but the end of the worker."""
    rig.call("a", "b")
    wait = rig.answer(Succeeded())
    rig.results()
    pass_interval(rig, wait)
    assert metrics_of(rig) == {
        "Announcements": 2,
        "Associations": 2,
        "Calls": 1,
        "DevicesAssociated": 2,
    }
    for _ in range(10):
        rig.results()
        pass_interval(rig, rig.turn())
    assert rig.turn() is None
    assert metrics_of(rig) == {}


def test_each_call_that_fails_is_counted(rig: Rig) -> None:
    """Although the log has one line for all of them; and how long there has been no answer."""
    rig.call("a")
    began = rig.clock.seconds
    wait = rig.answer(failed_call(FailureCause.THROTTLED))
    while len(rig.worker.calls) < 2:
        assert wait is not None
        rig.clock.seconds += wait
        wait = rig.turn()
    wait = rig.answer(failed_call(FailureCause.THROTTLED, retry_after=1000))
    throttled = CallEnded(FailureCause.THROTTLED, names=1, said="THROTTLED: in words")
    assert of_kind(rig.notices, CallEnded) == [throttled] * 2
    rig.results()
    rig.pass_turns(wait, began - 1 + INTERVAL)
    rig.turn()
    assert metrics_of(rig) == {
        "Announcements": 1,
        "Calls": 2,
        "CallFailures": 2,
        "CallFailures throttled": 2,
        "Throttles": 2,
        "QueueLength": 1,
        "OldestWaiting": INTERVAL,
        "SecondsSinceAnswer": began - 1 + INTERVAL,
    }


def test_a_call_has_ended_although_its_answer_cannot_be_stored(rig: Rig) -> None:
    """It was made, and somebody may be throttled because of it."""
    rig.call("a")
    lose_results(rig)
    rig.answer(Succeeded())
    assert of_kind(rig.notices, JournalUnusable)
    assert of_kind(rig.notices, CallEnded) == [CallEnded(None, names=1)]
    find_results(rig)


def test_what_cannot_be_read_is_left_out(rig: Rig) -> None:
    """What was counted goes all the same."""
    rig.call("a")
    wait = rig.answer(Succeeded())
    rig.results()
    connection(rig.journal).execute("ALTER TABLE device RENAME TO gone")
    pass_interval(rig, wait)
    connection(rig.journal).execute("ALTER TABLE gone RENAME TO device")
    assert metrics_of(rig) == {"Announcements": 1, "Associations": 1, "Calls": 1}


def test_refused_metrics_come_with_a_later_round(rig: Rig) -> None:
    """One notice, with the settings; and what was counted arrives in the end."""
    rig.call("a")
    wait = rig.answer(Succeeded())
    rig.results()
    pass_interval(rig, wait)
    published, rig.nucleus.published = rig.nucleus.published, []
    refused = [one for one in published if one.topic == METRICS_TOPIC]
    assert len(refused) == 4
    for one in refused:
        one.on_acknowledged(NotAuthorizedError("no"))
    wait = rig.turn()
    (notice,) = of_kind(rig.notices, MetricsRefused)
    assert isinstance(notice, MetricsRefused)
    assert (notice.why, notice.settings.metrics.to_cloudwatch) == ("no", True)
    pass_interval(rig, wait)
    assert metrics_of(rig) == {
        "Announcements": 1,
        "Associations": 1,
        "Calls": 1,
        "DevicesAssociated": 1,
    }


def test_silence_is_measured_without_the_answers_about_metrics(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A core device that hears all announcements hears all that matters."""
    heard: list[bool] = []
    monkeypatch.setattr(
        "client_device_associator.pipeline.pipeline.Pipeline.listening",
        lambda _, __, *, to_all: heard.append(to_all),
    )
    for refused in ((METRIC_ANSWERS_TOPIC,), ("a", METRIC_ANSWERS_TOPIC), ()):
        rig.component.report_from_thread(ListeningChanged(("a",), refused))
        rig.turn()
    assert heard == [True, False, True]


def test_what_an_operator_announces_counts(rig: Rig) -> None:
    """As what is announced in a message; what is forgotten or tried again does not."""
    rig.configure()
    for request in (Announce(("a", "b")), Retry(("a",)), Forget(("b",))):
        rig.turn(Asked(request, 0, lambda _: None))
    assert of_kind(rig.notices, AnnouncementsRead) == [AnnouncementsRead(2, 0)]
