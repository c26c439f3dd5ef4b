"""What holds for a fleet, on a small and quick one."""

from dataclasses import replace

import pytest

from fleet.figures import PAGE, read_figures
from fleet.fleet import Setting
from fleet.measures import Measures, jain, quantile
from fleet.page import MAX_RATIO, MAX_SHARE, page
from fleet.policies import AFTER, BEFORE, TOLD
from fleet.quota import Manners, Quota
from fleet.scenarios import BOOT_SECONDS, DAILY, DEPLOYMENT, OUTAGE, POWER_CUT, SCENARIOS

SMALL = Setting(POWER_CUT, rate=5.0, policy=AFTER, cores=200, devices=1)
"""40 s of quota for all."""


def run(policy: str, **changes: object) -> Measures:
    """A small power cut, or with changes something else."""
    setting = replace(SMALL, policy=policy, **changes)  # type: ignore[arg-type] # its fields
    return SCENARIOS[setting.scenario](setting)


def test_rounds_are_sooner_done_with_fewer_calls_than_full_jitter() -> None:
    """When all come back from a power cut, and nobody knows how many they are."""
    before, after = run(BEFORE), run(AFTER)
    assert after.last < before.last
    assert after.most < before.most
    assert after.calls < 0.8 * before.calls
    assert after.most_calls < before.most_calls


def test_a_fleet_that_was_told_meets_the_goal() -> None:
    """After a power cut: in time, but for one in a hundred by chance, and hardly throttled."""
    told = run(TOLD, rate=20.0, cores=1000)
    assert (told.most - BOOT_SECONDS) / told.bound <= MAX_RATIO
    assert told.share_throttled < MAX_SHARE


def test_a_hundred_devices_are_one_call() -> None:
    """As one is, so that most of the large runs may have one device each."""
    one, many = run(TOLD, cores=30), run(TOLD, cores=30, devices=100)
    assert one.throttled == many.throttled == 0
    assert one.calls - one.lists == many.calls - many.lists == 30


@pytest.mark.parametrize("scenario", [OUTAGE, DEPLOYMENT, DAILY])
def test_all_get_in_in_the_end(scenario: str) -> None:
    """Whatever has happened."""
    measures = run(AFTER, scenario=scenario, cores=30)
    assert measures.curve[-1][1] == 1.0
    assert measures.fewest_calls >= 1


def test_a_quota_takes_a_burst_and_then_its_rate() -> None:
    """And says when to come again, in the manner that it has."""
    quota = Quota(10.0, Manners.OWN_TURN)
    assert [quota.refuses(0.0) for _ in range(10)] == [None] * 10
    assert [quota.refuses(0.0) for _ in range(2)] == [pytest.approx(0.1), pytest.approx(0.2)]
    assert quota.refuses(0.11) is None
    assert Quota(0.5, Manners.SILENT).refuses(0.0) is None
    slow = Quota(0.5, Manners.NEXT_SECOND)
    assert [slow.refuses(0.0), slow.refuses(0.0)] == [None, 2.0]


def test_measures_are_what_they_are_called() -> None:
    """Jain's index and quantiles."""
    assert jain([3, 3, 3]) == 1.0
    assert jain([1, 0, 0, 0]) == 0.25
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert quantile([1.0, 2.0], 0.99) == 2.0


def test_the_page_is_made_from_the_figures() -> None:
    """`PYTHONPATH=tests .venv/bin/python -m fleet page` writes it."""
    assert PAGE.read_text() == page(read_figures())
