"""Charts of SVG and HTML, in the colours of the page around them."""

from collections.abc import Mapping, Sequence
from html import escape

from client_device_associator.messages.text import printable

WIDTH, HEIGHT = 640, 160
"""Of the chart over time, in its own units; the page makes it as wide as the screen."""

_MARGIN = 24
_FULL = 80
"""Percent of its line that the longest bar takes; the rest is for its number."""

_MOST_POINTS = 400
"""Steps that are drawn; with more of them, the highest of its neighbours stands for a step."""


def shown(text: str) -> str:
    """Any text, so that a page shows it as it is: no element, and nothing that could deceive."""
    return escape(printable(text))


def over_time(steps: Sequence[tuple[float, int]], until: float, title: str) -> str:
    """A number that changes in steps.

    Args:
        steps: From when on which number, oldest first; epoch seconds.
        until: When the last one ends.
        title: For those who do not see it.
    """
    steps = _thinned(steps)
    if not steps:
        return f'<p class="nothing">{shown(title)}: nothing is known about that.</p>'
    first, highest = steps[0][0], max(number for _, number in steps)
    span = max(until - first, 1.0)

    def x(at: float) -> float:
        return round(_MARGIN + (WIDTH - 2 * _MARGIN) * (at - first) / span, 1)

    def y(number: int) -> float:
        return round(HEIGHT - _MARGIN - (HEIGHT - 2 * _MARGIN) * number / max(highest, 1), 1)

    points = [f"{x(first)},{y(0)}"]
    for (at, number), (end, _) in zip(steps, [*steps[1:], (until, 0)], strict=True):
        points += [f"{x(at)},{y(number)}", f"{x(end)},{y(number)}"]
    points.append(f"{x(until)},{y(0)}")
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {HEIGHT}" class="time">'
        f"<title>{shown(title)}</title>"
        f'<line x1="{_MARGIN}" x2="{WIDTH - _MARGIN}" y1="{y(0)}" y2="{y(0)}" class="axis"/>'
        f'<polyline points="{" ".join(points)}" class="area"/>'
        f'<text x="{_MARGIN}" y="{_MARGIN - 8}">{highest}</text>'
        "</svg>"
    )


def bars(numbers: Mapping[str, int], title: str) -> str:
    """A bar with its label for each number, in their order; the text keeps its size on a phone."""
    if not numbers:
        return f'<p class="nothing">{shown(title)}: none.</p>'
    highest = max(numbers.values())
    rows = "".join(
        f"<dt>{shown(label)}</dt>"
        f'<dd><span class="bar" style="width:{_FULL * number / highest:.1f}%"></span>'
        f"{number}</dd>"
        for label, number in numbers.items()
    )
    return f'<dl class="bars" aria-label="{shown(title)}">{rows}</dl>'


def _thinned(steps: Sequence[tuple[float, int]]) -> Sequence[tuple[float, int]]:
    if len(steps) <= _MOST_POINTS:
        return steps
    size = -(-len(steps) // _MOST_POINTS)
    groups = (steps[index : index + size] for index in range(0, len(steps) - 1, size))
    return [*((group[0][0], max(number for _, number in group)) for group in groups), steps[-1]]
