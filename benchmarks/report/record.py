"""What was measured: a JSON file, from which page and plots are made."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Samples = Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]]
"""By measure, then by the circumstances, then by contestant."""

_SIGNIFICANT = 5
"""Digits that are kept of a figure; no measurement is as exact as that."""


class Record:
    """Collects figures.

    Args:
        about: Machine, versions and numbers of the run.
        samples: What was measured earlier.
    """

    def __init__(self, about: Mapping[str, Any], samples: Samples | None = None) -> None:
        self.about = dict(about)
        self._samples: dict[str, dict[str, dict[str, list[float]]]] = {
            measure: {
                at: {who: list(figures) for who, figures in by_contestant.items()}
                for at, by_contestant in by_circumstance.items()
            }
            for measure, by_circumstance in (samples or {}).items()
        }

    def add(self, measure: str, at: str, contestant: str, figure: float | None) -> None:
        """One figure more; None is none."""
        if figure is None:
            return
        by_contestant = self._samples.setdefault(measure, {}).setdefault(at, {})
        rounded = float(f"{figure:.{_SIGNIFICANT}g}")
        by_contestant.setdefault(contestant, []).append(rounded)

    def of(self, measure: str, at: str, contestant: str) -> Sequence[float]:
        """The figures; empty if there are none."""
        return self._samples.get(measure, {}).get(at, {}).get(contestant, ())

    def circumstances(self, measure: str) -> Sequence[str]:
        """Under which circumstances something was measured, in the order of the run."""
        return list(self._samples.get(measure, {}))

    def text(self) -> str:
        """The JSON, with one line for the figures of a contestant."""
        lines = [
            "{",
            f'"about": {json.dumps(self.about, indent=1, sort_keys=True)},',
            '"samples": {',
        ]
        measures = []
        for measure, by_circumstance in self._samples.items():
            rows = [
                f"  {json.dumps(at)}: {json.dumps(by_contestant)}"
                for at, by_contestant in by_circumstance.items()
            ]
            measures.append(f" {json.dumps(measure)}: {{\n" + ",\n".join(rows) + "\n }")
        return "\n".join([*lines, ",\n".join(measures), "}", "}"]) + "\n"


def read_record(path: Path) -> Record:
    """The record in a file.

    Raises:
        OSError: There is no such file.
        ValueError: It is no JSON.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    return Record(document["about"], document["samples"])
