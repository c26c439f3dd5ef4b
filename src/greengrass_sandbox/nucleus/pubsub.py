"""Local pub/sub: SubscribeToTopic and PublishToTopic, and who gets what."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from greengrass_sandbox.nucleus.authorization import AccessControl
from greengrass_sandbox.nucleus.errors import invalid_arguments, unauthorized
from greengrass_sandbox.nucleus.message import (
    Message,
    check_topic_length,
    checked,
    from_request,
    is_lost,
    kills_subscriptions,
)
from greengrass_sandbox.nucleus.stream import NAMESPACE, Stream
from greengrass_sandbox.nucleus.subscription_budget import SubscriptionBudget
from greengrass_sandbox.nucleus.topic_filter import TopicFilter
from greengrass_sandbox.nucleus.watch import Watch
from greengrass_sandbox.profile import Profile

_RECEIVE_ALL = "RECEIVE_ALL_MESSAGES"
_RECEIVE_FROM_OTHERS = "RECEIVE_MESSAGES_FROM_OTHERS"


@dataclass(eq=False)
class _Subscription:
    stream: Stream
    topic_filter: TopicFilter
    wants_own: bool
    dead: bool = False


class PubSub:
    """The pub/sub of one device.

    Args:
        profile: Its rules.
        access_control: A component's policies for pub/sub.
        budget: Counts subscriptions of all kinds.
    """

    def __init__(
        self,
        profile: Profile,
        access_control: Callable[[str], AccessControl],
        budget: SubscriptionBudget,
    ) -> None:
        self._profile = profile
        self._access_control = access_control
        self._budget = budget
        self._subscriptions: list[_Subscription] = []
        self._watches: list[Watch] = []
        self._next_slot = 0.0

    async def subscribe(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToTopic. Its authorization resource is the filter itself, literally."""
        text = arguments.get("topic")
        if not isinstance(text, str) or not text:
            raise invalid_arguments("Subscribe topic must not be empty")
        self._authorize(stream, text)
        check_topic_length(text, self._profile)
        topic_filter = TopicFilter(text, self._profile)
        subscription = _Subscription(
            stream, topic_filter, self._wants_own(topic_filter, arguments.get("receiveMode"))
        )
        self._budget.take()

        def end() -> None:
            self._subscriptions.remove(subscription)
            self._budget.give_back()

        stream.keep_open("SubscriptionResponseMessage", end)
        self._subscriptions.append(subscription)
        return {}

    async def publish(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """PublishToTopic."""
        topic = arguments.get("topic")
        if isinstance(topic, str):
            self._authorize(stream, topic)
        await self._pass_on(from_request(arguments, stream.component, self._profile))
        return {}

    async def publish_as_sandbox(self, message: Message) -> None:
        """Publish as a component of the sandbox's own, without accessControl.

        Raises:
            OperationError, ConnectionBroken: As a component's publish would have met them.
        """
        await self._pass_on(checked(message, self._profile))

    def watch(self, topic_filter: str) -> Watch:
        """A subscriber on the sandbox's side."""
        watch = Watch(TopicFilter(topic_filter, self._profile), self._watches.remove)
        self._watches.append(watch)
        return watch

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
            subscription.dead = True
        return len(found)

    async def _pass_on(self, message: Message) -> None:
        await self._wait_for_slot()
        receivers = [
            subscription
            for subscription in self._subscriptions
            if (subscription.wants_own or subscription.stream.component != message.publisher)
            and subscription.topic_filter.matches(message.topic)
        ]
        if kills_subscriptions(message, self._profile):
            for subscription in receivers:
                subscription.dead = True
            return
        if is_lost(message, self._profile):
            return
        for watch in tuple(self._watches):
            watch.offer(message)
        if not receivers:
            return
        event = message.event
        for subscription in receivers:
            if not subscription.dead:
                await subscription.stream.send_event(event)

    async def _wait_for_slot(self) -> None:
        rate = self._profile.messages_per_second
        if rate is None:
            return
        # Scheduled from slot to slot, so that a late wake-up does not lower the rate.
        now = time.monotonic()
        self._next_slot = max(self._next_slot, now - 1 / rate) + 1 / rate
        if self._next_slot > now:
            await asyncio.sleep(self._next_slot - now)

    def _authorize(self, stream: Stream, topic: str) -> None:
        refused = self._profile.refuses_question_mark_topics and "?" in topic
        operation = NAMESPACE + stream.operation
        if refused or not self._access_control(stream.component).allows(operation, topic):
            raise unauthorized(
                f"Principal {stream.component} is not authorized to perform "
                f"aws.greengrass.ipc.pubsub:{operation} on resource {topic}"
            )

    def _wants_own(self, topic_filter: TopicFilter, receive_mode: object) -> bool:
        if not self._profile.obeys_receive_mode or receive_mode == _RECEIVE_ALL:
            return True
        return receive_mode != _RECEIVE_FROM_OTHERS and not topic_filter.has_wildcards

    def _find(self, component: str, topic_filter: str) -> list[_Subscription]:
        return [
            subscription
            for subscription in self._subscriptions
            if subscription.stream.component == component
            and subscription.topic_filter.text == topic_filter
        ]
