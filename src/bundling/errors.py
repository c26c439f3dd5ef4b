"""Why libraries cannot be bundled."""


class BundlingError(Exception):
    """The message says which wheel is not as it must be, and what to do."""
