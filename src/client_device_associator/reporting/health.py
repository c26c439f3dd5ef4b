"""How the component is: what it has done, and the state of everything that it depends on."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from client_device_associator import __version__
from client_device_associator.core.decision import (
    CallSettled,
    CloudBack,
    CloudLost,
    DeviceTrouble,
    Notice,
)
from client_device_associator.core.instant import Instant
from client_device_associator.core.result import Result
from client_device_associator.messages.result_message import MAX_MESSAGE_BYTES, encode, iso

ON_CHANGE_SECONDS = 10.0
"""States that change are published at most this often."""

ON_REQUEST_SECONDS = 1.0
"""Requests are answered at most this often; those in between are answered together."""

_MAX_LISTED = 10
_LONGEST_TEXTS = (500, 200, 100, 40, 0)
"""Characters of each text in the states, tried in turn."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What others know at this moment.

    Attributes:
        listening: Topic filters that are listened to.
        refused: Topic filters that could not be subscribed to.
        problems: What is wrong with the configuration, which is therefore not in force.
    """

    listening: Sequence[str]
    refused: Sequence[str]
    problems: Sequence[str]


class Health:
    """Collects what happens and publishes it, on request and on change.

    Args:
        core_thing_name: This core device.
        publish: Sends a message to the health topic.
        figures: Gives what is counted elsewhere, when it is wanted.
        started: When the component began.
    """

    def __init__(
        self,
        core_thing_name: str,
        publish: Callable[[bytes], None],
        figures: Callable[[], Mapping[str, int]],
        started: Instant,
    ) -> None:
        self._core_thing_name = core_thing_name
        self._publish = publish
        self._figures = figures
        self._started = started
        self._counts: Counter[str] = Counter()
        self._cloud: dict[str, object] = {"state": "notCalledYet"}
        self._journal_trouble: str | None = None
        self._asked = False
        self._published_at = 0.0
        self._published: object = None

    def asked(self) -> None:
        """Somebody wants to know."""
        self._asked = True

    def count(self, what: str, number: int = 1) -> None:
        """Something has happened so many times."""
        self._counts[what] += number

    def told(self, results: Sequence[Result]) -> None:
        """Results have been decided on."""
        for result in results:
            self._counts[result.status.value] += 1

    def notice(self, notice: Notice, now: Instant) -> None:
        """The core found something worth saying."""
        if isinstance(notice, CloudLost):
            self._cloud = {
                "state": notice.trouble.value,
                "code": notice.code,
                "message": notice.message,
                "since": iso(now.wall),
            }
        elif isinstance(notice, (CallSettled, CloudBack)):
            if isinstance(notice, CallSettled):
                self._counts["calls"] += 1
            if self._cloud.get("state") != "reachable":
                self._cloud = {"state": "reachable", "since": iso(now.wall)}
        elif isinstance(notice, DeviceTrouble):
            self._counts["deviceTroubles"] += 1

    def journal(self, trouble: str | None) -> None:
        """The journal cannot be written, or can again."""
        self._journal_trouble = trouble

    def tend(self, surroundings: Surroundings, now: Instant) -> float | None:
        """Publishes if somebody has asked or a state has changed.

        Returns:
            Steady seconds at which to be called again.
        """
        states = self._states(surroundings)
        # Only states: the counters move all the time.
        if states == self._published and not self._asked:
            return None
        pause = ON_REQUEST_SECONDS if self._asked else ON_CHANGE_SECONDS
        due_at = self._published_at + pause
        if now.steady < due_at:
            return due_at
        # The longest texts that leave the message small enough; without any it always is.
        for longest in _LONGEST_TEXTS:
            message = encode(self._document(_shortened(states, longest), now))
            if len(message) <= MAX_MESSAGE_BYTES:
                break
        self._publish(message)
        self._asked, self._published, self._published_at = False, states, now.steady
        return None

    def _states(self, surroundings: Surroundings) -> Mapping[str, object]:
        journal = "unusable" if self._journal_trouble else "ok"
        return {
            "nucleus": {
                "listening": _short(surroundings.listening),
                "refused": _short(surroundings.refused),
            },
            "cloud": self._cloud,
            "journal": {"state": journal}
            | ({"message": self._journal_trouble} if self._journal_trouble else {}),
            "configuration": {
                "state": "refused" if surroundings.problems else "inForce",
                "problems": _short(surroundings.problems),
            },
        }

    def _document(self, states: Mapping[str, object], now: Instant) -> Mapping[str, object]:
        return {
            "coreDeviceThingName": self._core_thing_name,
            "version": __version__,
            "startedAt": iso(self._started.wall),
            **states,
            "counters": {**self._counts, **self._figures()},
            "timestamp": iso(now.wall),
        }


def _short(texts: Sequence[str]) -> list[str]:
    """The first few, and how many more there are."""
    listed = list(texts[:_MAX_LISTED])
    return [*listed, f"and {len(texts) - _MAX_LISTED} more"] if len(texts) > _MAX_LISTED else listed


def _shortened(value: Any, longest: int) -> Any:  # noqa: ANN401 - JSON, of any depth
    """The same with every text cut to so many characters."""
    if isinstance(value, str):
        return value[:longest]
    if isinstance(value, Mapping):
        return {key: _shortened(one, longest) for key, one in value.items()}
    if isinstance(value, list):
        return [_shortened(one, longest) for one in value]
    return value
