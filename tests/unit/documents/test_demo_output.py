"""The README shows what the demo says."""

import io
import re

from rich.console import Console

from demo import outcome
from demo.announcements import MISTAKES
from demo.outcome import Outcome, Wave
from demo.summary import tell, wrong
from support.documents import blocks

_NUMBER = re.compile(r" *\d[\d,.]*")

GOOD = Outcome(
    associated=outcome.KNOWN_DEVICES + outcome.LATE_DEVICES,
    failed=outcome.UNKNOWN_DEVICES,
    rejected=len(MISTAKES),
    wrong_reasons=0,
    told_to_wait=outcome.LATE_DEVICES,
    unheard=0,
    disagreements=0,
    calls=[100, 50, 10, 100],
    calls_refused=0,
    storm_calls=0,
    storm_answers=70,
    storm_others=0,
    crashes=0,
    announcements=1251,
    first_wave=Wave(150, 4.2),
    storm=Wave(outcome.STORM_REPEATS, 0.5),
    late_wave=Wave(100, 4.1),
)
"""A run in which every number is what it must be."""


def without_numbers(lines: list[str]) -> list[str]:
    """Lines whose figures do not matter: times differ from run to run."""
    return [_NUMBER.sub(" N", line).rstrip() for line in lines]


def test_the_summary_in_the_readme_is_that_of_the_demo() -> None:
    """Line by line, but for the figures."""
    assert wrong(GOOD) == []
    console = Console(file=io.StringIO(), width=80)
    tell(console, GOOD, seconds=30.1, log="the.log")
    assert isinstance(console.file, io.StringIO)
    said = without_numbers(console.file.getvalue().strip("\n").splitlines()[:-2])
    (shown,) = [one for one in blocks("text") if "associated, and told so" in one.text]
    assert without_numbers(shown.text.splitlines())[-len(said) :] == said
