"""Waiting for what gives no event."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.02


def eventually(predicate: Callable[[], bool]) -> None:
    """Waits for something that gives no event, such as a process or a file, by looking often."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not predicate():
        assert time.monotonic() < give_up_at, "it did not happen"
        time.sleep(_POLL_SECONDS)
