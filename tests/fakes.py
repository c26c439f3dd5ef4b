"""Stand-ins for the ports: the nucleus, the worker and the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from builders import START
from client_device_associator.core.announcement import Payload
from client_device_associator.core.decision import Call
from client_device_associator.core.instant import Instant
from client_device_associator.errors import NucleusError
from client_device_associator.nucleus.port import OnMessage, OnTaken


class FakeClock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> Instant:
        """This moment."""
        return Instant(START + self.seconds, START + self.seconds)


@dataclass
class FakeSubscription:
    """A subscription that remembers whether it was closed."""

    topic_filter: str
    on_message: OnMessage
    on_closed: Callable[[], None]
    closed: bool = False

    def close(self) -> None:
        """Ends it."""
        self.closed = True


@dataclass
class FakePublication:
    """A message that was handed over."""

    topic: str
    message: Payload
    on_taken: OnTaken


@dataclass
class FakeNucleus:
    """Remembers what was asked of it; a test decides what becomes of it."""

    document: Mapping[str, object] = field(default_factory=dict)
    refuses_to_subscribe: NucleusError | None = None
    subscriptions: list[FakeSubscription] = field(default_factory=list)
    published: list[FakePublication] = field(default_factory=list)

    def configuration(self) -> Mapping[str, object]:
        """The document that the test has put in."""
        return self.document

    def subscribe(
        self, topic_filter: str, on_message: OnMessage, on_closed: Callable[[], None]
    ) -> FakeSubscription:
        """Subscribes, unless the test wants it to fail."""
        if self.refuses_to_subscribe is not None:
            raise self.refuses_to_subscribe
        subscription = FakeSubscription(topic_filter, on_message, on_closed)
        self.subscriptions.append(subscription)
        return subscription

    def publish(self, topic: str, message: Payload, on_taken: OnTaken) -> None:
        """Keeps the message; the test calls `on_taken`."""
        self.published.append(FakePublication(topic, message, on_taken))

    def report_running(self) -> None:
        """Takes note of nothing."""

    def close(self) -> None:
        """Closes nothing."""

    @property
    def live(self) -> list[FakeSubscription]:
        """Subscriptions that nobody has closed."""
        return [one for one in self.subscriptions if not one.closed]


class FakeWorker:
    """A worker whose answers, and whose end, a test makes up."""

    def __init__(self) -> None:
        self.started = 0
        self.running = False
        self.calls: list[Call] = []
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

    def call(self, call: Call) -> None:
        """Takes a call."""
        self.warm_up()
        self.calls.append(call)

    def end(self) -> None:
        """Ends the process."""
        self.ends += self.running
        self.running = False
