"""What the exit codes of the commands mean; docs/operating.md has the same table."""

FINE = 0
"""All is well, or what was asked for was found."""
WRONG = 1
"""Something needs a person, or nothing was found."""
USAGE = 2
"""The arguments make no sense; argparse's own."""
UNREADABLE = 3
"""What the command has to read is not there, is damaged, or may not be read by this user."""
NOT_RUNNING = 4
"""The component does not run."""
OTHER_VERSION = 5
"""The component or its journal is of another version than the command."""
