"""What each figure may be at most, or must be at least; and whether it is."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.contestants.contestant import AT_ONCE, BARE, OURS
from benchmarks.load.site import CLOUD_DOWN, CONDITIONS, TOKENS_DOWN, UP
from benchmarks.measures.burst import RECEIPTS
from benchmarks.measures.full_speed import AT as AT_FULL_SPEED
from benchmarks.measures.statistics import ratio
from benchmarks.report.record import Record

TIMES = "\N{MULTIPLICATION SIGN}"
"""The unit of what is compared with a bare subscriber of the same run."""

MET, NOT_MET, NOT_MEASURED = "met", "**not met**", "not measured"
CALLS_FOR_A_THOUSAND = 10.0
"""One for each hundred."""


@dataclass(frozen=True)
class Budget:
    """One figure and its bound.

    Attributes:
        title: What it is about.
        bound: What it may be at most, or must be at least.
        unit: Of figure and bound.
        figure: Finds it in a record; None if it was not measured.
        at_least: Whether the bound is one from below.
    """

    title: str
    bound: float
    unit: str
    figure: Callable[[Record], float | None]
    at_least: bool = False

    def verdict(self, record: Record) -> str:
        """Whether it is met."""
        found = self.figure(record)
        if found is None:
            return NOT_MEASURED
        return MET if (found >= self.bound if self.at_least else found <= self.bound) else NOT_MET


def compared(measure: str, at: str = UP) -> Callable[[Record], float | None]:
    """The component's median beside the bare subscriber's; the latter with everything up."""
    return lambda record: ratio(record.of(measure, at, OURS), record.of(measure, UP, BARE))


def median(measure: str, at: str = UP) -> Callable[[Record], float | None]:
    """The component's median."""

    def find(record: Record) -> float | None:
        samples = record.of(measure, at, OURS)
        return statistics.median(samples) if samples else None

    return find


def worst(measure: str, *at: str) -> Callable[[Record], float | None]:
    """The component's largest figure, under any of these circumstances; with everything up."""
    return lambda record: max(
        (figure for one in at or (UP,) for figure in record.of(measure, one, OURS)), default=None
    )


def after_any_burst(record: Record) -> float | None:
    """Memory after that burst which leaves most behind, beside a bare subscriber after a burst."""
    ratios: Sequence[float | None] = [
        compared("rss.after", at)(record) for at in (*CONDITIONS, RECEIPTS, AT_FULL_SPEED)
    ]
    return max((one for one in ratios if one is not None), default=None)


def beyond_the_call(record: Record) -> float | None:
    """Milliseconds that a single announcement waits beyond the call itself, at the median."""
    waits = record.of("latency", "1 a second", AT_ONCE)
    calls = record.of("api", UP, AT_ONCE)
    if not waits or not calls:
        return None
    return statistics.median(waits) - statistics.median(calls)


BUDGETS = (
    Budget("CPU for a new announcement", 2.0, TIMES, compared("cpu.new")),
    Budget("the same with its share of the worker", 2.0, TIMES, compared("cpu.new.all")),
    Budget("CPU for a repeat", 1.5, TIMES, compared("cpu.repeat")),
    Budget("CPU for a presence message", 1.2, TIMES, compared("cpu.presence")),
    Budget("announcements taken a second", 0.97, TIMES, compared("taken"), at_least=True),
    Budget("the same, cloud down", 0.97, TIMES, compared("taken", CLOUD_DOWN), at_least=True),
    Budget(
        "the same, token exchange down", 0.97, TIMES, compared("taken", TOKENS_DOWN), at_least=True
    ),
    Budget("RSS after the start", 1.25, TIMES, compared("rss.start")),
    Budget("RSS 10 s after any burst", 1.3, TIMES, after_any_burst),
    Budget("RSS of the worker", 40.0, "MiB", worst("worker.rss")),
    Budget("start until subscribed", 1.3, TIMES, compared("start")),
    Budget("wake-ups at rest", 1.0, "a minute", median("wake-ups")),
    Budget("a bystander's round trip", 1.05, TIMES, compared("round trip")),
    Budget("deaf after a deadly message, at worst", 30.0, "s", worst("deaf")),
    Budget("calls for 1,000 new devices", CALLS_FOR_A_THOUSAND, "calls", worst("calls")),
    Budget("times that a file is synced, 1,000 new", 20.0, "syncs", worst("syncs.new")),
    Budget("written for 1,000 known devices", 0.0, "KiB", worst("bytes.repeat", UP, CLOUD_DOWN)),
    Budget("wait beyond the call, `maxWaitSeconds: 0`", 15.0, "ms", beyond_the_call),
)
