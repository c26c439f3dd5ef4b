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
    f" {TRUST} above its default of 1, and a login while this core device was online."
)
_LIST = "greengrass:ListClientDevicesAssociatedWithCoreDevice"
_DELETES = "deletes the records of client devices that are not associated"
_REFRESH = {
    True: f" Its refresh, a day after its start, {_DELETES}, because the role allows {_LIST}",
    False: f" Its daily refresh deletes nothing, because the role does not allow {_LIST}",
    None: f" Its refresh, a day after its start, {_DELETES}, if the role allows {_LIST}; without"
    " that it deletes nothing",
}
"""By whether the role allows the list."""


def check_offline(deployed: Deployed | None, *, lists: bool | None = None) -> Iterator[Finding]:
    """The conditions, as far as the configuration of client device auth is seen.

    Args:
        deployed: What the nucleus' record says; None if it is not seen.
        lists: Whether the role allows the list of associated devices; None if that is not known.
    """
    needs = _NEEDS + _REFRESH[lists]
    if deployed is None:
        yield unknown(_WHAT, "the configuration of client device auth is not seen", needs)
    elif DEVICE_AUTH not in deployed:
        yield ok(_WHAT, "there are none: client device auth is not deployed")
    elif (minutes := _minutes(deployed)) <= _LEAST_MINUTES:
        yield unknown(_WHAT, f"off: {TRUST} is {_LEAST_MINUTES}", needs)
    else:
        yield unknown(_WHAT, f"on: a login is trusted for {minutes} min ({TRUST})", needs)


def _minutes(deployed: Deployed) -> int:
    found: Any = deployed[DEVICE_AUTH]
    for key in ("configuration", "security", TRUST):
        found = found.get(key) if isinstance(found, Mapping) else None
    try:
        return max(int(found), _LEAST_MINUTES)
    except (TypeError, ValueError, OverflowError):
        return _LEAST_MINUTES
