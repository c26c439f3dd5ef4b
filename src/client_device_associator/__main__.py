"""`python3 -u -m client_device_associator`, as the recipe runs it; with arguments, a command.

Each imports only its own half: the component pays nothing for the commands, and a command starts
without a connection.
"""

import sys


def main() -> int:
    """Runs the component, or the command that the arguments name; returns the exit code."""
    if sys.argv[1:]:
        from client_device_associator.command.main import run_command  # noqa: PLC0415 - see above

        return run_command(sys.argv[1:])
    from client_device_associator import component  # noqa: PLC0415 - see above

    return component.main()


if __name__ == "__main__":
    sys.exit(main())
