"""What can be noticed while a seed runs."""

from collections.abc import Mapping, Sequence

from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.result import Result
from client_device_associator.messages.announcement import Payload
from simulation.facts import Flight
from simulation.plan import Message


class Hooks:
    """Called with every new fact, before the record takes it in; by default nothing is done."""

    def started(self) -> None:
        """A process has opened the journal."""

    def reconfigured(self) -> None:
        """Other settings are in force from now on."""

    def turn_begins(self, messages: Sequence[Message], *, alone: bool) -> None:
        """Messages are about to be handled; alone if nothing else is."""

    def turn_ended(self, messages: Sequence[Message], wait: float | None, *, events: int) -> None:
        """They have been."""

    def called(self, call: Call) -> None:
        """The worker is given a call."""

    def answered(self, flight: Flight) -> None:
        """The call in flight is over; its reply says how."""

    def committed(self, decision: Decision) -> None:
        """A decision is on disk."""

    def told(self, result: Result) -> None:
        """A result is to be sent that is not on disk."""

    def published(self, topic: str, message: Payload, document: Mapping[str, object]) -> None:
        """The nucleus is given a message."""

    def quiet(self) -> None:
        """Everything has been done."""
