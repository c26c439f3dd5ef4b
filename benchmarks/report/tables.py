"""The tables of the page, as Markdown."""

from collections.abc import Sequence

from benchmarks.contestants.contestant import BARE, OURS
from benchmarks.load.site import UP
from benchmarks.measures.neighbours import ALONE
from benchmarks.measures.statistics import growth, ratio, summary
from benchmarks.report.budgets import BUDGETS, TIMES
from benchmarks.report.measured import GROWING, TITLES, Table
from benchmarks.report.record import Record

NOTHING = "\N{EN DASH}"
_HUNDRED, _TEN = 100.0, 10.0
_IDLE_LOAD = 1.0
"""Processes that ran before the run began, on the average of a minute."""


def number(figure: float) -> str:
    """A figure with as many digits as are worth reading."""
    if figure == 0:
        return "0"
    if abs(figure) >= _HUNDRED:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if abs(figure) >= _TEN else f"{figure:.2f}"


def cell(samples: Sequence[float], beside: Sequence[float] = ()) -> str:
    """Median, spread, and the ratio to other figures."""
    found = summary(samples)
    if found is None:
        return NOTHING
    text = number(found.median)
    if number(found.least) != number(found.most):
        text += f" ({number(found.least)}{NOTHING}{number(found.most)})"
    times = ratio(samples, beside)
    return text if times is None else f"{text}, {number(times)}{TIMES}"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def contestants(record: Record, table: Table) -> str:
    """Rows of figures, a column for each contestant."""
    rows = []
    for row in table.rows:
        bare = record.of(row.measure, row.at, BARE) or record.of(row.measure, UP, BARE)
        cells = [
            cell(
                record.of(row.measure, row.at, key),
                bare if table.compared and key not in (BARE, ALONE) else (),
            )
            for key in table.contestants
        ]
        rows.append([row.title, *cells])
    return markdown([table.unit, *(TITLES[key] for key in table.contestants)], rows)


def budgets(record: Record) -> str:
    """Each budget beside its figure."""
    rows = []
    for budget in BUDGETS:
        found = budget.figure(record)
        bound = f"{'≥' if budget.at_least else '≤'} {number(budget.bound)}"
        unit = TIMES if budget.unit == TIMES else f" {budget.unit}"
        measured = NOTHING if found is None else f"{number(found)}{unit}"
        rows.append([budget.title, f"{bound}{unit}", measured, budget.verdict(record)])
    return markdown(["", "budget", "measured", ""], rows)


def growing(record: Record) -> str:
    """What the component costs by the number of known devices."""
    sizes = [int(at) for at in record.circumstances("rss.start") if at.isdigit()]
    rows = []
    for title, measure, unit in GROWING:
        by_size = [(size, record.of(measure, f"{size}", OURS)) for size in sizes]
        grown = growth(by_size)
        times = NOTHING if grown is None else f"{number(grown)}{TIMES}"
        rows.append([f"{title}, {unit}", *(cell(samples) for _, samples in by_size), times])
    return markdown(["known devices", *(f"{size:,}" for size in sizes), "largest : smallest"], rows)


def about(record: Record) -> str:
    """Machine, versions and numbers of the run."""
    machine, versions = record.about["machine"], record.about["versions"]
    plan = record.about["plan"]
    rows = [
        ["measured", f"{record.about['at']}, in {record.about['seconds']} s"],
        *([name, _words(value)] for name, value in sorted(machine.items())),
        *([name, value] for name, value in sorted(versions.items())),
        ["writes to disk counted by", record.about["disk"]],
        ["rounds", f"{plan['rounds']}; {plan['fewer_rounds']} of the scripts, and of some others"],
    ]
    if machine["load at the start"][0] > _IDLE_LOAD:
        rows.insert(0, ["**busy machine**", "something else was running when the run began"])
    if record.about["quick"]:
        rows.insert(0, ["**quick run**", "these figures only show that everything works"])
    return markdown(["", ""], rows)


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
