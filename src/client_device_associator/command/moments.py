"""Moments, as people read them."""

from client_device_associator.command.durations import duration


def ago(at: float, now: float) -> str:
    """How long a moment is past, or how far in the future."""
    return f"{duration(now - at)} ago" if at <= now else f"in {duration(at - now)}"
