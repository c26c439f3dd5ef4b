"""Whatever comes on roster/get, the associated client devices go out on roster/devices."""

import json
import os
import signal
import sys
import threading

import boto3
from awsiot.greengrasscoreipc.clientv2 import GreengrassCoreIPCClientV2
from awsiot.greengrasscoreipc.model import BinaryMessage, PublishMessage
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ONE_ATTEMPT = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=5)
"""This component has its own way to try again, and says so."""

asked, ended, terminated = threading.Event(), threading.Event(), threading.Event()


def client_devices():
    """Ask the cloud; the SDK finds token exchange and its address in the environment."""
    cloud = boto3.client("greengrassv2", config=ONE_ATTEMPT)
    paginator = cloud.get_paginator("list_client_devices_associated_with_core_device")
    pages = paginator.paginate(coreDeviceThingName=os.environ["AWS_IOT_THING_NAME"])
    return [it["thingName"] for page in pages for it in page["associatedClientDevices"]]


def answer(ipc, retry_seconds):
    """Answer one question, however long the cloud is away."""
    while not ended.is_set():
        try:
            publish(ipc, "roster/devices", {"devices": client_devices()})
        except (BotoCoreError, ClientError) as error:
            publish(ipc, "roster/problem", {"error": str(error), "retrySeconds": retry_seconds})
            ended.wait(retry_seconds)
        else:
            return


def publish(ipc, topic, document):
    """Say something on local publish/subscribe."""
    payload = BinaryMessage(message=json.dumps(document).encode())
    ipc.publish_to_topic(topic=topic, publish_message=PublishMessage(binary_message=payload))


def stop(*_):
    """Let the main thread end."""
    ended.set()
    asked.set()


def terminate(*_):
    """The nucleus wants the component to end."""
    terminated.set()
    stop()


signal.signal(signal.SIGTERM, terminate)
client = GreengrassCoreIPCClientV2()
key = "retrySeconds"
seconds = float(client.get_configuration(key_path=[key]).value[key])
client.subscribe_to_topic(
    topic="roster/get", on_stream_event=lambda _: asked.set(), on_stream_closed=stop
)
while asked.wait() and not ended.is_set():
    asked.clear()
    answer(client, seconds)
client.close()
# With an exit code that is not 0, the nucleus starts the component again.
sys.exit(0 if terminated.is_set() else 1)
