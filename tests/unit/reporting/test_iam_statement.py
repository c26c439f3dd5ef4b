import json

import pytest

from client_device_associator.reporting.iam_statement import iam_statement

DENIAL = (
    "User: arn:aws-cn:sts::123456789012:assumed-role/Role/x is not authorized to perform:"
    " greengrass:BatchAssociateClientDeviceWithCoreDevice"
)


@pytest.mark.parametrize(
    ("region", "denial", "prefix"),
    [
        ("cn-north-1", DENIAL, "arn:aws-cn:greengrass:cn-north-1:123456789012"),
        ("eu-central-1", "", "arn:aws:greengrass:eu-central-1:*"),
        ("us-gov-west-1", "no", "arn:aws-us-gov:greengrass:us-gov-west-1:*"),
        ("cn-north-1", "no", "arn:aws-cn:greengrass:cn-north-1:*"),
        ("", "", "arn:aws:greengrass:*:*"),
    ],
)
def test_is_filled_in_as_far_as_known(region: str, denial: str, prefix: str) -> None:
    """Partition and account come from the denial, or are guessed and left open."""
    assert json.loads(iam_statement("core-1", region, denial)) == {
        "Effect": "Allow",
        "Action": "greengrass:BatchAssociateClientDeviceWithCoreDevice",
        "Resource": [f"{prefix}:coreDevices:core-1", f"{prefix}:coreDevices/core-1"],
    }
