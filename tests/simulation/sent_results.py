"""Results: which are owed, and which have come to those who listen."""

from client_device_associator.core.result import ROSTER_TOPIC, Result
from client_device_associator.messages.metric_message import METRICS_TOPIC
from client_device_associator.messages.payload import Payload
from client_device_associator.messages.topic import HEALTH_TOPIC
from simulation.checks import Checks
from simulation.facts import DurableResult, Key
from simulation.result_keys import keys, read_document
from simulation.world import World
from support.aws_metrics import why_not


class SentResults(Checks):
    """Keeps an eye on what is published."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.durable: dict[Key, list[DurableResult]] = {}
        self.dropped = 0
        self.health_requested_at = self.health_published_at = -1.0

    def key(self, result: Result) -> Key:
        """How the announcer keeps the result apart from others."""
        is_own = result.topic == ROSTER_TOPIC
        topic = ROSTER_TOPIC if is_own else f"{result.topic}/status"
        return (topic, result.thing_name, result.status.value, result.announcement_id)

    def health_requested(self) -> None:
        """A request for health was delivered."""
        self.health_requested_at = self.world.time

    def published(self, topic: str, message: Payload) -> None:
        """The nucleus is given a message."""
        if topic == HEALTH_TOPIC:
            self.health_published_at = self.world.time
            return
        if topic == METRICS_TOPIC:
            assert why_not(message) is None, message
            return
        document = read_document(message)
        for check in self.checks:
            check.published(topic, message, document)

    def drop(self, results: int) -> None:
        """Results that were refused are dropped: more than maxPending of them are not kept."""
        self.dropped += results
        for _ in range(results):
            self.world.strike("refused result dropped")

    def delivered(self, topic: str, message: Payload) -> None:
        """The nucleus has passed a message on to those who listen."""
        if topic in (HEALTH_TOPIC, METRICS_TOPIC):
            return
        for key in keys(topic, read_document(message)):
            for one in self.durable.get(key, ()):
                one.delivered = True
