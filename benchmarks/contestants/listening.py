"""What the scripts of this package share that listen on local publish/subscribe."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from awsiot.greengrasscoreipc import model
from awsiot.greengrasscoreipc.client import SubscribeToTopicStreamHandler

from benchmarks.contestants.saying import say

_ANSWER_SECONDS = 60


def subscribe(client: Any, topic: str, handler: SubscribeToTopicStreamHandler) -> None:  # noqa: ANN401 - the SDK has no types
    """Subscribes, and returns when that is done."""
    operation = client.new_subscribe_to_topic(handler)
    operation.activate(model.SubscribeToTopicRequest(topic=topic))
    operation.get_response().result(_ANSWER_SECONDS)


def disconnect(client: Any) -> None:  # noqa: ANN401 - the SDK has no types
    """Closes the connection, and returns when that is done."""
    client.close().exception(_ANSWER_SECONDS)


def answer_questions(counts: Callable[[], Mapping[str, int]]) -> None:
    """Says that it is ready, and for each line of standard input, until its end, the counts."""
    say("ready")
    for _ in sys.stdin:
        say(json.dumps(dict(counts())))
