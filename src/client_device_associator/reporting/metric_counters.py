"""Counts what the notices say, for the metrics."""

import re
from collections import Counter
from collections.abc import Callable, Mapping

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.instant import Instant
from client_device_associator.core.notices import CallSettled, DeviceFailed
from client_device_associator.core.operation import Operation
from client_device_associator.reporting.metric_notices import AnnouncementsRead, CallEnded
from client_device_associator.reporting.metric_table import (
    ANNOUNCEMENTS,
    ASSOCIATIONS,
    CALL_FAILURES,
    CALLS,
    DEPARTURES,
    DISASSOCIATIONS,
    FAILURES,
    OTHER,
    REJECTIONS,
    THROTTLES,
    Metric,
    Series,
)
from client_device_associator.reporting.notices import Notice, PresenceRejected, ResultsDecided

MAX_LABEL_VALUES = 20
"""Of one metric. The codes of the cloud are not documented, and may be many."""

_MAX_CHARACTERS = 64
_ODD = re.compile(r"[^A-Za-z0-9._-]")
"""A code may hold anything; a dimension may not."""

_DONE: Mapping[Operation, Metric] = {
    Operation.ASSOCIATE: ASSOCIATIONS,
    Operation.DISASSOCIATE: DISASSOCIATIONS,
}


class MetricCounters:
    """Counts since the start of the process.

    Args:
        now: The time.

    Attributes:
        counts: How much of each series; one that is missing is 0.
        answered_at: When the cloud did last what a call asked for, in steady seconds; None if it
            has not yet.
    """

    def __init__(self, now: Callable[[], Instant]) -> None:
        self._now = now
        self._values: dict[Metric, set[str]] = {}
        self.counts: Counter[Series] = Counter()
        self.answered_at: float | None = None

    def __call__(self, notice: Notice) -> None:
        """Takes a notice."""
        match notice:
            case AnnouncementsRead():
                self._add(ANNOUNCEMENTS, notice.arrivals)
                self._add(DEPARTURES, notice.departures)
            case CallEnded():
                self._call_ended(notice.failure)
            case CallSettled():
                self._add(_DONE[notice.operation], notice.done + notice.already)
            case DeviceFailed():
                self._add(FAILURES, 1, notice.code)
            case PresenceRejected():
                self._add(REJECTIONS, notice.count, notice.code)
            case ResultsDecided():
                for code, count in notice.rejections.items():
                    self._add(REJECTIONS, count, code)

    def _call_ended(self, failure: FailureCause | None) -> None:
        self._add(CALLS, 1)
        if failure is None:
            self.answered_at = self._now().steady
            return
        self._add(CALL_FAILURES, 1, failure.value)
        if failure is FailureCause.THROTTLED:
            self._add(THROTTLES, 1)

    def _add(self, metric: Metric, count: int, label_value: str | None = None) -> None:
        """Adds to a metric, and to the part of it that a label value stands for."""
        if not count:
            return
        self.counts[Series(metric)] += count
        if label_value is not None:
            self.counts[Series(metric, self._bounded(metric, label_value))] += count

    def _bounded(self, metric: Metric, value: str) -> str:
        value = _ODD.sub("_", value)[:_MAX_CHARACTERS] or OTHER
        values = self._values.setdefault(metric, set())
        if value not in values and len(values) >= MAX_LABEL_VALUES:
            return OTHER
        values.add(value)
        return value
