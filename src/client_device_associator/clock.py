"""The machine's clocks."""

import time
from typing import Protocol

from client_device_associator.core.instant import Instant


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> Instant:
        """This moment."""
        ...


class SystemClock:
    """Wall time at the start of the process, continued by a clock that is never set."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> Instant:
        """This moment."""
        return Instant(steady=time.monotonic() + self._offset, wall=time.time())
