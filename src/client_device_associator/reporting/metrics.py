"""When metrics are sent and written: seldom, and never without news."""

from collections.abc import Callable

from client_device_associator.configuration.settings import MetricSettings, Settings
from client_device_associator.core.instant import Instant
from client_device_associator.reporting.cloudwatch_metrics import (
    CloudWatchMetrics,
    Measurement,
    Put,
)
from client_device_associator.reporting.metric_counters import MetricCounters
from client_device_associator.reporting.metric_notices import MetricsRefused
from client_device_associator.reporting.metric_table import Figures
from client_device_associator.reporting.notices import Notice, Report
from client_device_associator.reporting.textfile import Textfile

_OFF = MetricSettings()


class Metrics:
    """Counts, and tells CloudWatch and a text file about it, in rounds.

    A round comes an interval after the first news since the one before, so that an announcement and
    what becomes of it make one round. While client devices wait there is one in each interval, for
    they wait longer and longer. Without news, or with metrics turned off, there is none.

    Args:
        core_thing_name: This core device.
        version: Of this component.
        put: Sends a measurement to CloudWatch.
        report: Takes what an operator may want to know.
        now: The time; the component begins now.
    """

    def __init__(
        self,
        core_thing_name: str,
        version: str,
        put: Put,
        report: Report,
        now: Callable[[], Instant],
    ) -> None:
        labels = (("core_device", core_thing_name), ("version", version))
        started = now()
        self._now = now
        self._report = report
        self._counters = MetricCounters(now)
        self._cloudwatch = CloudWatchMetrics(self._counters, put, started)
        self._textfile = Textfile(self._counters, started, labels, report)
        self._all_settings: Settings | None = None
        self._news_at: float | None = None
        self._were_refused = False
        self._refused_in_round = False

    def reconfigure(self, settings: Settings) -> None:
        """Goes on with other settings; what was counted so far is kept."""
        before, self._all_settings = self._settings, settings
        if self._settings != before:
            self._textfile.move(self._settings.textfile)
            self._note_news()

    def __call__(self, notice: Notice) -> None:
        """Takes a notice; any may mean that something has changed."""
        self._counters(notice)
        self._note_news()

    def refused(self, measurement: Measurement, why: str) -> None:
        """The nucleus has not taken a message; reported once, until it takes a whole round."""
        self._cloudwatch.refused(measurement)
        self._refused_in_round = True
        if not self._were_refused and self._all_settings is not None:
            self._were_refused = True
            self._report(MetricsRefused(why, self._all_settings))
        self._note_news()

    def run_due(self, figures: Callable[[], Figures | None]) -> float | None:
        """Makes a round if it is time for one.

        Args:
            figures: Gives what is counted elsewhere, if it is wanted; None if it cannot be read.

        Returns:
            Steady seconds at which to be called again.
        """
        now = self._now()
        due_at = self._due_at()
        if due_at is None or now.steady < due_at:
            return due_at
        self._news_at = None
        found = figures()
        goes_on = self._send(found, now) if self._settings.to_cloudwatch else False
        self._textfile.write(found, now)
        if goes_on or self._textfile.must_be_tried_again:
            self._note_news()
        return self._due_at()

    def _due_at(self) -> float | None:
        if self._news_at is None or not self._settings.is_on:
            return None
        return self._news_at + self._settings.interval_seconds

    def _send(self, figures: Figures | None, now: Instant) -> bool:
        """Sends a round; returns whether there is to be another without news."""
        self._were_refused = self._were_refused and self._refused_in_round
        self._refused_in_round = False
        is_left = self._cloudwatch.send(figures, now)
        waits = figures is None or figures.oldest_since is not None
        return is_left or waits

    @property
    def _settings(self) -> MetricSettings:
        return self._all_settings.metrics if self._all_settings else _OFF

    def _note_news(self) -> None:
        if self._news_at is None:
            self._news_at = self._now().steady
