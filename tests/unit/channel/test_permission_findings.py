"""What is known of permissions, on the socket."""

import pytest

from client_device_associator.channel.permission_findings import decode_finding, encode_finding
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.operation import Operation
from client_device_associator.core.permission import Permission, PermissionFinding

DENIED = PermissionFinding(
    Operation.ASSOCIATE, Permission.DENIED, FailureCause.ACCESS_DENIED, "Code", "words"
)


@pytest.mark.parametrize("found", [DENIED, PermissionFinding(Operation.LIST, Permission.ALLOWED)])
def test_a_finding_comes_as_it_was_sent(found: PermissionFinding) -> None:
    """With a cause and without."""
    assert decode_finding(encode_finding(found)) == found


@pytest.mark.parametrize("change", [{"operation": "x"}, {"permission": 5}, {"cause": []}])
def test_what_is_none_is_refused(change: dict[str, object]) -> None:
    """It may be of another version."""
    with pytest.raises(ValueError, match="is not a valid"):
        decode_finding({**encode_finding(DENIED), **change})
