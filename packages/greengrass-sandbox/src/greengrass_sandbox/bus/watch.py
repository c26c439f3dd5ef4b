"""A subscriber on the sandbox's side: tests and the command line look at pub/sub through it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from greengrass_sandbox.bus.message import Message

OnMessage = Callable[[Message], None]
Predicate = Callable[[Sequence[Message]], bool]


class Matcher(Protocol):
    """Says which topics to collect."""

    def matches(self, topic: str) -> bool:
        """Whether a message on this topic is collected."""


class Everything:
    """All topics, those that begin with `$` too."""

    def matches(self, topic: str) -> bool:
        """See `Matcher`."""
        del topic
        return True


class Watch:
    """Collects the messages that match a filter, until it is closed.

    It needs no accessControl, counts towards no limit, and survives what kills subscriptions
    (though such a message does not reach it either). Use it on the sandbox's loop;
    `messages` may be read from any thread.

    Args:
        topic_filter: What to collect.
        forget: Called when it is closed.
        on_message: Called with each message, on the loop.
    """

    def __init__(
        self,
        topic_filter: Matcher,
        forget: Callable[["Watch"], None],
        on_message: OnMessage = lambda _: None,
    ) -> None:
        self.messages: list[Message] = []
        self._filter = topic_filter
        self._forget = forget
        self._on_message = on_message
        self._waiting: list[tuple[Predicate, asyncio.Future[None]]] = []

    def offer(self, message: Message) -> None:
        """Collect the message, if it matches."""
        if not self._filter.matches(message.topic):
            return
        self.messages.append(message)
        self._on_message(message)
        for predicate, arrived in self._waiting:
            if not arrived.done() and predicate(self.messages):
                arrived.set_result(None)

    async def wait_for(self, predicate: Predicate, timeout_seconds: float) -> list[Message]:
        """Wait until the predicate holds of all messages so far, and return a copy of them.

        Raises:
            asyncio.TimeoutError: It did not in time.
        """
        if not predicate(self.messages):
            waiter = (predicate, asyncio.get_running_loop().create_future())
            self._waiting.append(waiter)
            try:
                await asyncio.wait_for(waiter[1], timeout_seconds)
            finally:
                self._waiting.remove(waiter)
        return list(self.messages)

    def close(self) -> None:
        """Collect no more."""
        self._forget(self)
