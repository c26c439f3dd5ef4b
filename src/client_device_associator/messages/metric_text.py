"""Metrics in the text format of Prometheus, version 0.0.4.

Source: prometheus.io/docs/instrumenting/exposition_formats.
"""

from collections.abc import Sequence

from client_device_associator.core.values import dataclass

_PREFIX = "client_device_associator_"
_COUNTER, _GAUGE, _COUNTER_END = "counter", "gauge", "_total"


Sample = tuple[Sequence[tuple[str, str]], int]
"""Names and values of labels, and what is measured."""


@dataclass(frozen=True, slots=True)
class Family:
    """All samples of one metric.

    Attributes:
        name: Without the prefix, and that of a counter without `_total`.
        meaning: For a person, in one line.
        counts: Whether it is a counter; if not, it is a gauge.
        samples: There may be none.
    """

    name: str
    meaning: str
    counts: bool
    samples: Sequence[Sample]

    @property
    def full_name(self) -> str:
        """The name of its samples."""
        return f"{_PREFIX}{self.name}{_COUNTER_END if self.counts else ''}"


def metric_text(families: Sequence[Family]) -> str:
    """The text of a file; it ends with a line feed, as the format wants it."""
    return "".join(line for family in families for line in _lines(family))


def _lines(family: Family) -> list[str]:
    name = family.full_name
    lines = [
        f"# HELP {name} {_escaped(family.meaning)}\n",
        f"# TYPE {name} {_COUNTER if family.counts else _GAUGE}\n",
    ]
    for labels, value in family.samples:
        pairs = ",".join(f'{key}="{_escaped(one, quotes=True)}"' for key, one in labels)
        braced = f"{{{pairs}}}" if pairs else ""
        lines.append(f"{name}{braced} {value}\n")
    return lines


def _escaped(text: str, *, quotes: bool = False) -> str:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
    return escaped.replace('"', '\\"') if quotes else escaped
