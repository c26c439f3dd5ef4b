"""Answers each greeting on hello/request with one on hello/response."""

import json
import threading

from awsiot.greengrasscoreipc.clientv2 import GreengrassCoreIPCClientV2
from awsiot.greengrasscoreipc.model import (
    BinaryMessage,
    PublishMessage,
    SubscriptionResponseMessage,
)

client = GreengrassCoreIPCClientV2()
greeting = client.get_configuration(key_path=["greeting"]).value["greeting"]


def answer(event: SubscriptionResponseMessage) -> None:
    """Publishes the answer to one message."""
    text = json.dumps({"text": f"{greeting}, {event.json_message.message['name']}"})
    print("answering", text)  # noqa: T201 - what a component prints is its log
    message = PublishMessage(binary_message=BinaryMessage(message=text.encode()))
    client.publish_to_topic(topic="hello/response", publish_message=message)


client.subscribe_to_topic(topic="hello/request", on_stream_event=answer)
threading.Event().wait()
