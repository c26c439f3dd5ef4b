"""The obvious script: the SDK's second client, and one call to the cloud for each announcement.

It remembers in memory whom it has associated. Callbacks run in the SDK's pool of threads, as they
do by default, with as many announcements waiting in it as come. What the cloud refuses is lost.
"""

import json
import os
import sys
import threading
from typing import Any

import boto3
from awsiot.greengrasscoreipc.clientv2 import GreengrassCoreIPCClientV2
from awsiot.greengrasscoreipc.model import BinaryMessage, PublishMessage
from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.contestants.listening import answer_questions


class Associate:
    """Associates every device that announces itself, and publishes that.

    Args:
        ipc: The SDK's client.
        topic: On which devices are announced.
    """

    def __init__(self, ipc: Any, topic: str) -> None:  # noqa: ANN401 - the SDK has no types
        self._ipc = ipc
        self._topic = topic
        self._lock = threading.Lock()
        self._cloud: Any = None
        self._known: set[str] = set()
        self.counts = {"received": 0, "failed": 0}

    def on_event(self, event: Any) -> None:  # noqa: ANN401 - the SDK has no types
        """An announcement."""
        self._count("received")
        name = json.loads(event.binary_message.message)["thingName"]
        if name not in self._known:
            try:
                self._client().batch_associate_client_device_with_core_device(
                    coreDeviceThingName=os.environ["AWS_IOT_THING_NAME"],
                    entries=[{"thingName": name}],
                )
            except (BotoCoreError, ClientError):
                self._count("failed")
                return
            self._known.add(name)
        result = {"thingName": name, "status": "associated"}
        payload = json.dumps({"results": [result]}).encode()
        self._ipc.publish_to_topic(
            topic=f"{self._topic}/status",
            publish_message=PublishMessage(binary_message=BinaryMessage(message=payload)),
        )

    def _client(self) -> Any:  # noqa: ANN401 - the SDK has no types
        """Made when it is needed first: that fails without credentials."""
        with self._lock:
            if self._cloud is None:
                self._cloud = boto3.client("greengrassv2")
            return self._cloud

    def _count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1


def main() -> None:
    """`obvious <topic>`."""
    ipc = GreengrassCoreIPCClientV2()
    associate = Associate(ipc, sys.argv[1])
    ipc.subscribe_to_topic(topic=sys.argv[1], on_stream_event=associate.on_event)
    answer_questions(lambda: associate.counts)
    # Thousands of announcements may wait in the pool, and the end must not wait for them.
    os._exit(0)


if __name__ == "__main__":
    main()
