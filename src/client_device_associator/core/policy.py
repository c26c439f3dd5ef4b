"""The settings that decisions depend on."""

from client_device_associator.core.admission.gate import Gate
from client_device_associator.core.pacing import Pacing
from client_device_associator.core.values import dataclass, field

MAX_BATCH = 100
"""Entries in a call; service model greengrassv2 2020-11-30."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator may set of the core's behaviour.

    Attributes:
        max_batch: Thing names in a call.
        max_wait_seconds: How long the first device of a batch waits for others.
        max_pending: Devices that may wait to be associated.
        max_attempts: Calls that the cloud may answer with an error for a device before it has
            failed.
        trust_seconds: How long an association is believed without asking the cloud.
        receipts: Whether announcers get `queued` once their announcement is on disk.
        gate: Who is admitted.
        lanes: Those by which announcements come, see `Announcement`.
        reconcile_seconds: How often the cloud's list is compared with the journal; 0 for never.
        restores: Whether devices of ours are associated again that have vanished from the list.
        silent_days: After so many days of silence a device of ours is disassociated; None for
            never.
        departures_per_day: How many may be disassociated in a day that have not said that they
            leave; None for a share of those there are.
        departures_dry_run: Whether that is only reported.
        grace_seconds: How long a device that another core device has claimed may take to be heard
            here, before it is let go; None if devices are not handed over.
        max_devices: Devices that may be associated with this core device; None for any number.
        pacing: How calls are spread in time.
    """

    max_batch: int
    max_wait_seconds: float
    max_pending: int
    max_attempts: int
    trust_seconds: float
    receipts: bool
    gate: Gate
    lanes: tuple[str, ...]
    max_devices: int | None
    reconcile_seconds: float = 0.0
    restores: bool = False
    silent_days: int | None = None
    departures_per_day: int | None = None
    departures_dry_run: bool = True
    grace_seconds: float | None = None
    pacing: Pacing = field(default_factory=Pacing)
