"""What is measured of a run, and how it is summed up."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

POINTS = 100
"""Of a curve."""


@dataclass(frozen=True, slots=True)
class Measures:
    """One run of one scenario.

    Attributes:
        scenario: Which.
        rate: The quota; calls a second.
        manners: What a 429 says.
        policy: How the core devices wait.
        cores: How many there are.
        devices: Of each.
        bound: Seconds that nobody can be quicker: the calls that are needed, by the quota. 0 if
            nobody is to be quick.
        last: Seconds until the last core device had all its results.
        most: The same for all but one in a hundred.
        median: The same for half of them.
        calls: Of all core devices, lists included, from the moment when the service can answer.
        throttled: Those of them that were throttled.
        fewest_calls: Of one core device.
        most_calls: The same for the greediest.
        fairness: Jain's index of the calls of each; 1 if all have made as many.
        lists: That have come by the end of the run.
        auth_missed: Daily refreshes of client device auth that have come to nothing.
        mad_calls: Of the one that has gone mad; it counts in nothing else.
        mad_throttled: Those of them that were throttled.
        curve: Share of the core devices that have their results, over time.
        refusals: Throttled calls a second, over the same time.
    """

    scenario: str
    rate: float
    manners: str
    policy: str
    cores: int
    devices: int
    bound: float
    last: float
    most: float
    median: float
    calls: int
    throttled: int
    fewest_calls: int
    most_calls: int
    fairness: float
    lists: int
    auth_missed: int
    mad_calls: int = 0
    mad_throttled: int = 0
    curve: tuple[tuple[float, float], ...] = ()
    refusals: tuple[tuple[float, float], ...] = ()

    @property
    def ratio(self) -> float:
        """The last one's time to the bound; 0 if there is none."""
        return self.last / self.bound if self.bound else 0.0

    @property
    def share_throttled(self) -> float:
        """Of all calls."""
        return self.throttled / self.calls if self.calls else 0.0

    @property
    def calls_per_core(self) -> float:
        """On average."""
        return self.calls / self.cores


def jain(values: Sequence[float]) -> float:
    """Jain's fairness index: 1 if all have the same, 1/n if one has everything."""
    squares = sum(one * one for one in values)
    return sum(values) ** 2 / (len(values) * squares) if squares else 1.0


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value that this share of the sorted values does not exceed."""
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def curve_of(times: Sequence[float], end: float) -> tuple[tuple[float, float], ...]:
    """Which share of sorted moments is over, at evenly spaced times."""
    total = max(1, len(times))
    moments = [end * index / POINTS for index in range(POINTS + 1)]
    return tuple((round(at, 2), round(bisect_right(times, at) / total, 4)) for at in moments)


def rate_of(times: Sequence[float], end: float) -> tuple[tuple[float, float], ...]:
    """How many sorted moments there are a second, in evenly spaced stretches."""
    width = end / POINTS
    counts = [0] * POINTS
    for at in times:
        if 0 <= at < end:
            counts[int(at / width)] += 1
    return tuple(
        (round(index * width, 2), round(count / width, 2)) for index, count in enumerate(counts)
    )
