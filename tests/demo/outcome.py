"""What a run of the demo has come to, and the numbers that it must come to."""

from collections.abc import Sequence
from dataclasses import dataclass

KNOWN_DEVICES = 140
"""Of the first wave: these are in the cloud's registry."""

UNKNOWN_DEVICES = 10
"""Of the first wave: the registry has never heard of these."""

LATE_DEVICES = 100
"""The second wave, while the cloud is out of reach."""

STORM_REPEATS = 1000

CALLS = 4
"""150 devices need two; the unknown ones are tried once more, together; the late ones need one."""

MAX_DEVICES_IN_A_CALL = 100


@dataclass(frozen=True)
class Wave:
    """How long a number of announcements took, from the first until the last was answered."""

    count: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Announcements a second."""
        return self.count / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Outcome:
    """What was counted when everything had been stopped.

    Attributes:
        associated: Devices that were told `associated`.
        failed: Devices that were told `failed`.
        rejected: Rejections that were told.
        wrong_reasons: Rejections that lack, or have one too many, of the reasons there must be.
        told_to_wait: Late devices that were told `retrying` during the outage.
        unheard: Announced devices with no outcome on their own status topic.
        disagreements: Devices that are in the cloud's table and were not told so, or vice versa.
        calls: How many devices each call named, that reached the cloud.
        calls_refused: Of these, calls that were not answered with 200.
        storm_calls: Calls that the storm of repeats has cost.
        storm_answers: Results that told the storm's device `already`; one may answer for many.
        storm_others: Any other results that the storm has brought.
        crashes: How often the component has ended otherwise than it should.
        announcements: How often a device was announced, repeats and all.
        first_wave: Of the devices that announced at once.
        storm: Of the repeats.
        late_wave: Of the devices during the outage, the outage included.
        troubles: What ended the demo before its time, in words.
    """

    associated: int
    failed: int
    rejected: int
    wrong_reasons: int
    told_to_wait: int
    unheard: int
    disagreements: int
    calls: Sequence[int]
    calls_refused: int
    storm_calls: int
    storm_answers: int
    storm_others: int
    crashes: int
    announcements: int
    first_wave: Wave
    storm: Wave
    late_wave: Wave
    troubles: Sequence[str] = ()


@dataclass(frozen=True)
class Check:
    """One number, and what it must be.

    Attributes:
        what: What was counted.
        found: What it came to.
        least: What it must be at least.
        most: What it may be at most.
    """

    what: str
    found: int
    least: int
    most: int

    @property
    def holds(self) -> bool:
        """Whether the number is what it must be."""
        return self.least <= self.found <= self.most

    @property
    def wanted(self) -> str:
        """What it must be, in words."""
        if self.least == self.most:
            return f"{self.least:,}"
        return f"{self.least:,} to {self.most:,}"


def checks(outcome: Outcome, *, mistakes: int) -> list[Check]:
    """Every number that decides whether the demo has succeeded.

    Args:
        outcome: What was counted.
        mistakes: How many malformed messages there were.
    """

    def exactly(what: str, found: int, wanted: int) -> Check:
        return Check(what, found, wanted, wanted)

    return [
        exactly(
            "devices associated, and told so", outcome.associated, KNOWN_DEVICES + LATE_DEVICES
        ),
        exactly("devices failed: the registry does not know them", outcome.failed, UNKNOWN_DEVICES),
        exactly("malformed messages rejected", outcome.rejected, mistakes),
        exactly("rejections with a wrong reason", outcome.wrong_reasons, 0),
        exactly("calls to the cloud", len(outcome.calls), CALLS),
        exactly("calls that the cloud refused", outcome.calls_refused, 0),
        Check(
            "devices in the largest call", max(outcome.calls, default=0), 1, MAX_DEVICES_IN_A_CALL
        ),
        exactly(f"calls for the {STORM_REPEATS:,} repeats of one device", outcome.storm_calls, 0),
        Check(
            f'answers "associated already" to the {STORM_REPEATS:,} repeats',
            outcome.storm_answers,
            1,
            STORM_REPEATS + 1,
        ),
        exactly("other answers to the repeats", outcome.storm_others, 0),
        exactly(
            "devices told to wait while the cloud was away", outcome.told_to_wait, LATE_DEVICES
        ),
        exactly("devices without an answer on their status topic", outcome.unheard, 0),
        exactly("devices that the cloud's table has otherwise", outcome.disagreements, 0),
        exactly("crashes of the component", outcome.crashes, 0),
    ]
