"""The contract's numbers, stated again: a change of the component's own must not go unseen."""

from dataclasses import dataclass

from simulation.plan import Fault

MAX_NAMES = 100
BISECTION = 14
"""Calls that one culprit among 100 may cost: two for each of ⌈log2 100⌉ levels."""

TOKEN_EXCHANGE_CAP = 45.0
SERVICE_FIRST, SERVICE_GROWTH, SERVICE_CAP = 2.0, 1.5, 200.0
"""The rounds of calls to a service that throttles or is away: one call in each."""

ASKED_SPREAD = 0.1
"""Of `Retry-After`: so much later the call may come."""

PERSON_FLOOR, PERSON_CAP = 300.0, 3600.0

NEEDS_A_PERSON = {
    Fault.ACCESS_DENIED,
    Fault.CORE_UNKNOWN,
    Fault.MISCONFIGURED,
    Fault.CORE_INVALID,
}
"""Asking sooner than after five minutes helps nobody."""

DEVICE_CAP = 300.0
STORE_AGAIN = 5.0
"""Until a journal that could not be read or written is tried again without an announcement."""

LONGEST_AFTER_DEFECT = 64.0
"""Until the pipeline goes on after an exception that nobody foresaw."""

DEADLINE = 60.0
"""Of a call."""

REFUSED_AGAIN = 300.0
"""Until a result that accessControl did not allow is sent again."""

BOTH = 2.0
"""How long the old and the new subscription of a renewal both deliver."""

STOP, STOP_IN_FLIGHT = 2.0, 4.0
"""Until a process that is asked to stop has ended; with a call in flight."""

INBOX_MESSAGES, INBOX_BYTES = 12_000 // 3, 6 * 1024 * 1024 // 3
"""What may wait to be read of one sender: a third of the whole."""

REJECTIONS = 1000
"""Sent at once; beyond these only some a second."""

MAX_BYTES = 7000
MAX_WAITING_PER_DEVICE = 8


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the component may become; seconds.

    Attributes:
        base: The longest wait after a first failure; it doubles with each further one.
        cap: The longest of all.
    """

    base: float
    cap: float

    def longest(self, failures: int) -> float:
        """The longest wait after so many failures in a row."""
        return float(min(self.cap, self.base * 2.0 ** min(failures - 1, 20)))


@dataclass(frozen=True, slots=True)
class RoundPace(Pace):
    """The same with rounds, of which a call may use the whole of the one before as well."""

    def longest(self, failures: int) -> float:
        """The longest wait after so many failures in a row."""
        before, length = (
            self.base * SERVICE_GROWTH**number if number >= 0 else 0.0
            for number in (min(failures, 40) - 2, min(failures, 40) - 1)
        )
        return min(self.cap, before + length)


DEVICE_PACE = Pace(2.0, DEVICE_CAP)
_SERVICE_PACE = RoundPace(SERVICE_FIRST, SERVICE_CAP)
_TOKEN_EXCHANGE_PACE = Pace(1.0, TOKEN_EXCHANGE_CAP)
_PERSON_PACE = Pace(PERSON_FLOOR, PERSON_CAP)


def pace(fault: Fault) -> Pace:
    """How soon a call that came to nothing is made again."""
    if fault in NEEDS_A_PERSON:
        return _PERSON_PACE
    return _TOKEN_EXCHANGE_PACE if fault is Fault.NO_CREDENTIALS else _SERVICE_PACE
