"""Looking at local publish/subscribe from outside the sandbox's loop."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.bus.watch import Watch
from greengrass_sandbox.nucleus.server import Nucleus
from greengrass_sandbox.plumbing.loop import LoopThread

DEFAULT_WAIT_SECONDS = 30.0


class SyncWatch:
    """Collects messages; for callers that are synchronous.

    Args:
        watch: What collects, on the loop.
        topic_filter: Its filter, for messages of errors.
        loop: The sandbox's loop.
    """

    def __init__(self, watch: Watch, topic_filter: str, loop: LoopThread) -> None:
        self._watch = watch
        self._topic_filter = topic_filter
        self._loop = loop

    @property
    def messages(self) -> list[Message]:
        """What has come so far."""
        return list(self._watch.messages)

    def wait_for(
        self,
        predicate: Callable[[Sequence[Message]], bool],
        timeout: float = DEFAULT_WAIT_SECONDS,
    ) -> list[Message]:
        """Wait until the predicate holds of all messages so far, and return them.

        Raises:
            TimeoutError: It did not within ``timeout`` seconds; tells what has come.
        """
        try:
            return self._loop.call(self._watch.wait_for, predicate, timeout)
        except (TimeoutError, asyncio.TimeoutError) as error:
            last = "".join(f"\n  {it.topic}: {it.payload!r}" for it in self.messages[-10:])
            raise TimeoutError(
                f"what was awaited on {self._topic_filter} did not come within {timeout:g} s; "
                f"there were {len(self.messages)} messages, the last of them:{last or ' none'}"
            ) from error

    def wait_for_count(self, count: int, timeout: float = DEFAULT_WAIT_SECONDS) -> list[Message]:
        """Wait until so many messages have come, and return all.

        Raises:
            TimeoutError: Fewer came within ``timeout`` seconds; tells which.
        """
        return self.wait_for(lambda messages: len(messages) >= count, timeout)

    def close(self) -> None:
        """Collect no more."""
        self._loop.call(self._watch.close)


def wait_for_subscriber(
    nucleus: Nucleus, components: Iterable[str], topic: str, timeout: float, loop: LoopThread
) -> None:
    """Wait until a component listens on a topic.

    Raises:
        TimeoutError: None did within ``timeout`` seconds; tells who listens to what.
    """
    try:
        loop.call(nucleus.wait_for_subscriber, topic, timeout)
    except (TimeoutError, asyncio.TimeoutError) as error:
        heard = {name: loop.call(nucleus.subscriptions, name) for name in components}
        listening = "".join(f"\n  {name}: {filters}" for name, filters in heard.items())
        raise TimeoutError(
            f"no component subscribed to {topic} within {timeout:g} s. "
            f"Who listens to what:{listening or ' nobody'}"
        ) from error
