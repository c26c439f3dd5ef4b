"""How many subscriptions, of whatever kind, one device may have."""

from greengrass_sandbox.nucleus.errors import service_error


class SubscriptionBudget:
    """Counts the subscriptions of a device against the nucleus' limit.

    Args:
        limit: None means that there is none.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._taken = 0

    def take(self) -> None:
        """Count one more.

        Raises:
            OperationError: The device has as many as this nucleus keeps.
        """
        if self._limit is not None and self._taken >= self._limit:
            raise service_error(f"this device has {self._limit} subscriptions already")
        self._taken += 1

    def give_back(self) -> None:
        """Count one less."""
        self._taken -= 1
