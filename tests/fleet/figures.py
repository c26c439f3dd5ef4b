"""Where the figures are, and how they are read again."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

from fleet.measures import Measures
from fleet.policies import AFTER, BEFORE, TOLD
from fleet.quota import Manners

_DOCS = Path(__file__).parents[2] / "docs"
FIGURES = _DOCS / "performance" / "fleet.json"
PAGE = _DOCS / "fleet.md"


def plot_of(scenario: str) -> Path:
    """The file with the plot of a scenario."""
    return FIGURES.parent / f"fleet-{scenario.replace(' ', '-')}.svg"


def is_drawn(one: Measures) -> bool:
    """Whether a run is in a plot; of others no curves are kept."""
    is_plain = one.manners == Manners.SILENT.value and one.devices == 1
    return is_plain and one.policy in (BEFORE, AFTER, TOLD)


def write_figures(runs: Iterable[Measures]) -> None:
    """Keeps all runs."""
    kept = [one if is_drawn(one) else replace(one, curve=(), refusals=()) for one in runs]
    lines = ",\n".join(json.dumps(asdict(one)) for one in kept)
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(f'{{"runs": [\n{lines}\n]}}\n')


def read_figures() -> list[Measures]:
    """All runs of the last `make fleet`."""
    runs = json.loads(FIGURES.read_text())["runs"]
    return [Measures(**one) for one in runs]
