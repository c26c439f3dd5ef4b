"""Somebody with the rights of an administrator, who changes things and associations by hand."""

from collections.abc import Callable, Iterable

from greengrass_sandbox.cloud.registry import ErrorEntry, Registry


class Console:
    """Changes the account as a person in the console does: no call is recorded, no fault is met.

    Args:
        registry: The account's things and associations.
        clock: Seconds since the epoch.
    """

    def __init__(self, registry: Registry, clock: Callable[[], float]) -> None:
        self._registry = registry
        self._clock = clock

    def add_things(self, names: Iterable[str]) -> None:
        """Create things."""
        self._registry.things.update(names)

    def delete_things(self, names: Iterable[str], *, keep_associations: bool | None = None) -> None:
        """Delete things.

        Args:
            names: Which; those that do not exist are no mistake.
            keep_associations: Whether their associations stay; None: as the registry is set
                (`Registry.keeps_associations`).
        """
        self._registry.delete_things(names, keep_associations=keep_associations)

    def associate(self, core: str, names: Iterable[str]) -> list[ErrorEntry]:
        """Associate client devices; returns what could not be done.

        Raises:
            LookupError: There is no such core device.
        """
        return self._registry.associate(self._known(core), names, now=self._clock())

    def disassociate(self, core: str, names: Iterable[str]) -> list[ErrorEntry]:
        """End associations; returns what could not be done.

        Raises:
            LookupError: There is no such core device.
        """
        return self._registry.disassociate(self._known(core), names)

    def _known(self, core: str) -> str:
        if core not in self._registry.cores:
            raise LookupError(f"there is no core device named {core}")
        return core
