import hashlib
from pathlib import Path

import pytest
from benchmarks.plan import FULL
from benchmarks.report.page import DOCS, FIGURES, PAGE, TEMPLATE, page, plots_in
from benchmarks.report.record import Record, read_record

from support.documents import read

OF_THE_FLEET = "fleet-"
"""Plots that `make fleet` draws, from figures of its own."""
PLOTS = sorted(
    path for path in (DOCS / FIGURES).parent.glob("*.svg") if not path.name.startswith(OF_THE_FLEET)
)


def test_the_page_is_made_of_the_figures() -> None:
    """Nobody has edited a figure by hand; `make bench BENCH=--draw` makes it again."""
    assert read(DOCS / PAGE) == page(read_record(DOCS / FIGURES), read(TEMPLATE))


def test_the_figures_are_those_of_a_whole_run() -> None:
    """A quick run proves nothing, and one of which a part has failed is none."""
    about = read_record(DOCS / FIGURES).about
    assert not about["quick"]
    assert about["failed"] == []
    assert about["plan"]["sizes"] == list(FULL.sizes)


def test_each_plot_is_there_for_light_and_for_dark_pages() -> None:
    """And none that is not shown."""
    names = {
        f"{name}-{theme}.svg" for name in plots_in(read(TEMPLATE)) for theme in ("light", "dark")
    }
    assert {path.name for path in PLOTS} == names


@pytest.mark.parametrize("path", PLOTS, ids=lambda path: path.name)
def test_a_plot_was_drawn_from_the_figures(path: Path) -> None:
    """It names the sum of the figures that it shows."""
    assert hashlib.sha256((DOCS / FIGURES).read_bytes()).hexdigest() in read(path)


def test_a_mark_without_a_table_is_a_mistake() -> None:
    """It would stay in the page otherwise."""
    with pytest.raises(KeyError):
        page(Record({}), "{{no_such_table}}\n")


def test_an_empty_record_makes_a_page() -> None:
    """Of a run of some parts."""
    about = {
        "at": "",
        "seconds": 1,
        "quick": True,
        "disk": "",
        "plan": {"rounds": 1, "fewer_rounds": 1},
        "machine": {"load at the start": [0.0]},
        "versions": {},
    }
    assert "not measured" in page(Record(about), read(TEMPLATE))
