"""Enrols client devices at a core device, through AWS IoT Core."""

import json
import sys
import uuid

import boto3

NAMES_PER_MESSAGE = 30  # of any length: nucleus lite takes 5,000 bytes with the topic


def enrol(iot_data, core, thing_names):
    """Returns the id that comes back in the results."""
    request_id = str(uuid.uuid4())
    for start in range(0, len(thing_names), NAMES_PER_MESSAGE):
        names = thing_names[start : start + NAMES_PER_MESSAGE]
        payload = json.dumps({"thingNames": names, "id": request_id})
        iot_data.publish(topic=f"clientdevices/{core}/enrol", qos=1, payload=payload)
    return request_id


if __name__ == "__main__":
    core_thing_name, *names_to_enrol = sys.argv[1:]
    print(enrol(boto3.client("iot-data"), core_thing_name, names_to_enrol))
