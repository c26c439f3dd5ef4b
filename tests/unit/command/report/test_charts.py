"""Charts in the page."""

import re
from xml.etree import ElementTree as ET

from client_device_associator.command.report.charts import HEIGHT, WIDTH, bars, over_time


def points(svg: str) -> list[tuple[float, float]]:
    """Of the line in a chart over time; it has to be good XML."""
    (line,) = ET.fromstring(svg).iter("polyline")  # noqa: S314 - ours
    pairs = (one.split(",") for one in line.attrib["points"].split())
    return [(float(x), float(y)) for x, y in pairs]


def test_a_number_is_drawn_in_steps_within_the_chart() -> None:
    """It holds until the next one comes, and the last one until the end."""
    drawn = points(over_time([(0.0, 1), (50.0, 4), (90.0, 0)], 100.0, "queue"))
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in drawn)
    xs = [x for x, _ in drawn]
    assert xs == sorted(xs)
    low, high = HEIGHT - 24, 24
    assert drawn[0][1] == drawn[-1][1] == low
    assert {y for x, y in drawn if x == 320.0} == {low - (low - high) / 4, high}


def test_the_highest_number_stands_beside_it() -> None:
    """And a title for those who do not see it."""
    svg = over_time([(0.0, 7)], 1.0, "queue & more")
    assert re.search(r"<text[^>]*>7</text>", svg)
    assert "<title>queue &amp; more</title>" in svg


def test_many_steps_become_few_and_keep_the_peaks() -> None:
    """A trail of 10,000 entries is no more than a phone can draw."""
    steps = [(float(at), at % 10) for at in range(10_000)]
    steps[5001] = (5001.0, 99)
    drawn = points(over_time(steps, 10_000.0, "queue"))
    assert len(drawn) < 1000
    assert min(y for _, y in drawn) == 24
    assert drawn[-2][1] == drawn[-3][1]


def test_nothing_is_said_in_words() -> None:
    """There is no chart then."""
    assert "<svg" not in over_time([], 1.0, "queue")
    assert "answers: none" in bars({}, "answers")


def test_bars_are_as_long_as_their_numbers() -> None:
    """With labels that cannot break the page."""
    html = bars({"a<b>": 10, "c": 5}, "answers")
    assert re.findall(r"width:([\d.]+)%", html) == ["80.0", "40.0"]
    assert "a&lt;b&gt;" in html
    assert "<b>" not in html
