"""The obvious script's twin: up to 100 announcements in a call, which it makes in its callback.

Callbacks run on the SDK's own thread, so that announcements keep their order; while a call lasts,
the nucleus waits. What is left over goes out by a timer, a second after the first of it came.
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

MAX_BATCH = 100
MAX_WAIT_SECONDS = 1.0


class Associate:
    """Associates devices in batches, and publishes that.

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
        self._waiting: list[str] = []
        self._timer = threading.Timer(MAX_WAIT_SECONDS, self._flush)
        self.counts = {"received": 0, "failed": 0}

    def on_event(self, event: Any) -> None:  # noqa: ANN401 - the SDK has no types
        """An announcement."""
        name = json.loads(event.binary_message.message)["thingName"]
        with self._lock:
            self.counts["received"] += 1
            if name in self._known:
                self._publish([name])
                return
            self._waiting.append(name)
            if len(self._waiting) >= MAX_BATCH:
                self._call()
            elif len(self._waiting) == 1:
                self._timer = threading.Timer(MAX_WAIT_SECONDS, self._flush)
                self._timer.daemon = True
                self._timer.start()

    def _flush(self) -> None:
        """Calls for what has waited long enough."""
        with self._lock:
            if self._waiting:
                self._call()

    def _call(self) -> None:
        self._timer.cancel()
        batch, self._waiting = self._waiting, []
        names = set(batch)
        try:
            if self._cloud is None:
                self._cloud = boto3.client("greengrassv2")
            self._cloud.batch_associate_client_device_with_core_device(
                coreDeviceThingName=os.environ["AWS_IOT_THING_NAME"],
                entries=[{"thingName": name} for name in names],
            )
        except (BotoCoreError, ClientError):
            self.counts["failed"] += len(batch)
            return
        self._known |= names
        self._publish(batch)

    def _publish(self, names: list[str]) -> None:
        results = [{"thingName": name, "status": "associated"} for name in names]
        payload = json.dumps({"results": results}).encode()
        # Nobody waits for the answer: on the SDK's own thread that would be for ever.
        self._ipc.publish_to_topic_async(
            topic=f"{self._topic}/status",
            publish_message=PublishMessage(binary_message=BinaryMessage(message=payload)),
        )


def main() -> None:
    """`batching <topic>`."""
    ipc = GreengrassCoreIPCClientV2(executor=None)
    associate = Associate(ipc, sys.argv[1])
    ipc.subscribe_to_topic(topic=sys.argv[1], on_stream_event=associate.on_event)
    answer_questions(lambda: associate.counts)
    # A call may be in its retries, and the end must not wait for it.
    os._exit(0)


if __name__ == "__main__":
    main()
