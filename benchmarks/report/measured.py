"""What the figures of the record mean: their units and names, for tables and plots."""

from dataclasses import dataclass

from benchmarks.contestants.contestant import AT_ONCE, BARE, BATCHING, OBVIOUS, OURS
from benchmarks.load.site import CLOUD_DOWN, TOKENS_DOWN, UP
from benchmarks.measures.burst import RECEIPTS
from benchmarks.measures.full_speed import AT as AT_FULL_SPEED
from benchmarks.measures.neighbours import ALONE

MICROSECONDS, MILLISECONDS, MEBIBYTES, KIBIBYTES = "µs", "ms", "MiB", "KiB"


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        title: What it says at its beginning.
        measure: Which figures.
        at: Under which circumstances.
    """

    title: str
    measure: str
    at: str = UP


@dataclass(frozen=True)
class Table:
    """A table of the page: a row for each figure, a column for each contestant.

    Attributes:
        unit: Of all its figures.
        contestants: Its columns.
        rows: Its rows.
        compared: Whether each figure is compared with that of the bare subscriber.
    """

    unit: str
    contestants: tuple[str, ...]
    rows: tuple[Row, ...]
    compared: bool = True


TITLES = {
    BARE: "bare subscriber",
    OBVIOUS: "one call each",
    BATCHING: "batches in the callback",
    OURS: "component",
    AT_ONCE: "component, `maxWaitSeconds: 0`",
    ALONE: "nobody",
}
ALL = (BARE, OBVIOUS, BATCHING, OURS)
ANSWERING = (OBVIOUS, BATCHING, OURS, AT_ONCE)
PACES = ("1 a second", "10 a second", "500 a second")

TABLES = {
    "cpu": Table(
        MICROSECONDS,
        ALL,
        (
            Row("new device", "cpu.new"),
            Row("new device, with the worker", "cpu.new.all"),
            Row("new device, with receipts", "cpu.new", RECEIPTS),
            Row("known device", "cpu.repeat"),
            Row("presence of a known device", "cpu.presence"),
            Row("new device, at full speed", "cpu.new", AT_FULL_SPEED),
            Row("new device, cloud down", "cpu.new", CLOUD_DOWN),
            Row("again, cloud down", "cpu.repeat", CLOUD_DOWN),
            Row("new device, token exchange down", "cpu.new", TOKENS_DOWN),
            Row("again, token exchange down", "cpu.repeat", TOKENS_DOWN),
        ),
    ),
    "taken": Table(
        "announcements a second",
        ALL,
        (
            Row("at the bus's pace", "taken"),
            Row("at the bus's pace, cloud down", "taken", CLOUD_DOWN),
            Row("at the bus's pace, token exchange down", "taken", TOKENS_DOWN),
            Row("at full speed", "taken", AT_FULL_SPEED),
        ),
    ),
    "memory": Table(
        MEBIBYTES,
        ALL,
        (
            Row("after the start", "rss.start"),
            Row("busy", "rss.busy"),
            Row("busy, all processes", "rss.busy.all"),
            Row("10 s after the burst", "rss.after"),
            Row("10 s after the burst, all processes", "rss.after.all"),
            Row("10 s after a burst with receipts", "rss.after", RECEIPTS),
            Row("10 s after a burst with the cloud down", "rss.after", CLOUD_DOWN),
            Row("10 s after a burst without token exchange", "rss.after", TOKENS_DOWN),
            Row("10 s after a burst at full speed", "rss.after", AT_FULL_SPEED),
            Row("the worker process", "worker.rss"),
        ),
    ),
    "pss": Table(
        MEBIBYTES,
        ALL,
        (
            Row("after the start", "pss.start"),
            Row("busy, all processes", "pss.busy.all"),
            Row("10 s after the burst, all processes", "pss.after.all"),
        ),
    ),
    "latency": Table(
        MILLISECONDS,
        ANSWERING,
        (
            *(Row(f"{pace}, median", "latency", pace) for pace in PACES),
            *(Row(f"{pace}, longest", "latency.most", pace) for pace in PACES),
            Row("of it the call, as the cloud sees it", "api"),
        ),
        compared=False,
    ),
    "calls": Table(
        "calls", (OBVIOUS, BATCHING, OURS), (Row("1,000 new devices", "calls"),), compared=False
    ),
    "rest": Table(
        "as said",
        ALL,
        (
            Row("start until subscribed, ms", "start"),
            Row("CPU for the worker's start and first call, ms", "worker.start"),
            Row("wake-ups a minute", "wake-ups"),
            Row("wake-ups a minute, cloud down", "wake-ups", CLOUD_DOWN),
            Row("CPU, ms a minute", "cpu.idle"),
            Row("CPU, ms a minute, cloud down", "cpu.idle", CLOUD_DOWN),
            Row("RSS of all processes, MiB", "rss.rest"),
            Row("PSS of all processes, MiB", "pss.rest"),
            Row("deaf after a deadly message, s", "deaf"),
        ),
        compared=False,
    ),
    "disk": Table(
        "per 1,000 announcements",
        (OURS,),
        (
            Row("new devices: times that a file is synced", "syncs.new"),
            Row("new devices: KiB written", "bytes.new"),
            Row("known devices: times that a file is synced", "syncs.repeat"),
            Row("known devices: KiB written", "bytes.repeat"),
            Row("new devices, cloud down: times that a file is synced", "syncs.new", CLOUD_DOWN),
            Row("new devices, cloud down: KiB written", "bytes.new", CLOUD_DOWN),
            Row("again, cloud down: times that a file is synced", "syncs.repeat", CLOUD_DOWN),
            Row("again, cloud down: KiB written", "bytes.repeat", CLOUD_DOWN),
        ),
        compared=False,
    ),
    "neighbours": Table(
        MILLISECONDS,
        (ALONE, *ALL),
        (
            Row("a round", "round trip"),
            Row("a round, cloud down", "round trip", CLOUD_DOWN),
        ),
    ),
}

GROWING = (
    ("start until subscribed", "start", MILLISECONDS),
    ("RSS after the start", "rss.start", MEBIBYTES),
    ("RSS 10 s after a burst", "rss.after", MEBIBYTES),
    ("CPU for a known device", "cpu.repeat", MICROSECONDS),
    ("CPU for a device that comes, and again", "cpu.both", MICROSECONDS),
    ("wait for a result, 10 a second", "latency", MILLISECONDS),
    ("known devices taken a second", "taken", "1/s"),
    ("calls for 1,000 new devices", "calls", "calls"),
    ("syncs for 1,000 new devices", "syncs.new", "syncs"),
    ("written for 1,000 new devices", "bytes.new", KIBIBYTES),
    ("written for 1,000 known devices", "bytes.repeat", KIBIBYTES),
    ("wake-ups a minute at rest", "wake-ups", "1/min"),
    ("CPU a minute at rest", "cpu.idle", MILLISECONDS),
    ("journal", "journal", MEBIBYTES),
)
"""Title, measure and unit of what must not grow with the number of known devices."""
