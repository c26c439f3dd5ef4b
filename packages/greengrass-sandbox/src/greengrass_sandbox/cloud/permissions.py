"""What IAM allows: by operation, and by whose credentials a call is signed with."""

from collections.abc import Iterable

from greengrass_sandbox.cloud.service_model import ASSOCIATE, DISASSOCIATE, LIST
from greengrass_sandbox.token_exchange.credentials import Credentials

ALL_OPERATIONS = (ASSOCIATE, DISASSOCIATE, LIST)


class Permissions:
    """The policies of the token exchange role, the same for all core devices of the account.

    Attributes:
        own_core_only: Whether the policies' resource ends in `${credentials-iot:ThingName}`, so
            that a core device may ask only about itself. Credentials of nobody in particular may
            ask about all.
    """

    def __init__(self) -> None:
        self.own_core_only = True
        self._denied: set[str] = set()

    def deny(self, operations: Iterable[str]) -> None:
        """Allow these operations no longer.

        Raises:
            ValueError: There is no such operation.
        """
        self._denied.update(_known(operations))

    def allow(self, operations: Iterable[str]) -> None:
        """Allow these operations again.

        Raises:
            ValueError: There is no such operation.
        """
        self._denied.difference_update(_known(operations))

    def allows(self, operation: str, core: str, caller: Credentials) -> bool:
        """Whether the credentials allow an operation on a core device."""
        if operation in self._denied:
            return False
        return not self.own_core_only or caller.thing_name in (None, core)


def _known(operations: Iterable[str]) -> list[str]:
    names = list(operations)
    unknown = sorted(set(names) - set(ALL_OPERATIONS))
    if unknown:
        raise ValueError(f"there is no operation {', '.join(unknown)}: {', '.join(ALL_OPERATIONS)}")
    return names
