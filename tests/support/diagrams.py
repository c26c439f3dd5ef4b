"""The lives of device and queue as diagrams, generated from the tables of their transitions.

`PYTHONPATH=tests python -m support.diagrams` writes them into the document.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path

from client_device_associator.core import life, queue_state
from client_device_associator.core.life import DeviceState
from client_device_associator.core.queue_state import QueueState

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
COMMAND = "PYTHONPATH=tests .venv/bin/python -m support.diagrams"
"""Writes the diagrams into the document."""

_PLACE = re.compile(r"(<!-- diagram: (\w+) -->\n)(.*?)(<!-- end of diagram -->)", re.DOTALL)
_BEGIN = "[*]"

Arrow = tuple[str, str, str]
"""From one state to another, because of something; in words."""


def device_diagram() -> str:
    """The life of a device."""
    arrows = [
        (_words(state), _words(to), event.value) for (state, event), to in life.TRANSITIONS.items()
    ]
    return _diagram(DeviceState, [(_BEGIN, _words(DeviceState.UNKNOWN), ""), *arrows])


def queue_diagram() -> str:
    """The life of the queue."""
    arrows = [(_words(state), _words(to), e.value) for state, e, to in queue_state.TRANSITIONS]
    return _diagram(QueueState, [(_BEGIN, _words(QueueState.IDLE), ""), *arrows])


DIAGRAMS = {"device": device_diagram, "queue": queue_diagram}
"""By their names in the document."""


def with_diagrams(text: str) -> str:
    """The document's text with every diagram as it should be; raises KeyError for other names."""
    return _PLACE.sub(lambda found: f"{found[1]}{DIAGRAMS[found[2]]()}{found[4]}", text)


def names_in(text: str) -> list[str]:
    """The diagrams for which the document has a place."""
    return [name for _, name, _, _ in _PLACE.findall(text)]


def main() -> int:
    """Writes the diagrams into the document; returns the exit code."""
    DOCUMENT.write_text(with_diagrams(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def _words(state: Enum) -> str:
    return state.name.lower().replace("_", " ")


def _diagram(states: Iterable[Enum], arrows: Iterable[Arrow]) -> str:
    """A block of Mermaid, https://mermaid.js.org/syntax/stateDiagram.html.

    States and arrows are in the order of the states, so that it is always the same.
    """
    order = {name: place for place, name in enumerate([_BEGIN, *map(_words, states)])}
    labels: dict[tuple[str, str], list[str]] = {}
    for begin, end, label in sorted(arrows, key=lambda one: (order[one[0]], order[one[1]], one[2])):
        labels.setdefault((begin, end), []).append(label)
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{name}" as {_id(name)}' for name in order if _id(name) != name != _BEGIN]
    lines += [f"    {line}" for line in _arrows(labels)]
    return "\n".join([*lines, "```", ""])


def _arrows(labels: Mapping[tuple[str, str], list[str]]) -> Iterable[str]:
    for (begin, end), several in labels.items():
        # Mermaid draws two arrows from a state to itself over each other: one with both labels.
        label = "<br/>".join(filter(None, several))
        yield f"{_id(begin)} --> {_id(end)}" + (f" : {label}" if label else "")


def _id(name: str) -> str:
    return name if name == _BEGIN else name.replace(" ", "_")


if __name__ == "__main__":
    sys.exit(main())
