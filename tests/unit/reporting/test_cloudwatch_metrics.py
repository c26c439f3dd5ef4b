import pytest

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import DeviceFailed
from client_device_associator.reporting.cloudwatch_metrics import (
    MAX_AT_ONCE,
    CloudWatchMetrics,
    Measurement,
)
from client_device_associator.reporting.metric_counters import MetricCounters
from client_device_associator.reporting.metric_notices import AnnouncementsRead, CallEnded
from client_device_associator.reporting.metric_table import (
    ANNOUNCEMENTS,
    CALL_FAILURES,
    CALLS,
    DEVICES_ASSOCIATED,
    FAILURES,
    GAUGES,
    METRICS,
    OLDEST_WAITING,
    QUEUE_LENGTH,
    SINCE_ANSWER,
    THROTTLES,
    Figures,
    Series,
)
from support.aws_metrics import why_not
from support.fakes import FakeClock
from support.values import START, moment

AWS_BATCH = 20
"""Metrics at which AWS's component calls CloudWatch at once."""

IDLE = Figures(queue_length=0, oldest_since=None, devices_associated=7)


class Told:
    """What CloudWatch was told."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.counters = MetricCounters(self.clock.now)
        self.measured: list[Measurement] = []
        self.metrics = CloudWatchMetrics(self.counters, self.measured.append, moment())

    def round(self, figures: Figures | None = IDLE, seconds: float = 0.0) -> dict[Series, int]:
        """What a round says."""
        self.measured.clear()
        self.clock.seconds = seconds
        self._is_left = self.metrics.send(figures, self.clock.now())
        return {one.series: one.value for one in self.measured}

    def is_left(self) -> bool:
        """Whether the last round says that something is left."""
        return self._is_left


@pytest.fixture
def told() -> Told:
    """Nothing was sent yet."""
    return Told()


def test_gauges_are_told_once(told: Told) -> None:
    """At first all of them; counters that are 0 are not."""
    assert told.round() == {
        Series(QUEUE_LENGTH): 0,
        Series(OLDEST_WAITING): 0,
        Series(SINCE_ANSWER): 0,
        Series(DEVICES_ASSOCIATED): 7,
    }
    assert told.round() == {}
    assert told.round(Figures(0, None, 8)) == {Series(DEVICES_ASSOCIATED): 8}


def test_a_counter_says_how_much_it_has_grown(told: Told) -> None:
    """Since the last round, so that CloudWatch's sums are right; whatever else cannot be read."""
    told.counters(AnnouncementsRead(3, 0))
    assert told.round(None) == {Series(ANNOUNCEMENTS): 3}
    told.counters(AnnouncementsRead(2, 0))
    told.counters(AnnouncementsRead(2, 0))
    assert told.round(None) == {Series(ANNOUNCEMENTS): 4}
    assert told.round(None) == {}


def test_ages_are_of_devices_that_wait(told: Told) -> None:
    """Since the last answer, or since the start; never less than nothing; 0 when none waits."""
    told.round()
    waiting = Figures(1, START + 4, 7)
    assert told.round(waiting, 10) == {
        Series(QUEUE_LENGTH): 1,
        Series(OLDEST_WAITING): 6,
        Series(SINCE_ANSWER): 10,
    }
    told.counters(CallEnded(None))
    assert told.round(waiting, 30) == {
        Series(CALLS): 1,
        Series(OLDEST_WAITING): 26,
        Series(SINCE_ANSWER): 20,
    }
    assert told.round(Figures(1, START + 99, 7), 30)[Series(OLDEST_WAITING)] == 0
    assert told.round(IDLE, 40) == {Series(QUEUE_LENGTH): 0, Series(SINCE_ANSWER): 0}


def test_what_was_refused_goes_with_a_later_round(told: Told) -> None:
    """Together with what has been counted since; and nothing twice."""
    told.counters(AnnouncementsRead(3, 0))
    told.round()
    for one in list(told.measured):
        if one.series.metric in (ANNOUNCEMENTS, DEVICES_ASSOCIATED):
            told.metrics.refused(one)
    told.counters(AnnouncementsRead(1, 0))
    assert told.round() == {Series(ANNOUNCEMENTS): 4, Series(DEVICES_ASSOCIATED): 7}
    assert told.round() == {}


def test_a_round_is_bounded_and_nothing_is_lost_by_that(told: Told) -> None:
    """AWS's component is not called for inside its callback; what is left comes later."""
    assert MAX_AT_ONCE < AWS_BATCH
    for number in range(20):
        told.counters(DeviceFailed("a", f"Code{number}", "m"))
    first = told.round()
    assert len(first) == MAX_AT_ONCE
    assert told.is_left()
    second = told.round()
    assert not told.is_left()
    assert len(first) + len(second) == 20 + 1 + 4
    assert not first.keys() & second.keys()


def test_a_round_may_be_full_with_nothing_left(told: Told) -> None:
    """There is no other then."""
    told.round()
    for number in range(MAX_AT_ONCE - 1):
        told.counters(DeviceFailed("a", f"Code{number}", "m"))
    assert len(told.round()) == MAX_AT_ONCE
    assert not told.is_left()


def test_sums_and_gauges_come_first(told: Told) -> None:
    """Alarms are about those."""
    for number in range(20):
        told.counters(DeviceFailed("a", f"Code{number}", "m"))
    told.counters(CallEnded(FailureCause.THROTTLED))
    sent = told.round()
    whole = {one for one in sent if one.label_value is None}
    assert {one.metric for one in whole} == {FAILURES, CALLS, CALL_FAILURES, THROTTLES, *GAUGES}


def test_parts_take_turns(told: Told) -> None:
    """However often the first of them grow, each of the others is sent."""
    told.round()
    sent: set[str | None] = set()
    for _ in range(3):
        for number in range(20):
            told.counters(DeviceFailed("a", f"Code{number}", "m"))
        sent |= {one.label_value for one in told.round()}
    assert sent == {None, *(f"Code{number}" for number in range(20))}
    last = told.round()
    assert told.round() == {}
    assert sum(last.values()) < 60


def test_every_series_makes_a_message_that_is_taken() -> None:
    """By AWS's component and CloudWatch, as far as their documentation says."""
    for metric in METRICS:
        labels = [None, *(metric.label.known if metric.label else ()), "odd_code"]
        for value in labels if metric.label else [None]:
            message = Measurement(Series(metric, value), 5).message()
            assert why_not(message) is None
            datum = message["request"]["metricData"]  # type: ignore[index] # a dict of dicts
            assert datum["metricName"] == metric.name
            assert datum["unit"] == metric.unit.value
            named = [] if value is None else [{"name": metric.label.name, "value": value}]  # type: ignore[union-attr] # see labels
            assert datum.get("dimensions", []) == named
