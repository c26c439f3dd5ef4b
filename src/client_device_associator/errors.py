"""Every exception of ours that crosses from one part of the component to another.

- AssociatorError
    - JournalError: the journal cannot be opened, read or written
        - JournalVersionError: it is of another version of this component
    - NucleusError: an IPC call failed
        - NucleusLostError: there is no connection any more
        - NotAuthorizedError: accessControl does not allow it
        - NotSupportedError: this nucleus cannot do it
"""


class AssociatorError(Exception):
    """Something that this component expects; its text is meant for an operator."""


class JournalError(AssociatorError):
    """The journal cannot be opened, read or written."""


class JournalVersionError(JournalError):
    """The journal is of another version of this component than this one."""


class NucleusError(AssociatorError):
    """The nucleus did not do what it was asked for."""


class NucleusLostError(NucleusError):
    """The connection to the nucleus could not be made, or is lost."""


class NotAuthorizedError(NucleusError):
    """The component's accessControl does not allow the operation."""


class NotSupportedError(NucleusError):
    """This nucleus does not know the operation."""
