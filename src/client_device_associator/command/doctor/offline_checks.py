"""What association does not give: logging in while the core device is offline."""

from collections.abc import Iterator, Mapping
from typing import Any

from client_device_associator.command.doctor.finding import Finding, ok, unknown
from client_device_associator.command.doctor.neighbour_checks import Deployed
from client_device_associator.command.doctor.nucleus_root import DEVICE_AUTH

TRUST = "clientDeviceTrustDurationMinutes"
_WHAT = "offline logins"
_LEAST_MINUTES = 1
"""The default, and what a smaller or unreadable value counts as (SecurityConfiguration)."""

_NEEDS = (
    "to log in offline a client device needs more than its association: client device auth with"
    f" {TRUST} above its default of 1, and a login while this core device was online. Its daily"
    " refresh deletes the records of devices that are not associated, if the"
    " role allows greengrass:ListClientDevicesAssociatedWithCoreDevice; without that it deletes"
    " nothing"
)


def check_offline(deployed: Deployed | None) -> Iterator[Finding]:
    """The conditions, as far as the configuration of client device auth is seen.

    Args:
        deployed: What the nucleus' record says; None if it is not seen.
    """
    if deployed is None:
        yield unknown(_WHAT, "the configuration of client device auth is not seen", _NEEDS)
    elif DEVICE_AUTH not in deployed:
        yield ok(_WHAT, "there are none: client device auth is not deployed")
    elif (minutes := _minutes(deployed)) <= _LEAST_MINUTES:
        yield unknown(_WHAT, f"off: {TRUST} is {_LEAST_MINUTES}", _NEEDS)
    else:
        yield unknown(_WHAT, f"on: a login is trusted for {minutes} min ({TRUST})", _NEEDS)


def _minutes(deployed: Deployed) -> int:
    found: Any = deployed[DEVICE_AUTH]
    for key in ("configuration", "security", TRUST):
        found = found.get(key) if isinstance(found, Mapping) else None
    try:
        return max(int(found), _LEAST_MINUTES)
    except (TypeError, ValueError, OverflowError):
        return _LEAST_MINUTES
