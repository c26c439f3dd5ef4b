"""What CloudWatch has to be told: only what has changed, and not too much at once."""

from collections import Counter
from collections.abc import Callable

from client_device_associator.core.instant import Instant
from client_device_associator.core.values import dataclass
from client_device_associator.messages.metric_message import metric_message
from client_device_associator.reporting.metric_counters import MetricCounters
from client_device_associator.reporting.metric_table import (
    DEVICES_ASSOCIATED,
    OLDEST_WAITING,
    QUEUE_LENGTH,
    SINCE_ANSWER,
    Figures,
    Series,
)

MAX_AT_ONCE = 16
"""Messages in a round; what is left goes in the next. AWS's component calls CloudWatch inside the
callback of the twentieth metric that it holds: on lite the whole device's publish/subscribe waits
for that call."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one message says: how much a counter has grown, or how much a gauge is."""

    series: Series
    value: int

    def message(self) -> dict[str, object]:
        """The message."""
        metric, value = self.series.metric, self.series.label_value
        label = (metric.label.name, value) if metric.label and value is not None else None
        return metric_message(metric.name, self.value, metric.unit.value, label)


Put = Callable[[Measurement], None]
"""Sends a measurement; one that is not taken comes back to `CloudWatchMetrics.refused`."""


class CloudWatchMetrics:
    """Remembers what was sent.

    Args:
        counters: What has been counted.
        put: Sends a measurement.
        started: When the component began.
    """

    def __init__(self, counters: MetricCounters, put: Put, started: Instant) -> None:
        self._counters = counters
        self._put = put
        self._started = started
        self._sent: Counter[Series] = Counter()
        self._told: dict[Series, int] = {}
        self._rounds_of: dict[Series, int] = {}
        self._round = 0

    def send(self, figures: Figures | None, now: Instant) -> bool:
        """Sends what has changed.

        Args:
            figures: None if they cannot be read now.
            now: The time.

        Returns:
            Whether something is left to be sent.
        """
        changed = [*self._grown(), *(self._changed(figures, now) if figures else ())]
        # Sums come first; of their parts those that were sent the longest time ago.
        changed.sort(key=lambda one: self._rounds_of.get(one.series, 0))
        changed.sort(key=lambda one: one.series.label_value is not None)
        self._round += 1
        for one in changed[:MAX_AT_ONCE]:
            self._rounds_of[one.series] = self._round
            if one.series.metric.counts:
                self._sent[one.series] += one.value
            else:
                self._told[one.series] = one.value
            self._put(one)
        return len(changed) > MAX_AT_ONCE

    def refused(self, measurement: Measurement) -> None:
        """The nucleus has not taken it: it goes with a later round."""
        if measurement.series.metric.counts:
            self._sent[measurement.series] -= measurement.value
        else:
            self._told.pop(measurement.series, None)

    def _grown(self) -> list[Measurement]:
        return [
            Measurement(series, count - self._sent[series])
            for series, count in self._counters.counts.items()
            if count > self._sent[series]
        ]

    def _changed(self, figures: Figures, now: Instant) -> list[Measurement]:
        waits_since = figures.oldest_since
        answered_at = self._counters.answered_at
        if answered_at is None:
            answered_at = self._started.steady
        values = {
            QUEUE_LENGTH: figures.queue_length,
            OLDEST_WAITING: 0 if waits_since is None else _age(waits_since, now),
            SINCE_ANSWER: 0 if waits_since is None else _age(answered_at, now),
            DEVICES_ASSOCIATED: figures.devices_associated,
        }
        measured = [Measurement(Series(metric), value) for metric, value in values.items()]
        return [one for one in measured if self._told.get(one.series) != one.value]


def _age(since: float, now: Instant) -> int:
    """Whole seconds; the journal may be of a time when the clock was wrong."""
    return max(0, round(now.steady - since))
