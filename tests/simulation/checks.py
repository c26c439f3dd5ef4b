"""The checks of a run, and facts that only they keep."""

from collections.abc import Sequence

from client_device_associator.configuration.settings import Settings
from client_device_associator.messages.payload import Payload
from simulation.facts import Publication
from simulation.hooks import Hooks
from simulation.plan import Document, Message


class Checks:
    """Hands facts on to every check."""

    def __init__(self) -> None:
        self.checks: Sequence[Hooks] = ()

    def session_defect(self) -> None:
        """The session closes everything, and is built again later."""
        for check in self.checks:
            check.session_defect()

    def chosen(self, settings: Settings) -> None:
        """The session has decided on settings."""
        for check in self.checks:
            check.chosen(settings)

    def deployed(self, document: Document) -> None:
        """The nucleus has another configuration for the component."""
        for check in self.checks:
            check.deployed(document)

    def validated(self, document: Document, objection: str | None) -> None:
        """A deployment was accepted, or objected to."""
        for check in self.checks:
            check.validated(document, objection)

    def stream_changed(self, topic_filter: str, cause: str) -> None:
        """A subscription was made, closed or silenced."""
        for check in self.checks:
            check.stream_changed(topic_filter, cause)

    def delivered_everywhere(self, publication: Publication) -> None:
        """A message has reached each subscription that it was meant for."""
        for check in self.checks:
            check.delivered_everywhere(publication)

    def turned_away(self, payload: Payload, waiting: Sequence[Message]) -> None:
        """There was no room for a message beside those that wait."""
        for check in self.checks:
            check.turned_away(payload, waiting)

    def roster_requested(self) -> None:
        """A request for the list was delivered."""
        for check in self.checks:
            check.roster_requested()

    def ended(self, exit_code: int) -> None:
        """It has done so."""
        for check in self.checks:
            check.ended(exit_code)

    def quiet(self) -> None:
        """Everything has been done."""
        for check in self.checks:
            check.quiet()
