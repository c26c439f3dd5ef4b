"""A bare IPC subscriber: counts the messages on a topic, and says how many when it ends."""

import sys

from awsiot.greengrasscoreipc import connect, model
from awsiot.greengrasscoreipc.client import SubscribeToTopicStreamHandler

_ANSWER_SECONDS = 60


class Counter(SubscribeToTopicStreamHandler):  # type: ignore[misc] # the SDK has no types
    """Counts."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def on_stream_event(self, _event: object) -> None:
        """One more."""
        self.count += 1


def main() -> None:
    """`subscriber <topic>`."""
    client = connect()
    counter = Counter()
    operation = client.new_subscribe_to_topic(counter)
    operation.activate(model.SubscribeToTopicRequest(topic=sys.argv[1]))
    operation.get_response().result(_ANSWER_SECONDS)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    client.close().exception(_ANSWER_SECONDS)


if __name__ == "__main__":
    main()
