"""The metrics in a file, for a collector of text files; nothing listens."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from client_device_associator.core.instant import Instant
from client_device_associator.messages.metric_text import Family, Sample, metric_text
from client_device_associator.reporting.metric_counters import MetricCounters
from client_device_associator.reporting.metric_notices import TextfileUnwritable
from client_device_associator.reporting.metric_table import (
    COUNTERS,
    DEVICES_ASSOCIATED,
    GAUGES,
    OLDEST_WAITING,
    QUEUE_LENGTH,
    SINCE_ANSWER,
    Figures,
    Metric,
    Series,
)
from client_device_associator.reporting.notices import Report
from client_device_associator.whole_file import replace_file

READABLE_BY_ALL = 0o644
"""A collector is another user; numbers and codes are all that is in the file."""

_START = "start_timestamp_seconds"
_INFO = "info"


class Textfile:
    """Writes a file beside the old one and renames it, so that nobody ever reads a half.

    A collector reads files that end in `.prom` alone; the unfinished one does not.

    Args:
        counters: What has been counted.
        started: When the component began.
        labels: What says which component on which core device it is.
        report: Takes what an operator may want to know.
    """

    def __init__(
        self,
        counters: MetricCounters,
        started: Instant,
        labels: tuple[tuple[str, str], ...],
        report: Report,
    ) -> None:
        self._counters = counters
        self._started = started
        self._labels = labels
        self._report = report
        self._path: Path | None = None
        self._text = ""
        self._has_failed = False

    def move(self, path: str | None) -> None:
        """From now on it is there, or nowhere; one that was written elsewhere is removed."""
        wanted = None if path is None else Path(path)
        if wanted == self._path:
            return
        if self._path is not None and self._text:
            with suppress(OSError):
                self._path.unlink()
        self._path, self._text, self._has_failed = wanted, "", False

    def write(self, figures: Figures | None, now: Instant) -> None:
        """Replaces the file, if something has changed.

        It is not synced: after a power loss all counters begin again anyway.

        Args:
            figures: None if they cannot be read now; then the file has none of them.
            now: The time.
        """
        if self._path is None:
            return
        text = metric_text(self._families(figures, now))
        if text == self._text:
            return
        try:
            replace_file(self._path, text.encode(), mode=READABLE_BY_ALL, is_hidden=True)
        except OSError as error:
            if not self._has_failed:
                self._report(TextfileUnwritable(str(self._path), error.strerror or str(error)))
            self._has_failed = True
        else:
            self._text, self._has_failed = text, False

    @property
    def must_be_tried_again(self) -> bool:
        """Whether the file is not as it should be."""
        return self._has_failed

    def _families(self, figures: Figures | None, now: Instant) -> list[Family]:
        moments = {SINCE_ANSWER: self._counters.answered_at}
        values: dict[Metric, int] = {}
        if figures is not None:
            moments[OLDEST_WAITING] = figures.oldest_since
            values[QUEUE_LENGTH] = figures.queue_length
            values[DEVICES_ASSOCIATED] = figures.devices_associated
        values.update(
            (metric, round(now.on_the_wall(moment)))
            for metric, moment in moments.items()
            if moment is not None
        )
        started = round(now.on_the_wall(self._started.steady))
        return [
            Family(_INFO, "which component this is", counts=False, samples=[(self._labels, 1)]),
            Family(_START, "when it began", counts=False, samples=[((), started)]),
            *(self._counter(metric) for metric in COUNTERS),
            *(_gauge(metric, values.get(metric)) for metric in GAUGES),
        ]

    def _counter(self, metric: Metric) -> Family:
        counts, label = self._counters.counts, metric.label
        if label is None:
            return _family(metric, [((), counts[Series(metric)])])
        found = dict.fromkeys(label.known, 0)
        for series, count in counts.items():
            if series.metric is metric and series.label_value is not None:
                found[series.label_value] = count
        return _family(metric, [(((label.name, one),), found[one]) for one in sorted(found)])


def _gauge(metric: Metric, value: int | None) -> Family:
    return _family(metric, [] if value is None else [((), value)])


def _family(metric: Metric, samples: Sequence[Sample]) -> Family:
    return Family(metric.text_name, metric.meaning, metric.counts, samples)
