"""How plots look: the same on a light and on a dark page."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.contestants.contestant import AT_ONCE, BARE, BATCHING, OBVIOUS, OURS

_FONT_POINTS = 9
_TITLE_POINTS = 10


@dataclass(frozen=True)
class Theme:
    """Colours of a page.

    Attributes:
        name: Of the theme, at the end of the file's name.
        ground: Behind everything.
        ink: Text and axes.
        line: The grid.
        colours: By contestant; told apart also by those who see fewer colours, and by markers.
    """

    name: str
    ground: str
    ink: str
    line: str
    colours: dict[str, str]


LIGHT = Theme(
    "light",
    "#ffffff",
    "#1f2328",
    "#d8dee4",
    {BARE: "#6e7781", OBVIOUS: "#bc4c00", BATCHING: "#8250df", OURS: "#0969da", AT_ONCE: "#1a7f5a"},
)
DARK = Theme(
    "dark",
    "#0d1117",
    "#e6edf3",
    "#30363d",
    {BARE: "#8d96a0", OBVIOUS: "#f0883e", BATCHING: "#bc8cff", OURS: "#58a6ff", AT_ONCE: "#56d4a0"},
)
THEMES = (LIGHT, DARK)
MARKERS = {BARE: "o", OBVIOUS: "s", BATCHING: "^", OURS: "D", AT_ONCE: "v"}


def settings(theme: Theme) -> dict[str, Any]:
    """For `matplotlib.rc_context`. Text stays text, and equal figures make equal files."""
    return {
        "figure.facecolor": theme.ground,
        "axes.facecolor": theme.ground,
        "savefig.facecolor": theme.ground,
        "text.color": theme.ink,
        "axes.labelcolor": theme.ink,
        "axes.edgecolor": theme.line,
        "axes.titlesize": _TITLE_POINTS,
        "xtick.color": theme.ink,
        "ytick.color": theme.ink,
        "grid.color": theme.line,
        "legend.edgecolor": theme.line,
        "legend.facecolor": theme.ground,
        "font.size": _FONT_POINTS,
        "font.family": "sans-serif",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "svg.fonttype": "none",
        "svg.hashsalt": "performance",
    }


def save(figure: Figure, path: Path, digest: str) -> None:
    """Writes a plot as SVG, which says from which figures it was drawn.

    Args:
        figure: The plot.
        path: The file.
        digest: SHA-256 of the figures, in hexadecimal.
    """
    metadata = {"Date": None, "Creator": f"matplotlib {mpl.__version__}", "Description": digest}
    figure.savefig(path, format="svg", metadata=metadata)
