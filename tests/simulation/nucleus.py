"""The nucleus: who is subscribed to what, the configuration, and what reaches the component."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC, ROSTER_REQUEST_TOPIC
from client_device_associator.nucleus.port import OnClosed, OnMessage, OnValidationRequested
from simulation.facts import Publication
from simulation.plan import Change, Document, Message
from simulation.record import Record
from simulation.topic import matches
from simulation.world import World

_DELIVERY = (0.0002, 0.02)
_SLOW_DELIVERY = (0.5, 1.5)
_SLOWLY = 0.02
"""How likely a message comes late on one of the streams: a busy lite passes it on second by
second, and each subscriber waits for those before it."""

_VETO_SECONDS = 20.0
"""The classic nucleus waits so long for an answer, unless it is asked for another time."""


@dataclass(eq=False, slots=True)
class Stream:
    """Something that the component has subscribed to.

    Attributes:
        on_closed: Told if the nucleus ends it.
        is_alive: Whether the process at the other end is.
        opened_at: When the nucleus knew of it.
        is_ended: Whether the nucleus has ended it.
        is_silent: Whether nothing is delivered on it any more, without a sign.
        is_closed: Whether the component has ended it.
    """

    on_closed: OnClosed
    is_alive: Callable[[], bool]
    opened_at: float
    on_left: Callable[["Stream"], None]
    is_ended: bool = False
    is_silent: bool = False
    is_closed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether neither end has ended it."""
        return self.is_alive() and not self.is_ended and not self.is_closed

    @property
    def works(self) -> bool:
        """Whether anything is delivered on it."""
        return self.is_open and not self.is_silent

    def close(self) -> None:
        """The component ends it."""
        if not self.is_closed:
            self.is_closed = True
            self.on_left(self)


@dataclass(eq=False, slots=True)
class MessageStream(Stream):
    """A subscription to local pub/sub."""

    topic_filter: str = ""
    deliver: Callable[[Message, "MessageStream"], None] = lambda *_: None
    on_message: OnMessage = lambda *_: None
    free_at: float = 0.0


@dataclass(eq=False, slots=True)
class ChangeStream(Stream):
    """A watch on the configuration."""

    on_changed: Callable[[], None] = lambda: None


@dataclass(eq=False, slots=True)
class ValidationStream(Stream):
    """A wish to be asked before deployments."""

    on_requested: OnValidationRequested = lambda *_: None


