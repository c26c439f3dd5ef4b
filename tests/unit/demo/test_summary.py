"""The demo's verdict: it succeeds only if every number is what it must be."""

import dataclasses
import io

import pytest
from rich.console import Console

from demo.announcements import MISTAKES, in_every_form
from demo.outcome import Outcome, Wave
from demo.summary import tell, wrong

GOOD = Outcome(
    associated=240,
    failed=10,
    rejected=len(MISTAKES),
    wrong_reasons=0,
    told_to_wait=100,
    unheard=0,
    disagreements=0,
    calls=[100, 50, 10, 100],
    calls_refused=0,
    storm_calls=0,
    storm_answers=17,
    storm_others=0,
    crashes=0,
    announcements=1251,
    first_wave=Wave(150, 5.0),
    storm=Wave(1000, 0.5),
    late_wave=Wave(100, 4.0),
)

BAD_NUMBERS = [
    ("associated", 239),
    ("associated", 241),
    ("failed", 9),
    ("rejected", len(MISTAKES) - 1),
    ("wrong_reasons", 1),
    ("told_to_wait", 99),
    ("unheard", 1),
    ("disagreements", 1),
    ("calls", [100, 50, 100]),
    ("calls", [100, 50, 10, 100, 1]),
    ("calls", [101, 49, 10, 100]),
    ("calls_refused", 1),
    ("storm_calls", 1),
    ("storm_answers", 0),
    ("storm_answers", 1002),
    ("storm_others", 1),
    ("crashes", 1),
    ("troubles", ["call 3 was not made"]),
]


def said(outcome: Outcome) -> str:
    """The summary as a pipe gets it."""
    console = Console(file=io.StringIO(), width=80)
    tell(console, outcome, seconds=12.0, log="the.log")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_right_numbers_are_a_success() -> None:
    """With every number right there is nothing to complain about, and the summary says so."""
    assert wrong(GOOD) == []
    assert "Every number is what it must be." in said(GOOD)
    assert "WRONG" not in said(GOOD)


@pytest.mark.parametrize(("attribute", "value"), BAD_NUMBERS)
def test_each_wrong_number_fails_the_verdict(attribute: str, value: object) -> None:
    """One wrong number is one line in the verdict and in the summary."""
    outcome = dataclasses.replace(GOOD, **{attribute: value})  # type: ignore[arg-type] # by design
    assert len(wrong(outcome)) == 1
    assert said(outcome).count("WRONG") == 1
    assert "Every number" not in said(outcome)


def test_the_summary_tells_the_calls_saved() -> None:
    """1,251 announcements in 4 calls save 1,247."""
    assert "1,247  calls saved" in said(GOOD)


@pytest.mark.parametrize("count", [1, 10, 150])
def test_each_device_is_announced_once_and_in_order(count: int) -> None:
    """However many there are, every device is in exactly one announcement."""
    names = [f"device-{number}" for number in range(count)]
    announced = [name for one in in_every_form(names) for name in one.thing_names]
    assert announced == names
