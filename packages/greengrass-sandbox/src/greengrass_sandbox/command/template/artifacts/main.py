"""Answers each request on hello/request with a greeting on hello/response."""

import json
import signal
import sys
import threading

from awsiot.greengrasscoreipc.clientv2 import GreengrassCoreIPCClientV2
from awsiot.greengrasscoreipc.model import (
    BinaryMessage,
    ConfigurationUpdateEvents,
    PublishMessage,
    SubscriptionResponseMessage,
)

REQUESTS = "hello/request"
RESPONSES = "hello/response"
SETTING = ["greeting"]
"""Where the greeting is in the component's configuration."""


class Greeter:
    """Answers requests, with the greeting that is configured at that moment.

    Args:
        client: The connection to the nucleus.
        ended: Is set when the nucleus has closed a subscription.
    """

    def __init__(self, client: GreengrassCoreIPCClientV2, ended: threading.Event) -> None:
        self._client = client
        self._ended = ended
        self._greeting = ""

    def start(self) -> None:
        """Read the configuration and listen."""
        # The subscription comes before the first reading, so that no change is missed.
        self._client.subscribe_to_configuration_update(
            key_path=SETTING, on_stream_event=self._configured, on_stream_closed=self._ended.set
        )
        self._read()
        self._client.subscribe_to_topic(
            topic=REQUESTS, on_stream_event=self._answer, on_stream_closed=self._ended.set
        )

    def _read(self) -> None:
        self._greeting = self._client.get_configuration(key_path=SETTING).value[SETTING[-1]]
        print("the greeting is", self._greeting)

    def _configured(self, _event: ConfigurationUpdateEvents) -> None:
        self._read()

    def _answer(self, event: SubscriptionResponseMessage) -> None:
        # A JSON message, or bytes: a program on the core device may send either.
        if event.json_message:
            request = event.json_message.message
        else:
            request = json.loads(event.binary_message.message)
        text = json.dumps({"text": f"{self._greeting}, {request['name']}"})
        print("answering", text)
        message = PublishMessage(binary_message=BinaryMessage(message=text.encode()))
        self._client.publish_to_topic(topic=RESPONSES, publish_message=message)


def main() -> int:
    """Run until the nucleus says SIGTERM, or is gone; returns the exit code."""
    terminated, ended = threading.Event(), threading.Event()

    def terminate(_number: int, _frame: object) -> None:
        terminated.set()
        ended.set()

    signal.signal(signal.SIGTERM, terminate)
    client = GreengrassCoreIPCClientV2()
    Greeter(client, ended).start()
    ended.wait()
    client.close()
    # With an exit code that is not 0, the nucleus starts the component again.
    return 0 if terminated.is_set() else 1


if __name__ == "__main__":
    sys.exit(main())
