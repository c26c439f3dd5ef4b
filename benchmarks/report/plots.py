"""The plots of the page. They need matplotlib, which only `make bench` installs."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, NullLocator, StrMethodFormatter

from benchmarks.contestants.contestant import OURS
from benchmarks.load.site import CLOUD_DOWN, TOKENS_DOWN
from benchmarks.measures.statistics import summary
from benchmarks.report.measured import ALL, ANSWERING, GROWING, PACES, TITLES, Row
from benchmarks.report.record import Record
from benchmarks.report.style import MARKERS, THEMES, Theme, save
from benchmarks.report.style import settings as style
from benchmarks.report.tables import number

_WIDTH, _ROW, _HEAD = 7.6, 0.62, 1.1
_COLUMNS = 4
_PANEL = (1.9, 1.55)


def points(
    record: Record, theme: Theme, rows: Sequence[Row], contestants: Sequence[str], label: str
) -> Figure:
    """A line for each row, with a point for each contestant, on a logarithmic axis.

    Args:
        record: The figures.
        theme: The colours.
        rows: What is shown.
        contestants: Whose figures.
        label: Of the axis.
    """
    figure = Figure(figsize=(_WIDTH, _HEAD + _ROW * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    step = 0.8 / len(contestants)
    for place, key in enumerate(contestants):
        offset = (place - (len(contestants) - 1) / 2) * step
        _points_of(record, theme, rows, key, (axes, offset))
    axes.set_yticks(range(len(rows)), [row.title for row in rows])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_xlabel(label)
    axes.grid(visible=True, axis="x")
    axes.margins(x=0.14)
    _legend(figure, axes)
    return figure


def _points_of(
    record: Record, theme: Theme, rows: Sequence[Row], key: str, place: tuple[Axes, float]
) -> None:
    axes, offset = place
    colour = theme.colours[key]
    title: str | None = TITLES[key].replace("`", "")
    for line, row in enumerate(rows):
        found = summary(record.of(row.measure, row.at, key))
        if found is None or found.median <= 0:
            continue
        height = line + offset
        axes.plot([found.least, found.most], [height, height], color=colour, linewidth=1.4)
        axes.plot(found.median, height, MARKERS[key], color=colour, markersize=5, label=title)
        text = f"{number(found.median)}  "
        axes.annotate(
            text, (found.least, height), ha="right", va="center", fontsize=7, color=colour
        )
        title = None


def bars(
    record: Record, theme: Theme, rows: Sequence[Row], contestants: Sequence[str], label: str
) -> Figure:
    """A group of bars for each row, from zero, with the spread."""
    figure = Figure(figsize=(_WIDTH, _HEAD + 1.3 * _ROW * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    height = 0.8 / len(contestants)
    for place, key in enumerate(contestants):
        offset = (place - (len(contestants) - 1) / 2) * height
        title: str | None = TITLES[key].replace("`", "")
        for line, row in enumerate(rows):
            found = summary(record.of(row.measure, row.at, key))
            if found is None:
                continue
            spread = [[found.median - found.least], [found.most - found.median]]
            axes.barh(
                line + offset,
                found.median,
                height * 0.9,
                color=theme.colours[key],
                xerr=spread,
                error_kw={"ecolor": theme.ink, "elinewidth": 0.8},
                label=title,
            )
            title = None
            axes.annotate(
                f"  {number(found.median)}", (found.most, line + offset), va="center", fontsize=7
            )
    axes.set_yticks(range(len(rows)), [row.title for row in rows])
    axes.invert_yaxis()
    axes.set_xlabel(label)
    axes.set_xlim(left=0)
    axes.margins(x=0.1)
    axes.grid(visible=True, axis="x")
    _legend(figure, axes)
    return figure


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)


def growing(record: Record, theme: Theme) -> Figure:
    """A panel for each figure, from zero, over the number of known devices."""
    sizes = [int(at) for at in record.circumstances("rss.start") if at.isdigit()]
    lines = -(-len(GROWING) // _COLUMNS)
    figure = Figure(figsize=(_PANEL[0] * _COLUMNS, _PANEL[1] * lines), layout="constrained")
    for place, (title, measure, unit) in enumerate(GROWING):
        axes = figure.add_subplot(lines, _COLUMNS, place + 1)
        found = [(size, summary(record.of(measure, f"{size}", OURS))) for size in sizes]
        there = [(size, one) for size, one in found if one is not None]
        xs, ys = [size for size, _ in there], [one.median for _, one in there]
        axes.plot(xs, ys, marker=MARKERS[OURS], markersize=4, color=theme.colours[OURS])
        axes.vlines(
            xs, [one.least for _, one in there], [one.most for _, one in there], theme.colours[OURS]
        )
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.set_ylim(0, max([one.most for _, one in there], default=0) * 1.25 or 1)
        axes.set_title(f"{_wrapped(title)}\n{unit}", fontsize=7)
        axes.tick_params(labelsize=6.5)
        axes.grid(visible=True)
    return figure


def _wrapped(title: str) -> str:
    """In two lines, if it is long."""
    words = title.split()
    middle = next(
        (n for n in range(1, len(words)) if 2 * len(" ".join(words[:n])) >= len(title)), 0
    )
    return f"{' '.join(words[:middle])}\n{' '.join(words[middle:])}" if middle else title


_CPU = (
    Row("new device", "cpu.new"),
    Row("new, with the worker", "cpu.new.all"),
    Row("known device", "cpu.repeat"),
    Row("presence", "cpu.presence"),
)
_TAKEN = (
    Row("at the bus's pace", "taken"),
    Row("cloud down", "taken", CLOUD_DOWN),
    Row("token exchange down", "taken", TOKENS_DOWN),
)
_MEMORY = (
    Row("after the start", "rss.start"),
    Row("busy, all processes", "rss.busy.all"),
    Row("10 s after", "rss.after"),
    Row("10 s after, all processes", "rss.after.all"),
)

PLOTS: dict[str, Callable[[Record, Theme], Figure]] = {
    "cpu": lambda record, theme: points(record, theme, _CPU, ALL, "µs of CPU per announcement"),
    "taken": lambda record, theme: bars(record, theme, _TAKEN, ALL, "announcements a second"),
    "memory": lambda record, theme: bars(record, theme, _MEMORY, ALL, "MiB of resident memory"),
    "latency": lambda record, theme: points(
        record,
        theme,
        [Row(pace, "latency", pace) for pace in PACES],
        ANSWERING,
        "ms from announcement to result, median",
    ),
    "growing": growing,
}


def draw(record: Record, folder: Path) -> None:
    """Draws all plots, each for a light and for a dark page."""
    digest = hashlib.sha256(record.text().encode()).hexdigest()
    for name, make in PLOTS.items():
        for theme in THEMES:
            with mpl.rc_context(style(theme)):
                save(make(record, theme), folder / f"{name}-{theme.name}.svg", digest)
