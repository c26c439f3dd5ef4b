"""What can be noticed while a seed runs."""

from collections.abc import Mapping, Sequence

from client_device_associator.configuration.settings import Settings
from client_device_associator.core.decision import Call, Decision
from client_device_associator.core.result import Result
from client_device_associator.messages.payload import Payload
from simulation.facts import Flight, Publication
from simulation.plan import Document, Ending, Message


class Hooks:
    """Called with every new fact, before the record takes it in; by default nothing is done."""

    def began(self) -> None:
        """A process has started."""

    def started(self) -> None:
        """A process has opened the journal, or does without what it remembered."""

    def session_defect(self) -> None:
        """The session closes everything, and is built again later."""

    def storage_trouble(self) -> None:
        """The journal could not be read or written."""

    def chosen(self, settings: Settings) -> None:
        """The session has decided on settings."""

    def reconfigured(self) -> None:
        """Other settings are in effect from now on."""

    def deployed(self, document: Document) -> None:
        """The nucleus has another configuration for the component."""

    def validated(self, document: Document, objection: str | None) -> None:
        """A deployment was accepted, or objected to."""

    def stream_changed(self, topic_filter: str, cause: str) -> None:
        """A subscription was made, closed or silenced."""

    def delivered_everywhere(self, publication: Publication) -> None:
        """A message has reached each subscription that it was meant for."""

    def turned_away(self, payload: Payload, waiting: Sequence[Message]) -> None:
        """There was no room for a message beside those that wait."""

    def turn_begins(
        self, messages: Sequence[Message], turned_away: Sequence[str], *, alone: bool
    ) -> None:
        """Messages are about to be handled; alone if nothing else is."""

    def turn_ended(self, messages: Sequence[Message], wait: float | None, *, events: int) -> None:
        """They have been."""

    def called(self, call: Call) -> None:
        """The worker is given a call for devices."""

    def listed(self, call: Call) -> None:
        """The worker is given a call for a page of the list."""

    def page_came(self, flight: Flight) -> None:
        """A call for a page is over; its reply says how."""

    def roster_requested(self) -> None:
        """Somebody asks for the list."""

    def answered(self, flight: Flight) -> None:
        """The call for devices that is in flight is over; its reply says how."""

    def committed(self, decision: Decision) -> None:
        """A decision is on disk."""

    def sent(self, result: Result) -> None:
        """A result is to be sent that is not on disk."""

    def published(self, topic: str, message: Payload, document: Mapping[str, object]) -> None:
        """The nucleus is given a message with results."""

    def asked_to_stop(self, ending: Ending) -> None:
        """The process is to end in an orderly way."""

    def ended(self, exit_code: int) -> None:
        """It has done so."""

    def quiet(self) -> None:
        """Everything has been done."""
