from typing import Any

import pytest

from client_device_associator.messages.metric_message import (
    NAMESPACE,
    MetricAnswer,
    metric_message,
    read_metric_answer,
)
from support.aws_metrics import why_not

LITE_KEY, LITE_ITEM, LITE_MOST = 21, 11, 487
"""Nucleus lite loses a JsonMessage whose keys and list items come to more of its bytes."""


def lite_bytes(value: object) -> int:
    """What a document costs in nucleus lite's memory."""
    if isinstance(value, dict):
        return sum(LITE_KEY + lite_bytes(one) for one in value.values())
    if isinstance(value, list):
        return sum(LITE_ITEM + lite_bytes(one) for one in value)
    return 0


def answer(**response: object) -> dict[str, Any]:
    """A message on the topic of answers."""
    return {"response": response, "id": ""}


def test_a_message_is_what_the_documentation_says() -> None:
    """Word for word, for a metric and for a part of one."""
    assert metric_message("Calls", 3, "Count") == {
        "request": {
            "namespace": NAMESPACE,
            "metricData": {"metricName": "Calls", "value": 3, "unit": "Count"},
        }
    }
    part = metric_message("Failures", 1, "Count", ("code", "NoSuchThing"))
    assert part["request"] == {
        "namespace": NAMESPACE,
        "metricData": {
            "metricName": "Failures",
            "value": 1,
            "unit": "Count",
            "dimensions": [{"name": "code", "value": "NoSuchThing"}],
        },
    }


def test_a_message_is_taken_by_that_component_and_by_lite() -> None:
    """With a dimension as well, of which lite counts the keys."""
    for label in (None, ("code", "x" * 64)):
        message = metric_message("Failures", 10**9, "Count", label)
        assert why_not(message) is None
        assert lite_bytes(message) <= LITE_MOST


@pytest.mark.parametrize(
    "message",
    [
        b"{}",
        {},
        {"request": {}},
        {"request": {"namespace": "n"}},
        {"request": {"namespace": "AWS/Lambda", "metricData": {"metricName": "m", "value": 1}}},
        {"request": {"namespace": "n", "metricData": []}},
        {"request": {"namespace": "n", "metricData": {"value": 1}}},
        {"request": {"namespace": "n", "metricData": {"metricName": "m"}}},
        {"request": {"namespace": "n", "metricData": {"metricName": "m", "value": "1"}}},
        {"request": {"namespace": "n", "metricData": {"metricName": "m", "value": float("nan")}}},
        {"request": {"namespace": "n", "metricData": {"metricName": "m", "value": 1, "unit": "s"}}},
        {
            "request": {
                "namespace": "n",
                "metricData": {"metricName": "m", "value": 1, "dimensions": [{"name": "a"}]},
            }
        },
    ],
    ids=str,
)
def test_the_check_of_this_test_finds_what_is_wrong(message: object) -> None:
    """Otherwise it would prove nothing."""
    assert why_not(message) is not None


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (answer(namespace=NAMESPACE, status="success"), MetricAnswer(None, is_ours=True)),
        (
            answer(namespace=NAMESPACE, status="fail", error="E", error_message="no"),
            MetricAnswer("E: no", is_ours=True),
        ),
        (
            # What it says of a message that it cannot read: the text is in `error` then.
            answer(status="fail", error="not a number", error_message=""),
            MetricAnswer("not a number", is_ours=False),
        ),
        (
            answer(namespace=NAMESPACE, status="fail"),
            MetricAnswer("it gave no reason", is_ours=True),
        ),
        (answer(namespace="other", status="success"), None),
        (answer(namespace="other", status="fail", error="E"), None),
        (answer(status="success"), None),
        (answer(namespace=NAMESPACE), None),
        ({"response": "fail"}, None),
        ({}, None),
        (b'{"response": {"status": "fail"}}', None),
    ],
)
def test_answers_are_read(payload: Any, expected: MetricAnswer | None) -> None:  # noqa: ANN401 - JSON
    """Ours, those that may be ours, and nothing of others."""
    assert read_metric_answer(payload) == expected


def test_the_words_of_an_answer_are_bounded() -> None:
    """Anybody may publish there."""
    found = read_metric_answer(answer(namespace=NAMESPACE, status="fail", error="x" * 10_000))
    assert found is not None
    assert len(found.why or "") == 500
