"""How much is measured: all of it, or so little that it only shows that everything works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Numbers and times of a run.

    Attributes:
        rounds: How often the component and the bare subscriber are measured; medians count.
        fewer_rounds: The same of the scripts, and of what varies little or takes long.
        new: Announcements of new devices in a burst.
        repeats: Announcements of known devices in a burst.
        presence: Messages that only say that a device is there, in a round.
        at_full_speed: Announcements as fast as the machine can pass them on.
        rest_seconds: How long everybody rests.
        settle_seconds: How long they are left alone before that.
        after_seconds: How long after a burst memory is looked at.
        game_seconds: How long bystanders play beside each contestant in a round.
        sizes: How many devices are known, for what must not grow.
    """

    rounds: int
    fewer_rounds: int
    new: int
    repeats: int
    presence: int
    at_full_speed: int
    rest_seconds: float
    settle_seconds: float
    after_seconds: float
    game_seconds: float
    sizes: tuple[int, ...]


FULL = Plan(
    rounds=3,
    fewer_rounds=2,
    new=1000,
    repeats=2000,
    presence=2000,
    at_full_speed=3000,
    rest_seconds=60.0,
    settle_seconds=12.0,
    after_seconds=10.0,
    game_seconds=1.5,
    sizes=(100, 1_000, 10_000, 100_000),
)
QUICK = Plan(
    rounds=1,
    fewer_rounds=1,
    new=200,
    repeats=200,
    presence=200,
    at_full_speed=300,
    rest_seconds=5.0,
    settle_seconds=2.0,
    after_seconds=1.0,
    game_seconds=1.0,
    sizes=(100, 1_000),
)
