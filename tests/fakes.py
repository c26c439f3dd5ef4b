"""Stand-ins for the ports: the nucleus, the worker and the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from builders import START
from client_device_associator.core.decision import Call
from client_device_associator.core.instant import Instant
from client_device_associator.errors import NucleusError
from client_device_associator.messages.announcement import Payload
from client_device_associator.nucleus.port import (
    ComponentState,
    OnAsked,
    OnClosed,
    OnEstablished,
    OnMessage,
    OnTaken,
)


class FakeClock:
    """Time that passes only when it is told to."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def now(self) -> Instant:
        """This moment."""
        return Instant(START + self.seconds, START + self.seconds)


@dataclass
class FakeSubscription:
    """A subscription that remembers whether it was closed."""

    topic_filter: str
    on_message: OnMessage
    on_closed: OnClosed
    closed: bool = False

    def close(self) -> None:
        """Ends it."""
        self.closed = True


@dataclass
class FakeWatch:
    """A stream of configuration changes; `on_changed` and `on_closed` are the test's to call."""

    on_changed: Callable[[], None]
    on_closed: OnClosed
    closed: bool = False

    def close(self) -> None:
        """Ends it."""
        self.closed = True


@dataclass
class FakeQuestions:
    """A stream of questions by deployments; `on_asked` and `on_closed` are the test's to call."""

    on_asked: OnAsked
    on_closed: OnClosed
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
    refuses: dict[str, NucleusError] = field(default_factory=dict)
    unreadable: NucleusError | None = None
    refuses_to_watch: NucleusError | None = None
    never_asks: NucleusError | None = None
    subscriptions: list[FakeSubscription] = field(default_factory=list)
    watches: list[FakeWatch] = field(default_factory=list)
    agreements: list[FakeWatch] = field(default_factory=list)
    questions: list[FakeQuestions] = field(default_factory=list)
    answers: list[tuple[str, str | None]] = field(default_factory=list)
    published: list[FakePublication] = field(default_factory=list)
    states: list[ComponentState] = field(default_factory=list)
    on_subscribe: Callable[[], None] = lambda: None
    reads: int = 0
    tries: int = 0

    def configuration(self) -> Mapping[str, object]:
        """The document that the test has put in."""
        self.reads += 1
        if self.unreadable is not None:
            raise self.unreadable
        return self.document

    def subscribe(
        self,
        topic_filter: str,
        on_message: OnMessage,
        on_closed: OnClosed,
        on_established: OnEstablished,
    ) -> FakeSubscription:
        """Subscribes, unless the test wants it to fail for all topics or for this one."""
        self.tries += 1
        self.on_subscribe()
        refusal = self.refuses_to_subscribe or self.refuses.get(topic_filter)
        if refusal is not None:
            raise refusal
        subscription = FakeSubscription(topic_filter, on_message, on_closed)
        self.subscriptions.append(subscription)
        on_established()
        return subscription

    def watch_configuration(self, on_changed: Callable[[], None], on_closed: OnClosed) -> FakeWatch:
        """Tells of changes when the test does."""
        if self.refuses_to_watch is not None:
            raise self.refuses_to_watch
        watch = FakeWatch(on_changed, on_closed)
        self.watches.append(watch)
        return watch

    def watch_validation(self, on_asked: OnAsked, on_closed: OnClosed) -> FakeQuestions:
        """Asks when the test does."""
        if self.never_asks is not None:
            raise self.never_asks
        questions = FakeQuestions(on_asked, on_closed)
        self.questions.append(questions)
        return questions

    def answer_validation(self, deployment_id: str, objection: str | None) -> None:
        """Keeps the answer."""
        self.answers.append((deployment_id, objection))

    def agree_to_component_updates(self, on_closed: OnClosed) -> FakeWatch:
        """Asks for nothing."""
        self.agreements.append(FakeWatch(lambda: None, on_closed))
        return self.agreements[-1]

    def publish(self, topic: str, message: Payload, on_taken: OnTaken) -> None:
        """Keeps the message; the test calls `on_taken`."""
        self.published.append(FakePublication(topic, message, on_taken))

    def report(self, state: ComponentState) -> None:
        """Keeps the state."""
        self.states.append(state)

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
