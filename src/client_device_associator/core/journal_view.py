"""The journal as the core sees it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.device import Device


class JournalView(Protocol):
    """Reading only; everything decided so far is included."""

    def devices(self, thing_names: Sequence[str]) -> Mapping[str, Device]:
        """Those of the devices that are known."""
        ...

    def waiting(self, thing_names: Sequence[str]) -> Mapping[str, Sequence[Announcement]]:
        """The announcements of these devices that have no final result yet."""
        ...

    def pending(self) -> int:
        """How many devices wait to be associated."""
        ...

    def pending_by_lane(self) -> Mapping[str, int]:
        """The same for each lane that has any."""
        ...

    def held(self) -> int:
        """How many devices are associated, as far as is known, or wait to be."""
        ...

    def due(self, now: float, limit: int) -> Sequence[str]:
        """Thing names of pending devices that may be in a call.

        Lanes take turns; within each those longest due come first.
        """
        ...

    def next_due_at(self, count: int = 1) -> float | None:
        """When so many of the pending devices are, or were, due; steady seconds.

        None if there are fewer.
        """
        ...
