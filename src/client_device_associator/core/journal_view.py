"""The journal as the core sees it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState


class JournalView(Protocol):
    """Reading only; everything decided so far is included."""

    def devices(self, thing_names: Sequence[str]) -> Mapping[str, Device]:
        """Those of the devices that are known."""
        ...

    def waiting(self, thing_names: Sequence[str]) -> Mapping[str, Sequence[Announcement]]:
        """The announcements of these devices that have no final result yet."""
        ...

    def pending(self) -> int:
        """How many devices wait for a call."""
        ...

    def pending_by_lane(self) -> Mapping[str, int]:
        """The same for each lane that has any."""
        ...

    def held(self) -> int:
        """How many devices hold a place, see `Device`."""
        ...

    def occupied(self) -> int:
        """How many devices may be associated, see `Device`."""
        ...

    def associated(self, after: str, count: int) -> Sequence[Device]:
        """So many of the devices that are associated, as far as is known, in the order of names.

        Args:
            after: Those whose names come after this one.
            count: The most of them.
        """
        ...

    def silent(self, heard_before: int, count: int) -> Sequence[Device]:
        """So many of the devices that this component has associated and has not heard for long.

        Args:
            heard_before: They were heard last before the day with this number.
            count: The most of them; those who were silent for the longest time come first.
        """
        ...

    def claimed(self, by: float, count: int) -> Sequence[Device]:
        """So many of the associated devices that another core device has claimed.

        Args:
            by: They were claimed at this steady moment, or before it.
            count: The most of them; those claimed first come first.
        """
        ...

    def first_claimed_at(self) -> float | None:
        """When the first of them was claimed; steady seconds. None if there is none."""
        ...

    def fact(self, name: str) -> float | None:
        """A number that was kept by its name; None if there is none."""
        ...

    def due(self, state: DeviceState, now: float, limit: int) -> Sequence[str]:
        """Thing names of devices that wait in a state and may be in a call.

        Lanes take turns; within each those longest due come first.
        """
        ...

    def next_due_at(self, state: DeviceState, count: int = 1) -> float | None:
        """When so many of the devices that wait in a state are, or were, due; steady seconds.

        None if there are fewer.
        """
        ...
