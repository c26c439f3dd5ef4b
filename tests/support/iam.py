"""IAM policies, checked as far as that is possible without IAM."""

import re
from collections.abc import Mapping
from typing import Any

from support.aws_cli import operations

_SERVICE_OF = {"greengrass": "greengrassv2", "iot": "iot", "s3": "s3"}
"""Services by the prefix of their actions."""

_KEYS = {"Sid", "Effect", "Action", "Resource"}
_SID = re.compile(r"[A-Za-z0-9]+")
_ARN = re.compile(r"arn:aws:(?P<service>[a-z0-9]+):[a-z0-9-]*:[0-9]*:\S+")


def check_policy(policy: Mapping[str, Any]) -> None:
    """Checks the syntax of an identity policy, that its actions exist, and its ARNs.

    Raises:
        AssertionError: IAM would not take it, or it would allow nothing.
    """
    assert policy.keys() == {"Version", "Statement"}
    assert policy["Version"] == "2012-10-17", "only this version has policy variables"
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert len(set(sids)) == len(sids), "a Sid stands for one statement"
    for statement in policy["Statement"]:
        assert statement.keys() == _KEYS
        assert _SID.fullmatch(statement["Sid"])
        assert statement["Effect"] == "Allow"
        prefix, _, action = statement["Action"].partition(":")
        actions = {operation.name for operation in operations(_SERVICE_OF[prefix]).values()}
        assert action in actions, statement["Action"]
        for resource in as_list(statement["Resource"]):
            arn = _ARN.fullmatch(resource)
            assert arn is not None, resource
            assert arn["service"] == prefix, resource


def as_list(value: str | list[str]) -> list[str]:
    """One or several, as policies have them."""
    return [value] if isinstance(value, str) else value
