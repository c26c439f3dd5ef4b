"""The configuration operations of IPC, and a deployment's changes of configuration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from greengrass_sandbox.nucleus.configuration_store import ConfigurationStore
from greengrass_sandbox.nucleus.documents import Path
from greengrass_sandbox.nucleus.errors import invalid_arguments, not_found
from greengrass_sandbox.nucleus.stream import Stream, to_json
from greengrass_sandbox.nucleus.subscription_budget import SubscriptionBudget
from greengrass_sandbox.profile import Profile


@dataclass(eq=False)
class _Subscription:
    stream: Stream
    component: str
    path: Path


class Configurations:
    """The configurations of all components, and who wants to hear of changes.

    Args:
        profile: Its rules.
        budget: Counts subscriptions of all kinds.
        clock: Seconds since 1970.
    """

    def __init__(
        self, profile: Profile, budget: SubscriptionBudget, clock: Callable[[], float]
    ) -> None:
        self._profile = profile
        self._budget = budget
        self._clock = clock
        self._stores: dict[str, ConfigurationStore] = {}
        self._subscriptions: list[_Subscription] = []

    def register(self, component: str, defaults: Mapping[str, Any]) -> None:
        """A component is there, with the defaults of its recipe."""
        store = self._stores.get(component)
        if store is None:
            self._stores[component] = ConfigurationStore(defaults, self._profile, self._clock())
        else:
            store.replace_defaults(defaults, self._clock())

    def of(self, component: str) -> dict[str, Any]:
        """A copy of a component's configuration.

        Raises:
            OperationError: No such component.
        """
        return self._store(component).document

    def candidate(
        self, component: str, merge: Mapping[str, Any], reset: Sequence[str]
    ) -> dict[str, Any]:
        """What a deployment would make of a component's configuration."""
        return self._store(component).candidate(merge, reset)

    async def apply(self, component: str, document: dict[str, Any]) -> None:
        """Give a component this configuration, and tell who subscribed to it."""
        await self._notify(component, self._store(component).apply(document, self._clock()))

    async def get(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """GetConfiguration."""
        component = _component(stream, arguments)
        value = self._store(component).read(_key_path(arguments))
        return {"componentName": component, "value": value}

    async def update(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateConfiguration, of the caller's own configuration."""
        timestamp = arguments.get("timestamp")
        if not isinstance(timestamp, int | float):
            raise invalid_arguments("Timestamp is required")
        if "valueToMerge" not in arguments:
            raise invalid_arguments("ValueToMerge is required")
        changed = self._store(stream.component).update(
            _key_path(arguments), arguments["valueToMerge"], timestamp
        )
        await self._notify(stream.component, changed)
        return {}

    async def subscribe(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToConfigurationUpdate, for a map or a leaf that is there."""
        component = _component(stream, arguments)
        path = self._store(component).path_of(_key_path(arguments))
        self._budget.take()
        subscription = _Subscription(stream, component, path)

        def end() -> None:
            self._subscriptions.remove(subscription)
            self._budget.give_back()

        stream.keep_open("ConfigurationUpdateEvents", end)
        self._subscriptions.append(subscription)
        return {}

    async def _notify(self, component: str, changed: Sequence[Path]) -> None:
        for path in changed:
            event = to_json(
                {"configurationUpdateEvent": {"componentName": component, "keyPath": list(path)}}
            )
            for subscription in tuple(self._subscriptions):
                if subscription.component == component and _concerns(path, subscription.path):
                    await subscription.stream.send_event(event)

    def _store(self, component: str) -> ConfigurationStore:
        try:
            return self._stores[component]
        except KeyError:
            raise not_found(f"there is no component {component}") from None


def _concerns(changed: Path, subscribed: Path) -> bool:
    """Whether the change is below what was subscribed to, or (a removal) takes it away."""
    shorter = min(len(changed), len(subscribed))
    return changed[:shorter] == subscribed[:shorter]


def _component(stream: Stream, arguments: Mapping[str, Any]) -> str:
    component = arguments.get("componentName")
    return component if isinstance(component, str) and component else stream.component


def _key_path(arguments: Mapping[str, Any]) -> list[str]:
    key_path = arguments.get("keyPath")
    if key_path is None:
        return []
    if not isinstance(key_path, list) or not all(isinstance(key, str) for key in key_path):
        raise invalid_arguments("keyPath must be a list of strings")
    return key_path
