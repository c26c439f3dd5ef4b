"""A nucleus that is busy: requests of some kind get no answer for a while."""

import asyncio
from collections import Counter


class Holding:
    """Keeps requests waiting, by operation. It belongs on the sandbox's loop."""

    def __init__(self) -> None:
        self._released: dict[str, asyncio.Event] = {}
        self._waiting: Counter[str] = Counter()

    def hold(self, operation: str) -> None:
        """Requests for an operation, such as `GetConfiguration`, wait from now on."""
        self._released.setdefault(operation, asyncio.Event())

    def release(self, operation: str) -> None:
        """Those that wait are served, and later ones as well; nothing happens if none are held."""
        released = self._released.pop(operation, None)
        if released is not None:
            released.set()

    def release_all(self) -> None:
        """The same for every operation."""
        for operation in tuple(self._released):
            self.release(operation)

    def waiting(self, operation: str) -> int:
        """How many requests for an operation wait."""
        return self._waiting[operation]

    def holds(self, operation: str) -> bool:
        """Whether a request for an operation would have to wait."""
        return operation in self._released

    async def wait(self, operation: str) -> None:
        """Returns when a request for an operation may be served."""
        released = self._released.get(operation)
        if released is None:
            return
        self._waiting[operation] += 1
        try:
            await released.wait()
        finally:
            self._waiting[operation] -= 1
