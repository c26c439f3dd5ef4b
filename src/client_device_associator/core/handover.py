"""Devices that have gone to another core device: each core device lets go of its own.

A core device that has associated a device claims it, and says when it has heard it. Another one
that had associated the same device lets it go unless it hears it within a time of grace. Clocks of
two core devices differ, so a device that both have heard at about the same time stays with both.
Claims can be lost, late or lies: they end nothing but an association with this core device, and
the next announcement makes it again.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision, Step
from client_device_associator.core.depart import depart
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.instant import Instant
from client_device_associator.core.journal_view import JournalView
from client_device_associator.core.life import DeviceState
from client_device_associator.core.notices import DevicesLetGo
from client_device_associator.core.policy import Policy
from client_device_associator.core.values import dataclass, replace

CLOCKS_DIFFER_SECONDS = 600.0
"""By so much the clocks of two core devices may differ."""

MAX_REMEMBERED = 8192
"""Devices of which it is remembered when they were heard last. Of others it is known when they were
associated, and they have the time of grace to be heard."""

MOST_AT_ONCE = 100
"""Devices that are let go of in one turn, so that it stays short."""

_NEVER = float("-inf")

HANDOVER = "handover"
"""The `id` in the results for devices that are disassociated because they are elsewhere."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What another core device says of a client device.

    Attributes:
        thing_name: The client device.
        core_thing_name: The core device that has associated it.
        heard_at: When that has heard it, in epoch seconds of its own clock.
    """

    thing_name: str
    core_thing_name: str
    heard_at: float


class Handover:
    """Takes the claims of other core devices, and finds whom to let go.

    What it remembers itself can be lost at any moment: then devices have a longer time of grace.

    Args:
        policy: What operators may set; `reconfigure` replaces it.
        journal: Reading only.
    """

    def __init__(self, policy: Policy, journal: JournalView) -> None:
        self._policy = policy
        self._journal = journal
        self._listens_since: float | None = None
        self._heard: OrderedDict[str, float] = OrderedDict()

    def reconfigure(self, policy: Policy) -> None:
        """The settings have changed."""
        self._policy = policy
        if not self.is_on:
            self._heard.clear()

    @property
    def is_on(self) -> bool:
        """Whether devices are handed over at all."""
        return self._policy.grace_seconds is not None

    def listening(self, now: Instant, *, to_all: bool) -> None:
        """The subscriptions have changed: who is not listened to is not silent."""
        if not to_all:
            self._listens_since = None
        elif self._listens_since is None:
            self._listens_since = now.steady

    def heard(self, announcements: Iterable[Announcement], now: Instant) -> None:
        """These devices are here, or somebody wants them here."""
        if not self.is_on:
            return
        for one in announcements:
            if not one.leaves:
                self._heard[one.thing_name] = now.steady
                self._heard.move_to_end(one.thing_name)
        while len(self._heard) > MAX_REMEMBERED:
            self._heard.popitem(last=False)

    def claimed(self, claims: Sequence[Claim], now: Instant) -> Decision:
        """Other core devices have associated these devices."""
        if not self.is_on or not claims:
            return Decision()
        known = self._journal.devices(list({one.thing_name for one in claims}))
        devices: dict[str, Device] = {}
        for claim in claims:
            device = known.get(claim.thing_name)
            if device is not None and self._is_elsewhere(device, claim, now):
                devices[device.thing_name] = replace(device, claimed_at=now.steady)
        return Decision(devices=tuple(devices.values()))

    def step(self, now: Instant) -> Step:
        """What to do now."""
        grace = self._policy.grace_seconds
        first_at = None if grace is None else self._journal.first_claimed_at()
        if grace is None or first_at is None or self._listens_since is None:
            return Step()
        # In this process: one that was not there, or was deaf, has heard nobody.
        due_at = max(first_at, self._listens_since) + grace
        if now.steady < due_at:
            return Step(wake_at=due_at)
        devices = self._journal.claimed(now.steady - grace, MOST_AT_ONCE)
        notice = DevicesLetGo(tuple(one.thing_name for one in devices))
        decision = replace(depart(devices, HANDOVER, now), notices=(notice,))
        return Step(decided=decision, wake_at=now.steady)

    def _is_elsewhere(self, device: Device, claim: Claim, now: Instant) -> bool:
        """Whether the time of grace of a device is to begin; not if it goes on already."""
        is_ours = device.state is DeviceState.ASSOCIATED and device.origin is Origin.OURS
        if not is_ours or device.claimed_at is not None:
            return False
        # A moment ahead of the time was stored by a clock that was wrong, and says nothing.
        known = (device.since, self._heard.get(device.thing_name, _NEVER))
        heard_at = max((at for at in known if at <= now.steady), default=_NEVER)
        return now.on_the_wall(heard_at) < claim.heard_at - CLOCKS_DIFFER_SECONDS
