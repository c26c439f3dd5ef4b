"""The files in the work directory, which the nucleus keeps over restarts and updates."""

from pathlib import Path

JOURNAL = Path("associations.sqlite3")
"""All that is known of client devices."""

LAST_GOOD = Path("last-good-configuration.json")
"""The last configuration that was good."""

SOCKET = Path("associator.sock")
"""Where commands reach the running component."""

STATE = Path("state.json")
"""How the component is, for readers on the core device."""
