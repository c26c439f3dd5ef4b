"""Associates the client devices that it is called with, and prints their results."""

import json
import queue
import sys
import time
import uuid

from awsiot.greengrasscoreipc.clientv2 import GreengrassCoreIPCClientV2
from awsiot.greengrasscoreipc.model import BinaryMessage, PublishMessage

TOPIC = "clientdevices/announce"
FINAL = {"associated", "failed", "rejected"}
NAMES_PER_MESSAGE = 50  # of any length: nucleus lite takes 7,300 bytes
ANNOUNCE_AGAIN_SECONDS = 60  # local publish/subscribe delivers at most once


def associate(client, thing_names, patience_seconds=600):
    """Returns the final result of each client device that had one in time, by thing name."""
    request_id = str(uuid.uuid4())
    messages = queue.Queue()

    def on_result(event):
        if event.binary_message:
            messages.put(event.binary_message.message)

    _, subscription = client.subscribe_to_topic(topic=f"{TOPIC}/status", on_stream_event=on_result)
    final = {}
    give_up_at = time.monotonic() + patience_seconds
    try:
        while missing := [name for name in thing_names if name not in final]:
            announce(client, missing, request_id)
            again_at = min(time.monotonic() + ANNOUNCE_AGAIN_SECONDS, give_up_at)
            final.update(results(messages, missing, request_id, again_at))
            if time.monotonic() >= give_up_at:
                break
    finally:
        subscription.close()
    return final


def announce(client, names, request_id):
    for start in range(0, len(names), NAMES_PER_MESSAGE):
        document = {"thingNames": names[start : start + NAMES_PER_MESSAGE], "id": request_id}
        message = PublishMessage(
            binary_message=BinaryMessage(message=json.dumps(document).encode())
        )
        client.publish_to_topic(topic=TOPIC, publish_message=message)


def results(messages, names, request_id, until):
    final = {}
    while not final.keys() >= set(names):
        try:
            message = messages.get(timeout=max(0, until - time.monotonic()))
        except queue.Empty:
            break
        for result in json.loads(message)["results"]:
            if result.get("id") == request_id and result["status"] in FINAL:
                final[result.get("thingName")] = result
    return final


if __name__ == "__main__":
    ipc = GreengrassCoreIPCClientV2()
    try:
        for name, result in associate(ipc, sys.argv[1:]).items():
            print(name, result["status"], result.get("message", ""))
    finally:
        ipc.close()
