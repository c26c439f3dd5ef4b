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
    RosterCompared,
    RosterDenied,
    RosterUseless,
)
from client_device_associator.core.operation import Operation
from client_device_associator.core.rate_limit import RateLimit
from client_device_associator.messages.encoding import iso
from client_device_associator.messages.health_message import health_message
from client_device_associator.reporting.metric_notices import CallEnded
from client_device_associator.reporting.notices import (
    ConfigurationAccepted,
    ConfigurationRejected,
    JournalUnusable,
    JournalUsable,
    ListeningChanged,
    Notice,
    PresenceRejected,
    ResultsDecided,
    Started,
)

ON_CHANGE_SECONDS = 10.0
"""States that change are published at most this often."""

ON_REQUEST_SECONDS = 1.0
"""Requests are answered at most this often; those in between are answered together."""

_KEPT_AT_ONCE = 5
"""States that change are kept at once so often, as at a start, and then every `ON_CHANGE_SECONDS`:
they go to the disk."""

States = Mapping[str, object]
"""The state of everything that the component depends on."""


class Health:
    """Keeps the states and counters that follow from notices, and publishes them.

    Args:
        core_thing_name: This core device.
        version: Of this component.
        publish: Sends a message to the health topic.
        now: The time; the component begins now.
        keep: Takes the whole document when the component starts and when a state has changed.
    """

    def __init__(
        self,
        core_thing_name: str,
        version: str,
        publish: Callable[[bytes], None],
        now: Callable[[], Instant],
        keep: Callable[[Mapping[str, object]], None] = lambda _: None,
    ) -> None:
        self._publish = publish
        self._now = now
        self._keep = keep
        self._head = {
            "coreDeviceThingName": core_thing_name,
            "version": version,
            "startedAt": iso(now().wall),
        }
        self._counts: Counter[str] = Counter()
        self._nucleus: Mapping[str, object] = {"listening": [], "refused": []}
        self._calls: dict[Operation, Mapping[str, object]] = {
            Operation.ASSOCIATE: {"state": "notCalledYet"}
        }
        self._roster: Mapping[str, object] = {"state": "notComparedYet"}
        self._journal: Mapping[str, object] = {"state": "ok"}
        self._configuration: Mapping[str, object] = {"state": "inForce", "problems": []}
        self._last_call: States = {}
        self._requested = False
        self._published_at = 0.0
        self._published: States | None = None
        self._keeping = RateLimit(_KEPT_AT_ONCE, 1.0 / ON_CHANGE_SECONDS)
        self._kept: States | None = None

    def request(self) -> None:
        """Somebody wants to know."""
        self._requested = True

    def __call__(self, notice: Notice) -> None:
        """Takes a notice."""
        self._count(notice)
        if isinstance(notice, CallEnded):
            self._last_call = {"lastCall": _call(notice, self._now())}
        self._set_state(notice)
        if isinstance(notice, Started):
            # What is kept there is of another process.
            self._keep(self._document(self._states(), {}))

    def document(self, figures: Mapping[str, int]) -> Mapping[str, object]:
        """All of it as it is now, with nothing cut off.

        Args:
            figures: What is counted elsewhere.
        """
        return self._document(self._states(), {**self._counts, **figures})

    def run_due(self, figures: Callable[[], Mapping[str, int]]) -> float | None:
        """Publishes if somebody has asked or a state has changed; keeps what has changed.

        Args:
            figures: Gives what is counted elsewhere, if it is wanted.

        Returns:
            Steady seconds at which to be called again.
        """
        now = self._now()
        states = self._states()
        waits = (self._publish_due(states, figures, now), self._keep_due(states, figures, now))
        return min((at for at in waits if at is not None), default=None)

    def _publish_due(
        self, states: States, figures: Callable[[], Mapping[str, int]], now: Instant
    ) -> float | None:
        # Only states: the counters change all the time.
        if states == self._published and not self._requested:
            return None
        due_at = self._published_at + (ON_REQUEST_SECONDS if self._requested else ON_CHANGE_SECONDS)
        if now.steady < due_at:
            return due_at
        counters = {**self._counts, **figures()}
        shown = {**states, **self._last_call}
        self._publish(health_message(self._head, shown, counters, now.wall))
        self._requested, self._published, self._published_at = False, states, now.steady
        return None

    def _keep_due(
        self, states: States, figures: Callable[[], Mapping[str, int]], now: Instant
    ) -> float | None:
        if states == self._kept:
            return None
        if not self._keeping.allow(1, now.steady):
            return now.steady + ON_CHANGE_SECONDS
        self._keep(self._document(states, {**self._counts, **figures()}))
        self._kept = states
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
                self._set_nucleus(list(notice.listening), list(notice.refused))
            case CallsFailing() | CallSettled() | CallsSucceeding():
                self._set_calls(notice)
            case RosterCompared():
                self._roster = {
                    "state": "compared",
                    "devices": notice.devices,
                    "appeared": notice.appeared,
                    "vanished": notice.vanished,
                    "comparedAt": iso(self._now().wall),
                }
            case RosterDenied():
                self._roster = {"state": "denied", "message": notice.message}
            case RosterUseless():
                self._roster = {"state": "useless", "message": notice.why}
            case JournalUnusable():
                self._journal = {"state": "unusable", "message": notice.why}
            case JournalUsable():
                self._journal = {"state": "ok"}
            case ConfigurationRejected():
                problems = [str(problem) for problem in notice.problems]
                self._configuration = {"state": "refused", "problems": problems}
            case ConfigurationAccepted():
                self._configuration = {"state": "inForce", "problems": []}

    def _set_nucleus(self, listening: list[str], refused: list[str]) -> None:
        """What is listened to, and since when."""
        since = self._nucleus.get("since")
        if since is None or listening != self._nucleus["listening"]:
            since = iso(self._now().wall)
        self._nucleus = {"listening": listening, "refused": refused, "since": since}

    def _set_calls(self, notice: CallsFailing | CallSettled | CallsSucceeding) -> None:
        """How calls for one operation go."""
        before = self._calls.get(notice.operation, {})
        if isinstance(notice, CallsFailing):
            self._calls[notice.operation] = {
                "state": notice.cause.value,
                "code": notice.code,
                "message": notice.message,
                "since": iso(self._now().wall),
            }
        elif before.get("state") != "reachable":
            self._calls[notice.operation] = {
                "state": "reachable",
                "since": iso(self._now().wall),
            }

    def _document(self, states: States, counters: Mapping[str, int]) -> Mapping[str, object]:
        timestamp = iso(self._now().wall)
        # The last call is no state: each would be a write.
        shown = {**states, **self._last_call}
        return {**self._head, **shown, "counters": counters, "timestamp": timestamp}

    def _states(self) -> States:
        departures = self._calls.get(Operation.DISASSOCIATE)
        return {
            "nucleus": self._nucleus,
            "cloud": self._calls[Operation.ASSOCIATE],
            **({"departures": departures} if departures else {}),
            "roster": self._roster,
            "journal": self._journal,
            "configuration": self._configuration,
        }


def _call(ended: CallEnded, now: Instant) -> Mapping[str, object]:
    """A call that is over."""
    return {
        "at": iso(now.wall),
        "operation": ended.operation.value,
        "devices": ended.names,
        "answer": "answered" if ended.failure is None else ended.failure.value,
        **({"message": ended.said} if ended.said else {}),
        **({"requestId": ended.request_id} if ended.request_id else {}),
    }
