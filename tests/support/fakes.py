"""Stand-ins for the ports: the nucleus, the worker and the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from client_device_associator.core.bus import Bus, shown
from client_device_associator.core.decision import Call
from client_device_associator.core.instant import Instant
from client_device_associator.core.operation import Operation
from client_device_associator.errors import NucleusError
from client_device_associator.messages.payload import Payload
from client_device_associator.nucleus.port import (
    OnAcknowledged,
    OnClosed,
    OnMessage,
    OnUnreadable,
    OnValidationRequested,
)
from support.values import START


class FakeClock:
    """Time that passes only when a test lets it pass."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def now(self) -> Instant:
        """This moment."""
        return Instant(START + self.seconds, START + self.seconds)

    def steady(self) -> float:
        """This moment, in steady seconds."""
        return START + self.seconds


@dataclass
class FakeStream:
    """A stream that remembers whether it was closed; `on_closed` is the test's to call."""

    on_closed: OnClosed
    closed: bool = False

    def close(self) -> None:
        """Ends it."""
        self.closed = True

    def end(self) -> None:
        """The nucleus ends it."""
        self.closed = True
        self.on_closed()


@dataclass
class FakeSubscription(FakeStream):
    """A subscription; `on_message` and `on_unreadable` are the test's to call."""

    topic_filter: str = ""
    on_message: OnMessage = lambda *_: None
    on_unreadable: OnUnreadable = lambda: None
    bus: Bus = Bus.LOCAL


@dataclass
class FakeConfigurationStream(FakeStream):
    """A stream of configuration changes; `on_changed` is the test's to call."""

    on_changed: Callable[[], None] = lambda: None


@dataclass
class FakeValidationStream(FakeStream):
    """A stream of deployments' requests; `on_requested` is the test's to call."""

    on_requested: OnValidationRequested = lambda *_: None


@dataclass
class FakePublication:
    """A message that was given to the nucleus."""

    topic: str
    message: Payload
    on_acknowledged: OnAcknowledged
    bus: Bus = Bus.LOCAL


@dataclass
class FakeNucleus:
    """Remembers what was asked of it; a test decides what it does."""

    document: Mapping[str, object] = field(default_factory=dict)
    refuses_to_subscribe: NucleusError | None = None
    refuses: dict[str, NucleusError] = field(default_factory=dict)
    refuses_to_read: Exception | None = None
    refuses_to_watch: NucleusError | None = None
    refuses_to_ask: NucleusError | None = None
    subscriptions: list[FakeSubscription] = field(default_factory=list)
    watches: list[FakeConfigurationStream] = field(default_factory=list)
    validations: list[FakeValidationStream] = field(default_factory=list)
    answers: list[tuple[str, str | None]] = field(default_factory=list)
    published: list[FakePublication] = field(default_factory=list)
    on_subscribe: Callable[[str], None] = lambda _: None
    reads: int = 0
    tries: int = 0

    def configuration(self) -> Mapping[str, object]:
        """The document that the test has put in."""
        self.reads += 1
        if self.refuses_to_read is not None:
            raise self.refuses_to_read
        return self.document

    def subscribe(
        self,
        topic_filter: str,
        on_message: OnMessage,
        on_unreadable: OnUnreadable,
        on_closed: OnClosed,
        bus: Bus = Bus.LOCAL,
    ) -> FakeSubscription:
        """Subscribes, unless the test wants it to fail for all topics or for this one."""
        self.tries += 1
        self.on_subscribe(topic_filter)
        refusal = self.refuses_to_subscribe or self.refuses.get(shown(bus, topic_filter))
        if refusal is not None:
            raise refusal
        subscription = FakeSubscription(
            on_closed,
            topic_filter=topic_filter,
            on_message=on_message,
            on_unreadable=on_unreadable,
            bus=bus,
        )
        self.subscriptions.append(subscription)
        return subscription

    def watch_configuration(
        self, on_changed: Callable[[], None], on_closed: OnClosed
    ) -> FakeConfigurationStream:
        """Reports changes when the test does."""
        if self.refuses_to_watch is not None:
            raise self.refuses_to_watch
        self.watches.append(FakeConfigurationStream(on_closed, False, on_changed))  # noqa: FBT003 - the fields in order
        return self.watches[-1]

    def watch_validation(
        self, on_requested: OnValidationRequested, on_closed: OnClosed
    ) -> FakeValidationStream:
        """Asks when the test does."""
        if self.refuses_to_ask is not None:
            raise self.refuses_to_ask
        self.validations.append(FakeValidationStream(on_closed, False, on_requested))  # noqa: FBT003 - the fields in order
        return self.validations[-1]

    def answer_validation(self, deployment_id: str, objection: str | None) -> None:
        """Keeps the answer."""
        self.answers.append((deployment_id, objection))

    def publish(
        self,
        topic: str,
        message: Payload,
        on_acknowledged: OnAcknowledged,
        bus: Bus = Bus.LOCAL,
    ) -> None:
        """Keeps the message; the test calls `on_acknowledged`."""
        self.published.append(FakePublication(topic, message, on_acknowledged, bus))

    def close(self) -> None:
        """Closes nothing."""

    @property
    def live(self) -> list[FakeSubscription]:
        """Subscriptions that nobody has closed."""
        return [one for one in self.subscriptions if not one.closed]

    def live_filters(self) -> list[str]:
        """Their topic filters, in the order in which they were made."""
        return [shown(one.bus, one.topic_filter) for one in self.live]


class FakeWorker:
    """A worker whose answers, and whose end, a test decides."""

    def __init__(self) -> None:
        self.started = 0
        self.running = False
        self.calls: list[tuple[str, ...]] = []
        self.operations: list[Operation] = []
        self.ends = 0

    @property
    def number(self) -> int:
        """The running process, or 0."""
        return self.started if self.running else 0

    def warm_up(self) -> None:
        """Starts a process unless there is one."""
        if not self.running:
            self.started += 1
            self.running = True

    def call(self, call: Call) -> int:
        """Takes a call."""
        self.warm_up()
        self.calls.append(call.thing_names)
        self.operations.append(call.operation)
        return len(self.calls)

    def end(self) -> None:
        """Ends the process."""
        self.ends += self.running
        self.running = False
