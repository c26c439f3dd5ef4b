"""What is said of devices in one turn."""

from simulation.record import Record


def is_opposed(record: Record, name: str | None) -> bool:
    """Whether an announcement and a departure of a device are being handled together."""
    said = (one for message in record.messages for one in message.announcements)
    return len({one.leaves for one in said if one.thing_name == name}) > 1
