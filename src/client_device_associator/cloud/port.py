"""What is asked of an association worker, and what it reports."""

from typing import Protocol

from client_device_associator.core.answer import Answer
from client_device_associator.core.decision import Call
from client_device_associator.core.values import dataclass


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The worker has an answer to a call.

    Attributes:
        number: The call's, as `Worker.call` returned it.
        answer: What the cloud said, or why it was not asked.
    """

    number: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class WorkerEnded:
    """A worker process has ended.

    Attributes:
        number: Which of those that were started, counted from 1.
        reason: What is known about why.
    """

    number: int
    reason: str


WorkerEvent = CallAnswered | WorkerEnded


class Worker(Protocol):
    """Makes calls, one at a time; its answers arrive as events."""

    @property
    def number(self) -> int:
        """The running process, counted from 1; 0 if there is none."""
        ...

    def warm_up(self) -> None:
        """Starts a process unless there is one."""
        ...

    def call(self, call: Call) -> int:
        """Makes a call and returns its number, counted from 1.

        `CallAnswered` or `WorkerEnded` follows, unless the worker hangs.
        """
        ...

    def end(self) -> None:
        """Ends the process, with whatever it is doing; nothing more comes from it."""
        ...
