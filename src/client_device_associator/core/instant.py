"""A moment, as the core gets it."""

from client_device_associator.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on two clocks.

    Waits and ages are measured on `steady`, so that a wall clock which is set (a core device
    without a battery starts in 1970 and jumps to today at the first NTP answer) neither shortens
    nor lengthens a wait. `wall` is only shown to people.

    Attributes:
        steady: Seconds since the epoch as this process believed at its start, plus the seconds
            that have really passed since. It never jumps while the process lives, and it is
            comparable with that of an earlier process as far as the machine's clock was right.
        wall: Seconds since the epoch, as the machine's clock says now.
    """

    steady: float
    wall: float

    def on_the_wall(self, steady: float) -> float:
        """The wall-clock reading (epoch seconds) expected at another steady moment."""
        return self.wall + (steady - self.steady)
