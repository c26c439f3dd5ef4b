"""Every way in which a device can be not associated, for the command `why`."""
