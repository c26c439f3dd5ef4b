"""The exception by which a command ends."""

from client_device_associator.errors import AssociatorError


class CommandError(AssociatorError):
    """A command cannot do what it was asked for.

    Args:
        message: What has happened and what to do, for a person.
        exit_code: See `exit_codes`.
    """

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code
