"""Every exception of ours that crosses from one part of the component to another.

- AssociatorError
    - JournalError: the disk would not store, or the journal cannot be read
    - NucleusError: an IPC call failed
        - NucleusLost: there is no connection any more
        - NotAuthorized: accessControl does not allow it
        - NotSupported: this nucleus cannot do it
"""


class AssociatorError(Exception):
    """Something that this component foresees; its text is meant for an operator."""


class JournalError(AssociatorError):
    """The journal cannot be opened, read or written."""


class NucleusError(AssociatorError):
    """The nucleus did not do what it was asked for."""


class NucleusLost(NucleusError):  # noqa: N818 - it states what has happened
    """The connection to the nucleus could not be made, or is gone."""


class NotAuthorized(NucleusError):  # noqa: N818 - it states what has happened
    """The component's accessControl does not allow the operation."""


class NotSupported(NucleusError):  # noqa: N818 - it states what has happened
    """This nucleus does not know the operation."""
