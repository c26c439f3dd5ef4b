"""Two components that play ping-pong; for each line on its input it says how many rounds so far."""

import json
import sys
from typing import Any

from awsiot.greengrasscoreipc import connect, model
from awsiot.greengrasscoreipc.client import SubscribeToTopicStreamHandler

_ANSWER_SECONDS = 60


class Player(SubscribeToTopicStreamHandler):  # type: ignore[misc] # the SDK has no types
    """Answers each message on its topic with one on the other's.

    Args:
        svcuid: Of its component.
        hears: Its topic.
        tells: The other's.
    """

    def __init__(self, svcuid: str, hears: str, tells: str) -> None:
        super().__init__()
        self.rounds = 0
        self._tells = tells
        self._client: Any = connect(authtoken=svcuid)
        operation = self._client.new_subscribe_to_topic(self)
        operation.activate(model.SubscribeToTopicRequest(topic=hears))
        operation.get_response().result(_ANSWER_SECONDS)

    def on_stream_event(self, _event: object) -> None:
        """The ball is here."""
        self.rounds += 1
        self.serve()

    def serve(self) -> None:
        """Sends the ball over."""
        ball = model.PublishMessage(binary_message=model.BinaryMessage(message=b"ball"))
        self._client.new_publish_to_topic().activate(
            model.PublishToTopicRequest(topic=self._tells, publish_message=ball)
        )

    def close(self) -> None:
        """Ends the game."""
        self._client.close().exception(_ANSWER_SECONDS)


def main() -> None:
    """`bystander '["<SVCUID>", "<SVCUID>"]'`; the socket is in the environment."""
    first, second = json.loads(sys.argv[1])
    one = Player(first, "game/one", "game/two")
    two = Player(second, "game/two", "game/one")
    one.serve()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        sys.stdout.write(f"{one.rounds}\n")
        sys.stdout.flush()
    for player in (one, two):
        player.close()


if __name__ == "__main__":
    main()
