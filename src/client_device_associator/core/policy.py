"""The settings that decisions depend on."""

from dataclasses import dataclass

MAX_BATCH = 100
"""Entries in a call; service model greengrassv2 2020-11-30."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator may set of the core's behaviour; the defaults are the component's.

    Attributes:
        max_batch: Thing names in a call.
        max_wait_seconds: How long the first device of a batch waits for others.
        max_pending: Devices that may wait to be associated.
        max_attempts: Calls in which the cloud may speak against a device before it has failed.
        trust_seconds: How long an association is taken for granted.
        receipts: Whether announcers are told once their announcement is on disk.
    """

    max_batch: int = MAX_BATCH
    max_wait_seconds: float = 1.0
    max_pending: int = 10_000
    max_attempts: int = 10
    trust_seconds: float = 3600.0
    receipts: bool = False
