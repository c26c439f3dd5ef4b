"""Writes to a journal as fast as it can, until its standard input ends.

`python -m integration.busy_writer PATH` prints a number after each commit: two devices have it as
the moment of their state, and a device with that number in its name is new.
"""

import itertools
import select
import sys
from pathlib import Path

from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.journal import Journal


def main() -> None:
    """Commits, and says so."""
    journal = Journal(Path(sys.argv[1]))
    for number in itertools.count(1):
        names = ("left", "right", f"device-{number:06}")
        devices = tuple(Device(name, DeviceState.PENDING, float(number)) for name in names)
        with journal.transaction():
            journal.store(Decision(devices=devices))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        if select.select([sys.stdin], [], [], 0)[0]:
            journal.close()
            return


if __name__ == "__main__":
    main()
