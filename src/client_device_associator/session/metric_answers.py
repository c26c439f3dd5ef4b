"""Hears what AWS's component says about metrics, and reports when they are lost."""

from client_device_associator.messages.metric_message import read_metric_answer
from client_device_associator.messages.payload import Payload
from client_device_associator.pipeline.events import NoticeGiven
from client_device_associator.pipeline.inbox import Inbox
from client_device_associator.reporting.metric_notices import MetricsLost

MAX_REPORTS = 10
"""Everybody's answers come on one topic, and anybody may send some."""


class MetricAnswers:
    """Reports a failure once, until metrics of ours are put again; called by the IPC thread alone.

    The main thread is woken for nothing else: there is an answer for each component that has
    metrics, every few seconds.

    Args:
        inbox: Where it is reported.
    """

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._reported: set[bool] = set()
        self._reports = 0

    def __call__(self, topic: str, payload: Payload) -> None:  # noqa: ARG002 - there is one
        """Takes a message."""
        answer = read_metric_answer(payload)
        if answer is None:
            return
        if answer.why is None:
            self._reported.discard(answer.is_ours)
            return
        if answer.is_ours in self._reported or self._reports >= MAX_REPORTS:
            return
        self._reported.add(answer.is_ours)
        self._reports += 1
        self._inbox.put(NoticeGiven(MetricsLost(answer.why, answer.is_ours)))
