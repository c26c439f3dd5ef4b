"""What the settings may lead this core device to ask of the cloud."""

from collections.abc import Iterator

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.operation import Operation


def needed_operations(settings: Settings) -> Iterator[Operation]:
    """The operations that the role has to allow."""
    yield Operation.ASSOCIATE
    policy = settings.policy
    if policy.reconcile_seconds:
        yield Operation.LIST
    says_so = any(one.leaves for one in settings.announcement_topics)
    is_silent = policy.silent_days is not None and not policy.departures_dry_run
    if says_so or is_silent or policy.grace_seconds is not None:
        yield Operation.DISASSOCIATE