class LocalNucleus:
    """Outlives the component's processes.

    Args:
        world: Where time passes.
        document: The configuration at first.
        record: Notes what is delivered.
    """

    def __init__(self, world: World, document: Document, record: Record) -> None:
        self.document = document
        self.streams: list[Stream] = []
        self._world = world
        self._record = record
        self._rng = world.rng("nucleus")
        self._asked: dict[str, Change] = {}
        self._deployments = 0

    def add(self, stream: Stream) -> None:
        """The component subscribes."""
        self.streams = [one for one in self.streams if one.is_open]
        self.streams.append(stream)
        if isinstance(stream, MessageStream):
            self._record.stream_changed(stream.topic_filter, "subscribed")

    def left(self, stream: Stream) -> None:
        """The component has closed a stream."""
        if isinstance(stream, MessageStream) and stream.is_alive():
            self._record.stream_changed(stream.topic_filter, "closed by the component")

    def works(self, topic_filter: str) -> bool:
        """Whether messages that match this filter reach the component."""
        return any(one.works for one in self._messages() if one.topic_filter == topic_filter)

    @property
    def is_watched(self) -> bool:
        """Whether changes of the configuration reach the component."""
        return any(isinstance(one, ChangeStream) and one.works for one in self.streams)

    def publish(self, message: Message) -> None:
        """Passes a message on to every subscription that matches."""
        streams = [
            one
            for one in self._messages()
            if one.works and matches(one.topic_filter, message.topic)
        ]
        opened_at = tuple(one.opened_at for one in streams)
        publication = Publication(message, self._world.time, opened_at)
        if not streams:
            self._world.strike("message that nobody is subscribed to")
        for stream in streams:
            slowly = (
                self._rng.random() < _SLOWLY and self._world.time < self._record.plan.healthy_at
            )
            after = self._rng.uniform(*(_SLOW_DELIVERY if slowly else _DELIVERY))
            # What was published later on the same stream does not overtake.
            stream.free_at = max(stream.free_at, self._world.time + after)
            publication.due += 1
            self._world.at(stream.free_at, partial(self._arrive, publication, stream))

    def request_health(self) -> None:
        """Somebody asks how the component is."""
        for stream in self._messages():
            if stream.works and stream.topic_filter == HEALTH_REQUEST_TOPIC:
                self._record.health_requested()
                stream.on_message(HEALTH_REQUEST_TOPIC, b"")

    def request_roster(self) -> None:
        """Somebody asks for the cloud's list."""
        for stream in self._messages():
            if stream.works and stream.topic_filter == ROSTER_REQUEST_TOPIC:
                self._record.roster_requested()
                stream.on_message(ROSTER_REQUEST_TOPIC, b"")

    def silence(self) -> None:
        """A message by a bad publisher ends the delivery on subscriptions, with no sign of it."""
        working = [one for one in self._messages() if one.works]
        for topic_filter in sorted({one.topic_filter for one in working}):
            if self._rng.random() < 0.2:
                continue
            self._world.strike("subscription silenced")
            self._world.say(f"nucleus: what is subscribed to {topic_filter} is dead")
            for stream in working:
                stream.is_silent |= stream.topic_filter == topic_filter
            self._record.stream_changed(topic_filter, "silenced")
        if self._rng.random() < 0.5:
            # So does a deployment that resets the configuration on lite.
            self._world.strike("watch silenced")
            for one in self.streams:
                one.is_silent |= isinstance(one, ChangeStream)

    def close_streams(self) -> None:
        """Ends some of the streams."""
        for stream in [one for one in self.streams if one.is_open]:
            if self._rng.random() < 0.5:
                self._world.strike("stream closed by the nucleus")
                self._end(stream)

    def lose(self) -> None:
        """The nucleus ends: every stream does."""
        for stream in [one for one in self.streams if one.is_open]:
            stream.is_ended = True
            stream.on_closed()

    def deploy(self, change: Change) -> None:
        """Changes the configuration, unless the component objects to it."""
        asks = [one for one in self.streams if isinstance(one, ValidationStream) and one.is_open]
        if not asks:
            self._apply(change)
            return
        self._deployments += 1
        deployment_id = f"deployment-{self._deployments}"
        self._asked[deployment_id] = change
        self._world.strike("deployment validated")
        asks[0].on_requested(deployment_id, change.document.content)
        # Without an answer the deployment fails.
        self._world.at(self._world.time + _VETO_SECONDS, partial(self._give_up, deployment_id))

    def validated(self, deployment_id: str, objection: str | None) -> None:
        """The component has answered a deployment."""
        change = self._asked.pop(deployment_id, None)
        if change is None:
            return
        self._record.validated(change.document, objection)
        if objection is None:
            self._apply(change)

    def _give_up(self, deployment_id: str) -> None:
        self._asked.pop(deployment_id, None)

    def _apply(self, change: Change) -> None:
        self.document = change.document
        self._world.strike("configuration changed")
        self._world.say(f"deployed: {change.document}")
        self._record.deployed(change.document)
        at = self._world.time
        for gap in change.gaps:
            at += gap
            self._world.at(at, self._report_change)

    def _report_change(self) -> None:
        for stream in list(self.streams):
            if isinstance(stream, ChangeStream) and stream.works:
                stream.on_changed()

    def _arrive(self, publication: Publication, stream: MessageStream) -> None:
        if stream.is_alive() and not stream.is_ended:
            # One that was closed meanwhile may still get it; the component ignores that.
            if stream.is_closed:
                self._world.strike("message on a closed subscription")
            stream.deliver(publication.message, stream)
            publication.offered += self._record.was_offered()
        else:
            publication.is_excused = True
        publication.due -= 1
        if not publication.due:
            self._record.delivered_everywhere(publication)

    def _end(self, stream: Stream) -> None:
        stream.is_ended = True
        self._world.say(f"nucleus: closes {type(stream).__name__}")
        if isinstance(stream, MessageStream):
            self._record.stream_changed(stream.topic_filter, "closed by the nucleus")
        stream.on_closed()

    def _messages(self) -> list[MessageStream]:
        return [one for one in self.streams if isinstance(one, MessageStream)]
