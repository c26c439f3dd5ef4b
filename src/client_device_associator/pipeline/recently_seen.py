"""Client devices that were seen a short while ago, so that their further traffic costs nothing."""

from collections.abc import Callable

MAX_SEEN = 8192
"""Thing names that are remembered, at some 250 bytes each. With more devices than this, some are
looked up in the journal more often than they need be."""

_MAX_YOUNG = MAX_SEEN // 2
"""When so many new names have come, the older half is forgotten."""


class RecentlySeen:
    """A bounded memory of thing names; it can be lost at any moment.

    The nucleus's thread asks, any thread may correct: each step is one operation on a dictionary.

    Args:
        steady: The time, in steady seconds.
    """

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._young: dict[str, float] = {}
        self._old: dict[str, float] = {}

    def is_new(self, thing_name: str, seconds: float) -> bool:
        """Whether this name was not seen lately; if so, it counts as seen for so many seconds."""
        now = self._steady()
        until = self._young.get(thing_name)
        if until is None:
            until = self._old.get(thing_name, now)
        if now < until:
            return False
        self.ask_again(thing_name, seconds)
        return True

    def ask_again(self, thing_name: str, seconds: float = 0.0) -> None:
        """It counts as new after so many seconds, and not before."""
        if len(self._young) >= _MAX_YOUNG:
            self._old, self._young = self._young, {}
        self._young[thing_name] = self._steady() + seconds

    def size(self) -> int:
        """How many names are remembered."""
        return len(self._young) + len(self._old)

    def clear(self) -> None:
        """Everybody counts as new."""
        self._young, self._old = {}, {}
