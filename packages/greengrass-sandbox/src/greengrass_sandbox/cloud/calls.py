"""A record of everything that the cloud was asked for."""

import asyncio
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Call:
    """One request, whatever became of it.

    Attributes:
        time: When it arrived, in seconds since the epoch.
        operation: The operation's name, or method and path of what is none.
        core: The core device that it names, or "".
        thing_names: The client devices of its entries, in order and as often as they came.
        query: Its query parameters, such as `maxResults` and `nextToken` of a list.
        caller: The core device whose credentials signed it; None: nobody's in particular, or it is
            not answered yet.
        status: The HTTP status of the answer; None as long as, or because, there was none.
        error_code: The name of the modelled (or signature) error that was answered, if one was.
        answered_at: When the answer was ready, in seconds since the epoch.
    """

    time: float
    operation: str
    core: str
    thing_names: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    caller: str | None = None
    status: int | None = None
    error_code: str | None = None
    answered_at: float | None = None


class CallLog:
    """All calls in the order of their arrival, kept for as long as the sandbox lives.

    It is never cut: a call costs about a kilobyte, so a run of a million would fill a gigabyte.
    """

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._changed = asyncio.Condition()

    def snapshot(self) -> list[Call]:
        """All calls until now; safe from any thread."""
        return list(self._calls)

    async def arrived(self, call: Call) -> int:
        """Note a call that has arrived. Returns its number, for `answered`."""
        self._calls.append(call)
        await self._notify()
        return len(self._calls) - 1

    async def answered(
        self,
        number: int,
        *,
        caller: str | None,
        status: int | None,
        error_code: str | None,
        now: float,
    ) -> None:
        """Note whose call it was, and what was answered to it."""
        self._calls[number] = dataclasses.replace(
            self._calls[number],
            caller=caller,
            status=status,
            error_code=error_code,
            answered_at=now,
        )
        await self._notify()

    async def wait_for(
        self, count: int, *, operation: str | None = None, answered: bool = False
    ) -> list[Call]:
        """Wait until so many calls (of one operation) have come (and have their answers).

        Returns:
            All calls that have come, of that operation if one is named.
        """

        def found() -> list[Call]:
            return [call for call in self._calls if operation in (None, call.operation)]

        def enough() -> bool:
            return sum(not answered or call.answered_at is not None for call in found()) >= count

        async with self._changed:
            await self._changed.wait_for(enough)
        return found()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
