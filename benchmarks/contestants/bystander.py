"""Two components that play ping-pong; for each line on its input it says how many rounds so far."""

import json
import sys
from typing import Any

from awsiot.greengrasscoreipc import connect, model
from awsiot.greengrasscoreipc.client import SubscribeToTopicStreamHandler

from benchmarks.contestants.listening import disconnect, subscribe
from benchmarks.contestants.saying import say


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
        subscribe(self._client, hears, self)

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
        disconnect(self._client)


def main() -> None:
    """`bystander '["<SVCUID>", "<SVCUID>"]'`; the socket is in the environment."""
    first, second = json.loads(sys.argv[1])
    one = Player(first, "game/one", "game/two")
    two = Player(second, "game/two", "game/one")
    one.serve()
    say("ready")
    for _ in sys.stdin:
        say(f"{one.rounds}")
    for player in (one, two):
        player.close()


if __name__ == "__main__":
    main()
