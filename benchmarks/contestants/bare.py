"""A bare IPC subscriber: it counts the messages on a topic, and does nothing else."""

import sys

from awsiot.greengrasscoreipc import connect
from awsiot.greengrasscoreipc.client import SubscribeToTopicStreamHandler

from benchmarks.contestants.listening import answer_questions, disconnect, subscribe


class Counter(SubscribeToTopicStreamHandler):  # type: ignore[misc] # the SDK has no types
    """Counts."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def on_stream_event(self, _event: object) -> None:
        """One more."""
        self.count += 1


def main() -> None:
    """`bare <topic filter>`."""
    client, counter = connect(), Counter()
    subscribe(client, sys.argv[1], counter)
    answer_questions(lambda: {"received": counter.count, "failed": 0})
    disconnect(client)


if __name__ == "__main__":
    main()
