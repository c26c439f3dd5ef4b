from typing import Any

import pytest

from client_device_associator.messages.metric_message import NAMESPACE
from client_device_associator.pipeline.events import NoticeGiven
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.reporting.metric_notices import MetricsLost
from client_device_associator.session.metric_answers import MAX_REPORTS, MetricAnswers
from support.fakes import FakeClock

TOPIC = "cloudwatch/metric/put/status"
PUT: dict[str, Any] = {"response": {"namespace": NAMESPACE, "status": "success"}}
LOST: dict[str, Any] = {"response": {"namespace": NAMESPACE, "status": "fail", "error": "E"}}
UNREAD: dict[str, Any] = {"response": {"status": "fail", "error": "U"}}


@pytest.fixture
def inbox() -> Inbox:
    """Nothing has come."""
    return Inbox(FakeClock().steady)


@pytest.fixture
def answers(inbox: Inbox) -> MetricAnswers:
    """No answer has come."""
    return MetricAnswers(inbox)


def reported(inbox: Inbox) -> list[MetricsLost]:
    """What was reported since the last look."""
    return [
        one.notice
        for one in inbox.take().events
        if isinstance(one, NoticeGiven) and isinstance(one.notice, MetricsLost)
    ]


def test_a_failure_is_reported_once(answers: MetricAnswers, inbox: Inbox) -> None:
    """Until metrics of ours were put; nobody is woken for those, or for answers to others."""
    for payload in (PUT, {"response": {"namespace": "other", "status": "fail"}}, b"", {}):
        answers(TOPIC, payload)
    assert inbox.due_at() is None
    answers(TOPIC, LOST)
    answers(TOPIC, LOST)
    assert reported(inbox) == [MetricsLost("E", are_ours=True)]
    answers(TOPIC, PUT)
    answers(TOPIC, LOST)
    assert reported(inbox) == [MetricsLost("E", are_ours=True)]


def test_a_message_that_somebody_made_badly_is_reported_once(
    answers: MetricAnswers, inbox: Inbox
) -> None:
    """It may be that of a neighbour, who goes on; that ours are put says nothing about it."""
    for payload in (UNREAD, PUT, UNREAD):
        answers(TOPIC, payload)
    assert reported(inbox) == [MetricsLost("U", are_ours=False)]
    answers(TOPIC, LOST)
    assert reported(inbox) == [MetricsLost("E", are_ours=True)]


def test_reports_are_bounded(answers: MetricAnswers, inbox: Inbox) -> None:
    """Whatever somebody sends on the topic."""
    for _ in range(50):
        answers(TOPIC, LOST)
        answers(TOPIC, PUT)
    assert len(reported(inbox)) == MAX_REPORTS
