"""What association does not give: logging in while the core device is offline."""

from collections.abc import Iterator

from client_device_associator.command.doctor.finding import Finding, unknown

_NEEDS = (
    "to log in offline a client device needs more than its association: client device auth with"
    " clientDeviceTrustDurationMinutes above its default of 1, and a login while this core device"
    " was online. Its daily refresh deletes the records of devices that are not associated, if the"
    " role allows greengrass:ListClientDevicesAssociatedWithCoreDevice; without that it deletes"
    " nothing"
)


def check_offline() -> Iterator[Finding]:
    """The conditions; the configuration of client device auth cannot be read from here."""
    yield unknown("offline logins", "the configuration of client device auth is not seen", _NEEDS)
