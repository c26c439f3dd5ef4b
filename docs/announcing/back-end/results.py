"""An AWS Lambda function that an AWS IoT rule calls with each message of results."""

FINAL = {"associated", "failed", "rejected"}


def handler(event, _context):
    """Returns what became of each client device, as far as that is final."""
    final = {}
    for result in event["results"]:
        if result["status"] in FINAL:
            final[result.get("thingName")] = result["status"]
            print(event["coreDeviceThingName"], result)
    return final
