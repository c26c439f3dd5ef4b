"""A plot for each scenario, drawn from the figures; it is readable on light and on dark."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from fleet.figures import is_drawn, plot_of
from fleet.measures import Measures
from fleet.policies import AFTER, BEFORE, TOLD
from fleet.scenarios import DAILY, DEPLOYMENT, MAD, OUTAGE, POWER_CUT

_COLOURS = {BEFORE: "#d1495b", AFTER: "#2f8fce", TOLD: "#3a9d5d"}
_GREY = "#808890"
_INCHES = (3.4, 2.2)
_MEANING = {
    POWER_CUT: ("seconds since the power is back", "core devices that are in"),
    OUTAGE: ("seconds since the region is back", "core devices that are in"),
    DEPLOYMENT: ("seconds since the deployment began", "core devices that are in"),
    MAD: ("seconds from announcement to result", "results of all others"),
    DAILY: ("seconds since all have started", "lists that have come"),
}
"""What the axes of the upper row say, by scenario."""


def draw(runs: Sequence[Measures]) -> None:
    """Writes all plots."""
    mpl.use("svg")
    mpl.rcParams["svg.fonttype"] = "none"  # letters as letters: a third of the size
    mpl.rcParams["svg.hashsalt"] = "fleet"  # the same figures, the same file
    for scenario in _MEANING:
        chosen = [one for one in runs if one.scenario == scenario and is_drawn(one)]
        _draw(scenario, chosen)


def _draw(scenario: str, runs: Sequence[Measures]) -> None:
    rates = sorted({one.rate for one in runs})
    size = (_INCHES[0] * len(rates) + 0.8, 2 * _INCHES[1])
    figure, axes = plt.subplots(2, len(rates), figsize=size, squeeze=False)
    across, up = _MEANING[scenario]
    for column, rate in enumerate(rates):
        upper, lower = axes[0][column], axes[1][column]
        for one in (one for one in runs if one.rate == rate):
            colour = _COLOURS[one.policy]
            upper.plot(*zip(*one.curve, strict=True), color=colour, label=one.policy)
            if one.refusals:
                lower.plot(*zip(*one.refusals, strict=True), color=colour, linewidth=1)
            if one.bound:
                upper.axvline(one.bound, color=_GREY, linestyle=":", linewidth=1)
        upper.set_title(f"{rate:g} calls a second", color=_GREY)
        upper.yaxis.set_major_formatter(mpl.ticker.PercentFormatter(1.0))
        lower.set_yscale("symlog")
        lower.set_xlabel(across, color=_GREY)
        for one_axis in (upper, lower):
            _make_readable(one_axis)
    axes[0][0].set_ylabel(up, color=_GREY)
    axes[1][0].set_ylabel("throttled a second", color=_GREY)
    axes[0][-1].legend(loc="lower right", frameon=False, labelcolor=_GREY, fontsize=8)
    figure.tight_layout()
    # Without a date, which would make each of them a new file.
    figure.savefig(plot_of(scenario), transparent=True, metadata={"Date": None})
    plt.close(figure)


def _make_readable(axis: Any) -> None:  # noqa: ANN401 - matplotlib has no types here
    axis.tick_params(colors=_GREY, labelsize=8)
    axis.grid(color=_GREY, alpha=0.25, linewidth=0.5)
    for spine in axis.spines.values():
        spine.set_color(_GREY)
