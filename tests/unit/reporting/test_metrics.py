from pathlib import Path

import pytest

from client_device_associator.configuration.settings import MetricSettings, Settings
from client_device_associator.reporting.cloudwatch_metrics import Measurement
from client_device_associator.reporting.metric_notices import AnnouncementsRead, MetricsRefused
from client_device_associator.reporting.metric_table import ANNOUNCEMENTS, Figures, Series
from client_device_associator.reporting.metrics import Metrics
from client_device_associator.reporting.notices import JournalUsable, Notice, report_to
from support.fakes import FakeClock
from support.values import START, settings

IDLE, WAITING = Figures(0, None, 0), Figures(1, START, 0)
READ = AnnouncementsRead(1, 0)
HOUR = 3600.0


def on(interval_seconds: float = 60.0, textfile: str | None = None) -> Settings:
    """Settings with metrics to CloudWatch."""
    return settings(metrics=MetricSettings(True, textfile, interval_seconds))  # noqa: FBT003 - the fields in order


class Kept:
    """Metrics, and what they have told."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.notices: list[Notice] = []
        self.put: list[Measurement] = []
        self.figures: Figures | None = IDLE
        self.looks = 0
        self.metrics = Metrics("core-1", "1.2.3", self.put.append, self.report, self.clock.now)

    def report(self, notice: Notice) -> None:
        """Reports to all, themselves included."""
        report_to((self.notices.append, self.metrics))(notice)

    def run_due(self) -> float | None:
        """Makes a round if it is due; the seconds until the next time."""
        wake_at = self.metrics.run_due(self.look)
        return None if wake_at is None else wake_at - self.clock.steady()

    def look(self) -> Figures | None:
        """What is counted elsewhere."""
        self.looks += 1
        return self.figures

    def pass_to_idleness(self) -> int:
        """Lets time pass until nothing is due; returns how many rounds there were."""
        before = self.looks
        for _ in range(100):
            wait = self.run_due()
            if wait is None:
                return self.looks - before
            self.clock.seconds += wait
        raise AssertionError("there is no end")


@pytest.fixture
def kept() -> Kept:
    """Metrics that go to CloudWatch every minute, with nothing to say."""
    kept = Kept()
    kept.metrics.reconfigure(on())
    kept.pass_to_idleness()
    kept.put.clear()
    return kept


def test_nothing_happens_while_they_are_off() -> None:
    """No wake-up and no look at the journal, whatever is reported."""
    kept = Kept()
    kept.report(READ)
    assert kept.run_due() is None
    kept.metrics.reconfigure(settings())
    kept.report(READ)
    kept.clock.seconds = HOUR
    assert kept.run_due() is None
    assert (kept.put, kept.looks) == ([], 0)


def test_without_news_there_is_no_wake_up(kept: Kept) -> None:
    """However long it takes; settings that stay as they are are no news."""
    kept.clock.seconds += HOUR
    assert kept.run_due() is None
    kept.metrics.reconfigure(on())
    assert kept.run_due() is None
    assert kept.put == []


def test_a_round_comes_an_interval_after_the_first_news(kept: Kept) -> None:
    """One for all that happens until then, and then none."""
    kept.report(READ)
    assert kept.run_due() == 60
    kept.clock.seconds += 59
    kept.report(READ)
    assert kept.run_due() == 1
    assert kept.put == []
    kept.clock.seconds += 1
    assert kept.run_due() is None
    assert kept.put == [Measurement(Series(ANNOUNCEMENTS), 2)]
    assert kept.pass_to_idleness() == 0


def test_while_devices_wait_there_is_a_round_in_each_interval(kept: Kept) -> None:
    """They wait longer and longer; and while the journal cannot be read nobody knows."""
    for figures in (WAITING, None):
        kept.figures = figures
        kept.report(JournalUsable())
        kept.clock.seconds += 60
        assert kept.run_due() == 60
    kept.figures = IDLE
    assert kept.pass_to_idleness() == 1


def test_a_file_alone_needs_no_rounds_while_devices_wait(tmp_path: Path) -> None:
    """It has moments, which stay right."""
    kept = Kept()
    kept.metrics.reconfigure(settings(metrics=MetricSettings(textfile=str(tmp_path / "a.prom"))))
    kept.figures = WAITING
    assert kept.pass_to_idleness() == 1
    assert (tmp_path / "a.prom").exists()
    assert kept.put == []


def test_a_file_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    """In each interval, without news."""
    kept = Kept()
    path = tmp_path / "missing" / "a.prom"
    kept.metrics.reconfigure(settings(metrics=MetricSettings(textfile=str(path))))
    kept.run_due()
    kept.clock.seconds += 60
    assert kept.run_due() == 60
    path.parent.mkdir()
    assert kept.pass_to_idleness() == 1
    assert path.exists()


def test_a_file_that_is_wanted_no_more_is_removed(tmp_path: Path) -> None:
    """By new settings, at once."""
    kept = Kept()
    path = tmp_path / "a.prom"
    kept.metrics.reconfigure(on(textfile=str(path)))
    kept.pass_to_idleness()
    assert path.exists()
    kept.metrics.reconfigure(on())
    assert not path.exists()


def test_what_is_left_of_a_round_makes_another(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interval later, without news."""
    monkeypatch.setattr("client_device_associator.reporting.cloudwatch_metrics.MAX_AT_ONCE", 1)
    kept.report(AnnouncementsRead(1, 1))
    kept.clock.seconds += 60
    assert kept.run_due() == 60
    assert kept.pass_to_idleness() == 1
    assert len(kept.put) == 2


def test_a_refusal_is_reported_once_and_tried_in_each_interval(kept: Kept) -> None:
    """Until a whole round was taken; the next is news. What was counted is not lost."""
    kept.report(READ)
    for _ in range(3):
        kept.clock.seconds += 60
        kept.run_due()
        for one in [kept.put.pop() for _ in kept.put[:]]:
            kept.metrics.refused(one, "no")
            kept.metrics.refused(Measurement(one.series, 0), "no")
    refusals = [one for one in kept.notices if isinstance(one, MetricsRefused)]
    assert refusals == [MetricsRefused("no", on())]
    kept.pass_to_idleness()
    assert kept.put == [Measurement(Series(ANNOUNCEMENTS), 1)]
    for _ in range(2):
        kept.report(READ)
        kept.pass_to_idleness()
    kept.metrics.refused(kept.put[-1], "no")
    refusals = [one for one in kept.notices if isinstance(one, MetricsRefused)]
    assert len(refusals) == 2


def test_a_refusal_of_the_first_round_is_reported() -> None:
    """As it comes if accessControl was forgotten."""
    kept = Kept()
    kept.metrics.refused(Measurement(Series(ANNOUNCEMENTS), 1), "not known yet")
    kept.metrics.reconfigure(on())
    kept.metrics.refused(Measurement(Series(ANNOUNCEMENTS), 1), "no")
    assert kept.notices == [MetricsRefused("no", on())]


def test_another_interval_counts_at_once(kept: Kept) -> None:
    """An operator who looks for a fault does not wait for the end of a long one."""
    kept.metrics.reconfigure(on(HOUR))
    assert kept.run_due() == HOUR
    kept.metrics.reconfigure(on(1))
    assert kept.run_due() == 1
