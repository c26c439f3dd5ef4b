import pytest
from benchmarks.report.budgets import (
    BUDGETS,
    MET,
    NOT_MEASURED,
    NOT_MET,
    Budget,
    after_any_burst,
    beyond_the_call,
    compared,
    median,
    worst,
)
from benchmarks.report.record import Record

OURS, BARE, AT_ONCE = "component", "bare", "component, maxWaitSeconds 0"


def record(**measures: dict[str, dict[str, list[float]]]) -> Record:
    """A record with these figures."""
    return Record({}, {name.replace("_", "."): figures for name, figures in measures.items()})


@pytest.mark.parametrize(
    ("figure", "at_most", "at_least"),
    [(2.0, MET, MET), (2.1, NOT_MET, MET), (1.9, MET, NOT_MET), (None,) + (NOT_MEASURED,) * 2],
)
def test_a_verdict_follows_from_figure_and_bound(
    figure: float | None, at_most: str, at_least: str
) -> None:
    """The bound itself is within; what was not measured is not met."""
    above = Budget("CPU", 2.0, "times", lambda _: figure)
    below = Budget("CPU", 2.0, "times", lambda _: figure, at_least=True)
    assert (above.verdict(record()), below.verdict(record())) == (at_most, at_least)


def test_trouble_is_compared_with_a_bare_subscriber_without_trouble() -> None:
    """It calls nobody, so it is measured once."""
    figures = record(taken={"up": {BARE: [800.0]}, "cloud down": {OURS: [400.0]}})
    assert compared("taken", "cloud down")(figures) == 0.5


def test_median_and_worst_are_the_components() -> None:
    """And nobody else's; neither of nothing."""
    figures = record(deaf={"up": {OURS: [3.0, 9.0, 4.0], BARE: [99.0]}})
    assert median("deaf")(figures) == 4.0
    assert worst("deaf")(figures) == 9.0
    assert median("deaf")(record()) is None
    assert worst("deaf")(record()) is None


def test_memory_after_a_burst_is_that_of_the_worst_burst() -> None:
    """Whichever circumstances leave most behind."""
    figures = record(
        rss_after={
            "up": {BARE: [20.0], OURS: [22.0]},
            "cloud down": {OURS: [30.0]},
            "full speed": {OURS: [26.0]},
        }
    )
    assert after_any_burst(figures) == 1.5
    assert after_any_burst(record()) is None


def test_what_is_waited_beyond_the_call_is_a_difference() -> None:
    """Of the medians, at one announcement a second."""
    figures = record(
        latency={"1 a second": {AT_ONCE: [60.0, 70.0, 61.0]}}, api={"up": {AT_ONCE: [50.0]}}
    )
    assert beyond_the_call(figures) == 11.0
    assert beyond_the_call(record()) is None


def test_no_budget_is_met_by_what_was_not_measured() -> None:
    """An empty record meets nothing."""
    assert {budget.verdict(record()) for budget in BUDGETS} == {NOT_MEASURED}
