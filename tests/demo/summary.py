"""The end of the demo: what a person should know, and the verdict."""

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from demo.announcements import MISTAKES
from demo.outcome import Check, Outcome, Wave, checks

_NUMBER_COLUMNS = 7
_LINE_COLUMNS = 78
_INDENT = "  "


def wrong(outcome: Outcome) -> list[str]:
    """A line for each thing that is not what it must be; none if the demo has succeeded."""
    lines = [f"the demo broke off: {trouble}" for trouble in outcome.troubles]
    lines += [
        f"{check.what}: {check.found:,}, must be {check.wanted}"
        for check in _checks(outcome)
        if not check.holds
    ]
    return lines


def tell(console: Console, outcome: Outcome, *, seconds: float, log: str) -> None:
    """Write the summary.

    Args:
        console: Where to.
        outcome: What was counted.
        seconds: How long the whole demo took.
        log: Where the component's log is, for those who want to know more.
    """

    def say(text: str = "", style: str = "") -> None:
        console.print(Text(text, style=style), soft_wrap=True)

    say()
    absent = [check for check in _checks(outcome) if check.most == 0]
    for check in _checks(outcome):
        if check not in absent:
            say(f"{_INDENT}{check.found:>{_NUMBER_COLUMNS},}  {check.what}")
    for line in _savings(outcome):
        say(line)
    say()
    say(f"{_INDENT}These must be 0:")
    say(_paragraph([f"{check.what} ({check.found:,})" for check in absent]))
    say()
    for line in _speed(outcome):
        say(line)
    say()
    problems = wrong(outcome)
    for problem in problems:
        say(f"WRONG  {problem}", "red")
    if not problems:
        say("Every number is what it must be.", "bold green")
    say(f"{seconds:.1f} s in all; the component's log is in")
    say(log)


def _checks(outcome: Outcome) -> list[Check]:
    return checks(outcome, mistakes=len(MISTAKES))


def _paragraph(items: Sequence[str]) -> str:
    return textwrap.fill(
        "; ".join(items),
        _LINE_COLUMNS,
        initial_indent=_INDENT * 2,
        subsequent_indent=_INDENT * 2,
    )


def _savings(outcome: Outcome) -> list[str]:
    made = len(outcome.calls)
    saved = outcome.announcements - made
    text = f"calls saved: {outcome.announcements:,} announcements at one call each, less {made}"
    return [f"{_INDENT}{saved:>{_NUMBER_COLUMNS},}  {text}"]


def _speed(outcome: Outcome) -> list[str]:
    sizes = ", ".join(map(str, outcome.calls))
    return [
        f"{_INDENT}calls        of {sizes} devices",
        f"{_INDENT}first wave   {_pace(outcome.first_wave, 'devices')}, the second try included",
        f"{_INDENT}repeats      {_pace(outcome.storm, 'repeats')}",
        f"{_INDENT}second wave  {_pace(outcome.late_wave, 'devices')}, the outage included",
    ]


def _pace(wave: Wave, what: str) -> str:
    return f"{wave.count:,} {what} in {wave.seconds:.1f} s, {wave.per_second:,.0f} a second"
