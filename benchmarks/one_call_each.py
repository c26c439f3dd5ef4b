"""The straightforward script: one call to the cloud for each announcement, inside its callback."""

import json
import os
import sys
from typing import Any

import boto3
from awsiot.greengrasscoreipc import connect, model
from awsiot.greengrasscoreipc.client import SubscribeToTopicStreamHandler

from benchmarks.listening import listen


class Associate(SubscribeToTopicStreamHandler):  # type: ignore[misc] # the SDK has no types
    """Associates every device that announces itself, and publishes that."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - the SDK has no types
        super().__init__()
        self._client = client
        self._cloud = boto3.client("greengrassv2")

    def on_stream_event(self, event: Any) -> None:  # noqa: ANN401 - the SDK has no types
        """An announcement."""
        name = json.loads(event.binary_message.message)["thingName"]
        self._cloud.batch_associate_client_device_with_core_device(
            coreDeviceThingName=os.environ["AWS_IOT_THING_NAME"], entries=[{"thingName": name}]
        )
        result = json.dumps({"results": [{"thingName": name, "status": "associated"}]}).encode()
        message = model.PublishMessage(binary_message=model.BinaryMessage(message=result))
        self._client.new_publish_to_topic().activate(
            model.PublishToTopicRequest(topic=f"{sys.argv[1]}/status", publish_message=message)
        )


def main() -> None:
    """`one_call_each <topic>`."""
    client = connect()
    listen(client, sys.argv[1], Associate(client))


if __name__ == "__main__":
    main()
