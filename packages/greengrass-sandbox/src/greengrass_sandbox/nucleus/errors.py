"""What goes wrong in the nucleus.

NucleusError
├── DeploymentRejected     a component said no to its new configuration, or nothing at all
├── PublishRefused         the sandbox's own publish broke a limit of the profile
└── OperationError         an answer to a component: one of the IPC model's error shapes
    (made by `service_error`, `unauthorized`, `invalid_arguments`, `not_found`, `outdated`,
    `internal_error`)
"""


class NucleusError(Exception):
    """Base of all errors here."""


class DeploymentRejected(NucleusError):  # noqa: N818 - the deployment was rejected, by design
    """A deployment failed because a component did not accept its configuration."""


class PublishRefused(NucleusError):  # noqa: N818 - refusing is what a nucleus rightly does
    """The nucleus does not take this message; from a component it would close the connection."""


class ConnectionBroken(NucleusError):  # noqa: N818 - a state of the peer, not a mistake of ours
    """The nucleus has closed this component's connection, as it does when a limit is passed."""


class OperationError(NucleusError):
    """An operation's error answer.

    Args:
        shape: The error's name in the IPC model, without its namespace, as `ServiceError`; empty
            for an error outside the model.
        message: What the component is told, if anything. The SDK does not see it of lite.
    """

    def __init__(self, shape: str, message: str | None) -> None:
        super().__init__(message or shape)
        self.shape = shape
        self.message = message


def service_error(message: str | None = None) -> OperationError:
    """The nucleus cannot do it."""
    return OperationError("ServiceError", message)


def internal_error() -> OperationError:
    """Classic could not make an object of the request: an answer outside the model."""
    return OperationError("", "InternalServerError")


def unauthorized(message: str) -> OperationError:
    """The component's accessControl does not allow it."""
    return OperationError("UnauthorizedError", message)


def invalid_arguments(message: str) -> OperationError:
    """The request itself is wrong."""
    return OperationError("InvalidArgumentsError", message)


def not_found(message: str) -> OperationError:
    """No such component or configuration key."""
    return OperationError("ResourceNotFoundError", message)


def outdated(message: str) -> OperationError:
    """The value in the nucleus is newer than the proposed one."""
    return OperationError("FailedUpdateConditionCheckError", message)
