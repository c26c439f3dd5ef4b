"""The IAM statement that the token exchange role lacks, filled in as far as this device knows."""

import json
import re

from client_device_associator.core.operation import Operation

_ARN_IN_MESSAGE = re.compile(r"arn:(?P<partition>aws[a-z-]*):(?:iam|sts)::(?P<account>\d{12}):")
"""An AccessDeniedException's message names the role by its ARN, partition and account included."""

_PARTITION_OF_REGION = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}

ACTIONS = {
    Operation.ASSOCIATE: "greengrass:BatchAssociateClientDeviceWithCoreDevice",
    Operation.DISASSOCIATE: "greengrass:BatchDisassociateClientDeviceFromCoreDevice",
    Operation.LIST: "greengrass:ListClientDevicesAssociatedWithCoreDevice",
}
"""Of IAM, by what is asked for; each takes the core device as its resource."""

_ANY = "*"


def iam_statement(
    core_thing_name: str, region: str, denial: str, operation: Operation = Operation.ASSOCIATE
) -> str:
    """The statement to add to the role's policy, as one line of JSON.

    Args:
        core_thing_name: This core device.
        region: Its AWS region; "" if it is not known.
        denial: The service's message, from which the account is read if it is there.
        operation: What was denied.
    """
    found = _ARN_IN_MESSAGE.search(denial)
    partition = found["partition"] if found else _partition(region)
    account = found["account"] if found else _ANY
    prefix = f"arn:{partition}:greengrass:{region or _ANY}:{account}"
    return json.dumps(
        {
            "Effect": "Allow",
            "Action": ACTIONS[operation],
            # The documentation writes the resource in both ways.
            "Resource": [
                f"{prefix}:coreDevices:{core_thing_name}",
                f"{prefix}:coreDevices/{core_thing_name}",
            ],
        }
    )


def _partition(region: str) -> str:
    return next(
        (name for prefix, name in _PARTITION_OF_REGION.items() if region.startswith(prefix)), "aws"
    )
