"""How many subscriptions nucleus lite has room for, in its daemons and in all (measured)."""

from collections import Counter
from collections.abc import Callable
from enum import Enum

from greengrass_sandbox.nucleus.errors import service_error


class Daemon(Enum):
    """Who keeps subscriptions; the value is how many it has room for."""

    PUBSUB = 99
    CONFIGURATION = 93
    """Of its 100 connections the device's other daemons hold seven."""
    IOT_CORE = 100


class SubscriptionBudget:
    """Counts the subscriptions of a device.

    Args:
        limit: How many there may be of all kinds; None means that there is no limit.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._taken: Counter[Daemon] = Counter()

    def check(self, daemon: Daemon) -> None:
        """Whether there is room for one more.

        Raises:
            OperationError: ServiceError; there is not.
        """
        if self._limit is not None and self._taken.total() >= self._limit:
            raise service_error("Failed to bind subscription.")
        self.check_call(daemon)
        if self._taken[daemon] >= daemon.value:
            raise service_error("Failed to bind subscription.")

    def check_call(self, daemon: Daemon) -> None:
        """Whether a daemon has a connection left for a call.

        Raises:
            OperationError: ServiceError; all its connections are subscriptions.
        """
        # Pub/sub keeps one connection free; the configuration daemon does not.
        if daemon is Daemon.CONFIGURATION and self._taken[daemon] >= daemon.value:
            raise service_error()

    def take(self, daemon: Daemon) -> Callable[[], None]:
        """Count one more; the function that is returned gives it back, once.

        Raises:
            OperationError: ServiceError; there is no room.
        """
        self.check(daemon)
        self._taken[daemon] += 1
        held = True

        def give_back() -> None:
            nonlocal held
            if held:
                held = False
                self._taken[daemon] -= 1

        return give_back
