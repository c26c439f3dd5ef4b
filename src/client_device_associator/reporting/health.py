"""How the component is: what it has done, and the state of everything that it depends on."""

from collections import Counter
from collections.abc import Callable, Mapping

from client_device_associator.core.instant import Instant
from client_device_associator.core.notices import (
    CallSettled,
    CallsFailing,
    CallsSucceeding,
    DeviceDelayed,
    DeviceFailed,
)
from client_device_associator.messages.encoding import iso
from client_device_associator.messages.health_message import health_message
from client_device_associator.reporting.notices import (
    ConfigurationAccepted,
    ConfigurationRejected,
    JournalUnusable,
    JournalUsable,
    ListeningChanged,
    Notice,
    PresenceRejected,
    ResultsDecided,
)

ON_CHANGE_SECONDS = 10.0
"""States that change are published at most this often."""

ON_REQUEST_SECONDS = 1.0
"""Requests are answered at most this often; those in between are answered together."""


class Health:
    """Keeps the states and counters that follow from notices, and publishes them.

    Args:
        core_thing_name: This core device.
        version: Of this component.
        publish: Sends a message to the health topic.
        now: The time; the component begins now.
    """

    def __init__(
        self,
        core_thing_name: str,
        version: str,
        publish: Callable[[bytes], None],
        now: Callable[[], Instant],
    ) -> None:
        self._publish = publish
        self._now = now
        self._head = {
            "coreDeviceThingName": core_thing_name,
            "version": version,
            "startedAt": iso(now().wall),
        }
        self._counts: Counter[str] = Counter()
        self._nucleus: Mapping[str, object] = {"listening": [], "refused": []}
        self._cloud: Mapping[str, object] = {"state": "notCalledYet"}
        self._journal: Mapping[str, object] = {"state": "ok"}
        self._configuration: Mapping[str, object] = {"state": "inForce", "problems": []}
        self._requested = False
        self._published_at = 0.0
        self._published: object = None

    def request(self) -> None:
        """Somebody wants to know."""
        self._requested = True

    def __call__(self, notice: Notice) -> None:
        """Takes a notice."""
        self._count(notice)
        self._set_state(notice)

    def run_due(self, figures: Callable[[], Mapping[str, int]]) -> float | None:
        """Publishes if somebody has asked or a state has changed.

        Args:
            figures: Gives what is counted elsewhere, if it is wanted.

        Returns:
            Steady seconds at which to be called again.
        """
        now = self._now()
        states = self._states()
        # Only states: the counters change all the time.
        if states == self._published and not self._requested:
            return None
        due_at = self._published_at + (ON_REQUEST_SECONDS if self._requested else ON_CHANGE_SECONDS)
        if now.steady < due_at:
            return due_at
        counters = {**self._counts, **figures()}
        self._publish(health_message(self._head, states, counters, now.wall))
        self._requested, self._published, self._published_at = False, states, now.steady
        return None

    def _count(self, notice: Notice) -> None:
        match notice:
            case CallSettled():
                self._counts["calls"] += 1
            case DeviceDelayed() | DeviceFailed():
                self._counts["deviceTroubles"] += 1
            case PresenceRejected():
                self._counts["presenceRejected"] += notice.count
            case ResultsDecided():
                for status, count in notice.statuses.items():
                    self._counts[status.value] += count

    def _set_state(self, notice: Notice) -> None:
        match notice:
            case ListeningChanged():
                listening, refused = list(notice.listening), list(notice.refused)
                self._nucleus = {"listening": listening, "refused": refused}
            case CallsFailing():
                self._cloud = {
                    "state": notice.cause.value,
                    "code": notice.code,
                    "message": notice.message,
                    "since": iso(self._now().wall),
                }
            case CallSettled() | CallsSucceeding() if self._cloud["state"] != "reachable":
                self._cloud = {"state": "reachable", "since": iso(self._now().wall)}
            case JournalUnusable():
                self._journal = {"state": "unusable", "message": notice.why}
            case JournalUsable():
                self._journal = {"state": "ok"}
            case ConfigurationRejected():
                problems = [str(problem) for problem in notice.problems]
                self._configuration = {"state": "refused", "problems": problems}
            case ConfigurationAccepted():
                self._configuration = {"state": "inForce", "problems": []}

    def _states(self) -> Mapping[str, object]:
        return {
            "nucleus": self._nucleus,
            "cloud": self._cloud,
            "journal": self._journal,
            "configuration": self._configuration,
        }
