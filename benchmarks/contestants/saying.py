"""Printing; a module of its own, so that what is measured need not import what measures."""

import sys


def say(text: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
