"""Who gets a message of local pub/sub, at which pace."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.bus.watch import Everything, OnMessage, Watch
from greengrass_sandbox.nucleus.pace import Pace
from greengrass_sandbox.nucleus.stream import Stream


class TopicFilter(Protocol):
    """A filter as one kind of nucleus reads it."""

    text: str
    """As it was subscribed to."""

    def matches(self, topic: str) -> bool:
        """Whether a message on this topic is one for this filter."""


def _nothing() -> None:
    """Gives back what was not taken."""


@dataclass(eq=False)
class Subscription:
    """What a component listens to.

    Attributes:
        stream: Where its messages go.
        topic_filter: What it matches.
        wants_own: Whether its component's own messages come back.
        release: Gives back its place in the nucleus.
        dead: Whether it gets nothing any more, and does not know it.
    """

    stream: Stream
    topic_filter: TopicFilter
    wants_own: bool = True
    release: Callable[[], None] = field(default=_nothing)
    dead: bool = False


class Delivery:
    """The subscriptions of one device.

    Args:
        new_filter: Makes a filter of its text.
        pace: How fast messages are passed on.
    """

    def __init__(self, new_filter: Callable[[str], TopicFilter], pace: Pace) -> None:
        self._new_filter = new_filter
        self._pace = pace
        self._subscriptions: list[Subscription] = []
        self._watches: list[Watch] = []
        self._subscribed = asyncio.Event()

    def add(self, subscription: Subscription) -> None:
        """Deliver to a subscription until its stream ends."""

        def end() -> None:
            self._subscriptions.remove(subscription)
            subscription.release()

        subscription.stream.keep_open("SubscriptionResponseMessage", end)
        self._subscriptions.append(subscription)
        self._subscribed.set()

    async def wait_for_receiver(self, topic: str, publisher: str) -> None:
        """Returns when a message on a topic is for somebody."""
        while not self.receivers(topic, publisher):
            self._subscribed.clear()
            await self._subscribed.wait()

    def watch(self, topic_filter: str | None, on_message: OnMessage = lambda _: None) -> Watch:
        """A subscriber on the sandbox's side; without a filter, to all topics."""
        matcher = Everything() if topic_filter is None else self._new_filter(topic_filter)
        watch = Watch(matcher, self._watches.remove, on_message)
        self._watches.append(watch)
        return watch

    def receivers(self, topic: str, publisher: str) -> list[Subscription]:
        """The subscriptions that a component's message on a topic is for, dead ones too."""
        return [
            subscription
            for subscription in self._subscriptions
            if (subscription.wants_own or subscription.stream.component != publisher)
            and subscription.topic_filter.matches(topic)
        ]

    async def pass_on(self, message: Message) -> None:
        """Send a message to everybody whom it is for."""
        for watch in tuple(self._watches):
            watch.offer(message)
        event = message.event
        for subscription in self.receivers(message.topic, message.publisher):
            if not subscription.dead:
                await subscription.stream.send_event(event)

    async def wait_for_turn(self) -> None:
        """Returns when the next message may be passed on."""
        delay = self._pace.next_delay()
        if delay > 0:
            await asyncio.sleep(delay)

    def bury(self, topic: str, publisher: str) -> None:
        """Make every subscription dead that a message is for."""
        for subscription in self.receivers(topic, publisher):
            _kill(subscription)

    def filters(self, component: str, *, dead: bool) -> list[str]:
        """The filters of a component's subscriptions that are live, or that are dead."""
        return [
            subscription.topic_filter.text
            for subscription in self._subscriptions
            if subscription.stream.component == component and subscription.dead == dead
        ]

    def close(self, component: str, topic_filter: str) -> int:
        """End matching subscriptions from the nucleus' side; returns how many there were."""
        found = self._find(component, topic_filter)
        for subscription in found:
            subscription.stream.close()
        return len(found)

    def kill(self, component: str, topic_filter: str) -> int:
        """Make matching subscriptions dead, with no sign of it; returns how many there were."""
        found = self._find(component, topic_filter)
        for subscription in found:
            _kill(subscription)
        return len(found)

    def _find(self, component: str, topic_filter: str) -> list[Subscription]:
        return [
            subscription
            for subscription in self._subscriptions
            if subscription.stream.component == component
            and subscription.topic_filter.text == topic_filter
        ]


def _kill(subscription: Subscription) -> None:
    """The nucleus has let go of it: its place is free, though its stream is open."""
    subscription.dead = True
    subscription.release()
