"""The configuration operations of nucleus lite, and a deployment's changes of configuration."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from greengrass_sandbox.kinds.lite.arguments import Fields
from greengrass_sandbox.kinds.lite.authorization import ACCESS_CONTROL
from greengrass_sandbox.kinds.lite.budget import Daemon, SubscriptionBudget
from greengrass_sandbox.kinds.lite.bus import check_request
from greengrass_sandbox.kinds.lite.configuration_store import LiteConfiguration
from greengrass_sandbox.nucleus.documents import Document, Path
from greengrass_sandbox.nucleus.errors import (
    OperationError,
    invalid_arguments,
    not_found,
    service_error,
)
from greengrass_sandbox.nucleus.stream import Stream

_ALIASES = {"aws.greengrass.Nucleus": "aws.greengrass.NucleusLite"}
"""Names under which a configuration can be read too."""
_MAX_KEYS = 12
"""Of a key path below a component's configuration; 15 with the three before it."""
_MILLISECONDS = 1000


@dataclass(eq=False)
class _Subscription:
    stream: Stream
    component: str
    requested_name: str
    path: Path


class LiteConfigurations:
    """The configurations of all components, and who wants to hear of changes.

    Args:
        budget: Counts subscriptions of all kinds.
        clock: Seconds since 1970.
    """

    def __init__(self, budget: SubscriptionBudget, clock: Callable[[], float]) -> None:
        self._budget = budget
        self._clock = clock
        self._stores: dict[str, LiteConfiguration] = {}
        self._subscriptions: list[_Subscription] = []

    def register(self, component: str, defaults: Mapping[str, Any]) -> None:
        """A component is there, with the defaults of its recipe."""
        store = self._stores.get(component)
        if store is None:
            self._stores[component] = LiteConfiguration(defaults, self._now())
        else:
            store.replace_defaults(defaults, self._now())

    def provide(self, component: str, configuration: Mapping[str, Any]) -> None:
        """A part of the nucleus is there, with a configuration that keeps its types."""
        self._stores[component] = LiteConfiguration({}, self._now())
        self._stores[component].apply(dict(configuration), self._now())

    def of(self, component: str) -> Document:
        """A copy of a component's configuration.

        Raises:
            OperationError: No such component.
        """
        return self._store(component).document

    def value_at(self, component: str, key_path: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
        """What is at a key path; None if there is nothing, or lite cannot read it."""
        try:
            self._budget.check_call(Daemon.CONFIGURATION)
            return self._store(component).read(key_path)
        except OperationError:
            return None

    def candidate(self, component: str, merge: Mapping[str, Any], reset: Sequence[str]) -> Document:
        """What a deployment would make of a component's configuration."""
        return self._store(component).candidate(merge, reset)

    async def apply(self, component: str, document: Document) -> None:
        """Give a component this configuration, and tell who subscribed to it.

        Nobody is told of a removal, and a subscription to what was removed is deaf.
        """
        changed, removed = self._store(component).apply(document, self._now())
        for gone in removed:
            self._forget(component, gone)
        await self._notify(component, changed)

    async def get(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """GetConfiguration."""
        fields = Fields(arguments)
        keys = fields.key_path()
        requested = fields.optional_text("componentName")
        component = stream.component if requested is None else requested
        _check_depth(keys)
        self._budget.check_call(Daemon.CONFIGURATION)
        value = self._store(_stored_name(component)).read(keys)
        if not isinstance(value, dict):
            value = {keys[-1]: value}
        return {"componentName": component, "value": value}

    async def update(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateConfiguration, of the caller's own configuration."""
        fields = Fields(arguments, invalid_arguments)
        value, timestamp = fields.anything("valueToMerge"), fields.double("timestamp")
        keys = fields.key_path()
        touched = keys[:1] or (list(value) if isinstance(value, dict) else [])
        if ACCESS_CONTROL in touched:
            raise invalid_arguments(
                f"Config update is not allowed for following field [{ACCESS_CONTROL}]"
            )
        _check_depth(keys)
        if timestamp < 0:
            raise service_error("Failed to update the configuration.")
        path = ["services", stream.component, "configuration", *keys]
        milliseconds = int(timestamp * _MILLISECONDS)
        check_request("write", {"key_path": path, "value": value, "timestamp": milliseconds})
        self._budget.check_call(Daemon.CONFIGURATION)
        for changed in self._store(stream.component).write(keys, value, milliseconds):
            await self._notify(stream.component, [changed])
        return {}

    async def subscribe(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToConfigurationUpdate, for a map or a leaf that is there."""
        fields = Fields(arguments)
        requested = fields.optional_text("componentName")
        keys = fields.key_path()
        name = stream.component if requested is None else requested
        _check_depth(keys)
        self._budget.check(Daemon.CONFIGURATION)
        component = _stored_name(name)
        if not self._store(component).has(keys):
            raise not_found("Key not found")
        subscription = _Subscription(stream, component, name, tuple(keys))
        release = self._budget.take(Daemon.CONFIGURATION)

        def end() -> None:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)
            release()

        stream.keep_open("ConfigurationUpdateEvents", end)
        self._subscriptions.append(subscription)
        return {}

    async def _notify(self, component: str, changed: Iterable[Path]) -> None:
        for path in changed:
            for subscription in tuple(self._subscriptions):
                if subscription.component != component or not _is_below(path, subscription.path):
                    continue
                event = {"componentName": subscription.requested_name, "keyPath": list(path)}
                await subscription.stream.send_event({"configurationUpdateEvent": event})

    def _forget(self, component: str, removed: Path) -> None:
        self._subscriptions = [
            subscription
            for subscription in self._subscriptions
            if subscription.component != component or not _is_below(subscription.path, removed)
        ]

    def _store(self, component: str) -> LiteConfiguration:
        try:
            return self._stores[component]
        except KeyError:
            raise not_found(f"there is no component {component}") from None

    def _now(self) -> int:
        return int(self._clock() * _MILLISECONDS)


def _stored_name(component: str) -> str:
    return _ALIASES.get(component, component)


def _check_depth(key_path: Sequence[str]) -> None:
    if len(key_path) > _MAX_KEYS:
        raise service_error("Config path depth larger than supported.")


def _is_below(path: Path, top: Path) -> bool:
    return path[: len(top)] == top
