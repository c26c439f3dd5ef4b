"""What the scripts of this package share that listen on local pub/sub."""

import sys
from typing import Any

from awsiot.greengrasscoreipc import model
from awsiot.greengrasscoreipc.client import SubscribeToTopicStreamHandler

from benchmarks.saying import say

_ANSWER_SECONDS = 60


def subscribe(client: Any, topic: str, handler: SubscribeToTopicStreamHandler) -> None:  # noqa: ANN401 - the SDK has no types
    """Subscribes, and returns when that is done."""
    operation = client.new_subscribe_to_topic(handler)
    operation.activate(model.SubscribeToTopicRequest(topic=topic))
    operation.get_response().result(_ANSWER_SECONDS)


def disconnect(client: Any) -> None:  # noqa: ANN401 - the SDK has no types
    """Closes the connection, and returns when that is done."""
    client.close().exception(_ANSWER_SECONDS)


def listen(client: Any, topic: str, handler: SubscribeToTopicStreamHandler) -> None:  # noqa: ANN401 - the SDK has no types
    """Listens, says that it is ready, and ends when standard input does."""
    subscribe(client, topic, handler)
    say("ready")
    sys.stdin.read()
    disconnect(client)
