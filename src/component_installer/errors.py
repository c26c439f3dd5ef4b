"""Why an install ends."""


class InstallError(Exception):
    """The environment cannot be made; the message says why, and what to do."""
