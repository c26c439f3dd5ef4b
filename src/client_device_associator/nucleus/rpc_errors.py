"""What can go wrong with IPC; `ipc.py` says it in the words of the component.

- RpcError
    - ConnectionClosedError: there is no connection any more
    - ConnectionBusyError: the nucleus does not take what was sent before
    - AccessDeniedError: the nucleus does not know this process
    - MalformedFrameError: what came is no message
    - StreamClosedError: a request was not answered, and will not be
    - ResponseError: the answer is an error
    - LateAnswerError: there is no answer yet
"""


class RpcError(RuntimeError):
    """Something between this process and the nucleus."""


class ConnectionClosedError(RpcError):
    """There is no connection to the nucleus any more."""


class ConnectionBusyError(RpcError):
    """The nucleus does not take what was sent before."""


class AccessDeniedError(RpcError):
    """The nucleus does not know this process."""


class MalformedFrameError(RpcError):
    """These bytes are no message; nothing that follows them can be read."""


class StreamClosedError(RpcError):
    """The nucleus has ended a stream without an answer."""


class LateAnswerError(RpcError):
    """The nucleus has not answered in time."""

    def __init__(self) -> None:
        super().__init__("no answer in time, the nucleus may be busy with a deployment")


class ResponseError(RpcError):
    """The nucleus's answer is an error.

    Args:
        shape: Its name in the IPC model, as `UnauthorizedError`.
        message: In words; None if there are none.
    """

    def __init__(self, shape: str, message: str | None) -> None:
        super().__init__(message)
        self.shape = shape
        self.message = message
