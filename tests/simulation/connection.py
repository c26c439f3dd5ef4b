"""One process's connection to the nucleus, which answers or not, sooner or later."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from client_device_associator.core.bus import Bus
from client_device_associator.errors import NotAuthorizedError, NucleusError, NucleusLostError
from client_device_associator.messages.payload import Payload
from client_device_associator.nucleus.port import (
    OnAcknowledged,
    OnClosed,
    OnMessage,
    OnUnreadable,
    OnValidationRequested,
)
from simulation.nucleus import ChangeStream, LocalNucleus, MessageStream, Stream, ValidationStream
from simulation.plan import Message, Plan, Window
from simulation.record import Record
from simulation.world import Crash, World

UNAUTHORIZED, REFUSED, LATE, NEVER = "not authorized", "refused", "late", "never answered"
LOST_BEFORE = "lost before it arrived"

_ANSWER = (0.0005, 0.01)
_LATE_ANSWER = (1.0, 25.0)
ANSWER_TIMEOUT = 10.0
"""The adapter waits no longer; a stream whose answer comes later is closed."""


class Owner(Protocol):
    """The process that has the connection."""

    @property
    def dead(self) -> bool:
        """Whether it was killed."""
        ...

    def deliver(self, message: Message, stream: MessageStream) -> None:
        """A message arrives on one of its streams."""
        ...


class SimulatedNucleus:
    """What the component sees of the nucleus.

    Args:
        world: Where time passes.
        plan: When the nucleus does not simply do what it is asked.
        nucleus: The other end.
        record: Notes what was given and taken.
        owner: The process.
        crash_point: Raises if the process is to die here.
    """

    def __init__(
        self,
        *,
        world: World,
        plan: Plan,
        nucleus: LocalNucleus,
        record: Record,
        owner: Owner,
        crash_point: Callable[[str], None],
    ) -> None:
        self.given_up = False
        self._world = world
        self._plan = plan
        self._nucleus = nucleus
        self._record = record
        self._owner = owner
        self._crash_point = crash_point
        self._rng = world.rng(f"nucleus at {world.time}")

    def configuration(self) -> Mapping[str, object]:
        """The document as it was when the nucleus was asked."""
        found: list[Mapping[str, object]] = []
        self._ask("configuration", lambda: found.append(self._nucleus.document.content))
        return found[0]

    def subscribe(
        self,
        topic_filter: str,
        on_message: OnMessage,
        on_unreadable: OnUnreadable,  # noqa: ARG002 - every message can be decoded here
        on_closed: OnClosed,
        bus: Bus = Bus.LOCAL,  # noqa: ARG002 - there is no AWS IoT Core here
    ) -> MessageStream:
        """Subscribes to local pub/sub."""
        stream = MessageStream(
            on_closed,
            self._is_alive,
            self._world.time,
            self._nucleus.left,
            topic_filter=topic_filter,
            deliver=self._owner.deliver,
            on_message=on_message,
        )
        self._open(f"subscribe to {topic_filter}", stream, may_be_forbidden=True)
        return stream

    def watch_configuration(
        self, on_changed: Callable[[], None], on_closed: OnClosed
    ) -> ChangeStream:
        """Reports changes."""
        stream = ChangeStream(
            on_closed,
            self._is_alive,
            self._world.time,
            self._nucleus.left,
            on_changed=on_changed,
        )
        self._open("watch", stream)
        return stream

    def watch_validation(
        self, on_requested: OnValidationRequested, on_closed: OnClosed
    ) -> ValidationStream:
        """Asks before deployments."""
        stream = ValidationStream(
            on_closed,
            self._is_alive,
            self._world.time,
            self._nucleus.left,
            on_requested=on_requested,
        )
        self._open("validation", stream)
        return stream

    def answer_validation(self, deployment_id: str, objection: str | None) -> None:
        """Answers a deployment."""
        self._crash_point("before a deployment is answered")
        self._nucleus.validated(deployment_id, objection)

    def publish(
        self,
        topic: str,
        message: Payload,
        on_acknowledged: OnAcknowledged,
        bus: Bus = Bus.LOCAL,  # noqa: ARG002 - there is no AWS IoT Core here
    ) -> None:
        """Takes a message; a crash may strike before or after that."""
        self._crash_point("before a publish")
        self._record.published(topic, message)
        window = self._window(self._plan.nucleus)
        after = self._rng.uniform(*_ANSWER)
        error: NucleusError | None = None
        if window is not None:
            self._world.strike(f"results {window.kind}")
            if window.kind == UNAUTHORIZED:
                error = NotAuthorizedError("no policy allows it")
            elif window.kind == REFUSED:
                error = NucleusError("no")
            elif window.kind == LATE:
                after = self._rng.uniform(*_LATE_ANSWER)
        if window is None or window.kind in {LATE, NEVER}:
            self._record.delivered(topic, message)
        if window is None or window.kind not in {NEVER, LOST_BEFORE}:
            self._world.at(self._world.time + after, lambda: on_acknowledged(error))
        self._crash_point("after a publish")

    def close(self) -> None:
        """Nothing more comes from it."""
        self.given_up = True

    def _is_alive(self) -> bool:
        return not self._owner.dead

    def _open(self, what: str, stream: Stream, *, may_be_forbidden: bool = False) -> None:
        def add() -> None:
            stream.opened_at = self._world.time
            self._nucleus.add(stream)

        self._ask(what, add, may_be_forbidden=may_be_forbidden)

    def _ask(
        self, what: str, action: Callable[[], None], *, may_be_forbidden: bool = False
    ) -> None:
        """Waits for the nucleus's answer; raises what the adapter raises."""
        self._crash_point(f"before a request: {what}")
        window = self._window(self._plan.session)
        kind = None if window is None else window.kind
        if kind == UNAUTHORIZED and not may_be_forbidden:
            kind = None
        late = kind == LATE
        seconds = self._rng.uniform(*(_LATE_ANSWER if late else _ANSWER))
        if kind is not None:
            self._world.strike(f"requests {kind}")
        self._wait(min(seconds, ANSWER_TIMEOUT) / 2)
        self._crash_point(f"during a request: {what}")
        if kind is None or (late and seconds < ANSWER_TIMEOUT):
            action()
        self._wait(min(seconds, ANSWER_TIMEOUT) / 2)
        if kind == UNAUTHORIZED:
            raise NotAuthorizedError(f"no policy allows to {what}")
        if kind == REFUSED:
            raise NucleusError("busy")
        if seconds >= ANSWER_TIMEOUT:
            raise NucleusError(f"no answer within {ANSWER_TIMEOUT:g} s")

    def _wait(self, seconds: float) -> None:
        self._world.wait_in_session(seconds, lambda: self._owner.dead or self.given_up)
        if self._owner.dead:
            raise Crash
        if self.given_up:
            raise NucleusLostError("the connection is given up")

    def _window(self, windows: Sequence[Window]) -> Window | None:
        held = [one for one in windows if one.holds(self._world.time)]
        return held[0] if held and self._rng.random() < held[0].detail else None
