"""What several runs of one measurement say together."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    """Several figures of the same kind.

    Attributes:
        median: The middle one.
        least: The least.
        most: The most.
        count: How many there were.
    """

    median: float
    least: float
    most: float
    count: int


def summary(samples: Sequence[float]) -> Summary | None:
    """The figures together; None if there are none."""
    if not samples:
        return None
    return Summary(statistics.median(samples), min(samples), max(samples), len(samples))


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """The ratio of the medians; None if it cannot be said."""
    if not ours or not theirs:
        return None
    divisor = statistics.median(theirs)
    return statistics.median(ours) / divisor if divisor else None


def growth(by_size: Sequence[tuple[int, Sequence[float]]]) -> float | None:
    """How many times as much the median is at the largest size as at the smallest; None if unknown.

    Args:
        by_size: Figures by a size, such as the number of known devices.
    """
    ordered = [samples for _, samples in sorted(by_size, key=lambda one: one[0]) if samples]
    return ratio(ordered[-1], ordered[0]) if len(ordered) > 1 else None
