"""The configuration operations of the classic nucleus, and a deployment's changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from greengrass_sandbox.kinds.classic.policies import Policy, parse
from greengrass_sandbox.kinds.classic.tree import Branch, Change, ConfigurationTree, Leaf
from greengrass_sandbox.nucleus.documents import Document, Keys
from greengrass_sandbox.nucleus.errors import (
    invalid_arguments,
    not_found,
    outdated,
    service_error,
)
from greengrass_sandbox.nucleus.stream import Stream

ACCESS_CONTROL = "accessControl"
_MILLISECONDS = 1000
_KEYS = Keys(ignore_case=True)


@dataclass(eq=False)
class _Subscription:
    stream: Stream
    requested_name: str


class ClassicConfigurations:
    """The configurations of all components, and who wants to hear of changes.

    Args:
        clock: Seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._trees: dict[str, ConfigurationTree] = {}
        self._defaults: dict[str, Document] = {}
        self._policies: dict[str, dict[str, list[Policy]]] = {}

    def register(self, component: str, defaults: Mapping[str, Any]) -> None:
        """A component is there, with the defaults of its recipe; what is there keeps its value."""
        key, now = component.casefold(), self._now()
        tree = self._trees.setdefault(key, ConfigurationTree(now))
        self._defaults[key] = dict(defaults)
        self._policies.pop(key, None)
        for _ in tree.replace(_KEYS.merged(defaults, tree.root.document()), now):
            pass

    def provide(self, component: str, configuration: Mapping[str, Any]) -> None:
        """A part of the nucleus is there, with its configuration."""
        self.register(component, configuration)

    def policies(self, component: str) -> dict[str, list[Policy]]:
        """A component's policies by service."""
        key = component.casefold()
        if key not in self._policies:
            node = self._tree(component).find([ACCESS_CONTROL])
            self._policies[key] = parse(
                node.document() if isinstance(node, Branch) else node and node.value
            )
        return self._policies[key]

    def knows(self, component: str) -> bool:
        """Whether there is a component of this name, in whatever case."""
        return component.casefold() in self._trees

    def of(self, component: str) -> Document:
        """A copy of a component's configuration.

        Raises:
            OperationError: No such component.
        """
        return self._tree(component).root.document()

    def candidate(self, component: str, merge: Mapping[str, Any], reset: Sequence[str]) -> Document:
        """What a deployment would make of a component's configuration."""
        document = self.of(component)
        for pointer in reset:
            document = _KEYS.reset(document, self._defaults[component.casefold()], pointer)
        return _KEYS.merged(document, merge)

    async def apply(self, component: str, document: Document) -> None:
        """Give a component this configuration, and tell who subscribed to it."""
        changes = list(self._tree(component).replace(document, self._now()))
        self._policies.pop(component.casefold(), None)
        await _notify(changes)

    async def get(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """GetConfiguration."""
        component = _component(stream, arguments)
        node = self._node(component, _key_path(arguments))
        value = node.document() if isinstance(node, Branch) else {node.name: node.value}
        return {"componentName": component, "value": value}

    async def update(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateConfiguration, of the caller's own configuration."""
        timestamp, value = arguments["timestamp"], arguments["valueToMerge"]
        if timestamp is None:
            raise invalid_arguments("Timestamp is required")
        if value is None:
            raise invalid_arguments("ValueToMerge is required")
        keys = _key_path(arguments)
        if ACCESS_CONTROL in (keys[:1] or list(value)):
            raise invalid_arguments(
                f"Config update is not allowed for following fields [{ACCESS_CONTROL}]"
            )
        tree, now = self._tree(stream.component), self._now()
        milliseconds = int(timestamp * _MILLISECONDS)
        node = tree.find(keys)
        if isinstance(node, Leaf):
            changes = tree.merge(keys[:-1], {node.name: value}, milliseconds, now)
        else:
            if node is None:
                # What is new has been made just now, whatever the request says.
                node, milliseconds = tree.make_branches(keys, now), now
            if node is None:
                raise service_error("a leaf is in the way")
            changes = tree.merge(keys, value, milliseconds, now)
        heard = list(changes)
        updated = tree.find(keys)
        self._policies.pop(stream.component.casefold(), None)
        await _notify(heard)
        if updated is not None and milliseconds < updated.milliseconds:
            raise outdated(
                "Proposed timestamp is older than the config's latest modified timestamp"
            )
        return {}

    async def subscribe(self, stream: Stream, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """SubscribeToConfigurationUpdate, for a map or a leaf that is there."""
        component = _component(stream, arguments)
        tree, keys = self._tree(component), _key_path(arguments)
        node = self._node(component, keys)
        subscription = _Subscription(stream, component)
        node.watchers.append(subscription)

        def end() -> None:
            # A leaf and a map that took each other's place share their watchers.
            for holder in (node, tree.find(keys)):
                if holder is not None and subscription in holder.watchers:
                    holder.watchers.remove(subscription)

        stream.keep_open("ConfigurationUpdateEvents", end)
        return {}

    def _node(self, component: str, key_path: Sequence[str]) -> Leaf | Branch:
        node = self._tree(component).find(key_path)
        if node is None:
            raise not_found("Key not found")
        return node

    def _tree(self, component: str) -> ConfigurationTree:
        try:
            return self._trees[component.casefold()]
        except KeyError:
            raise not_found(f"Key not found: there is no component {component}") from None

    def _now(self) -> int:
        return int(self._clock() * _MILLISECONDS)


async def _notify(changes: Iterable[Change]) -> None:
    for change in changes:
        if isinstance(change.watcher, _Subscription):
            event = {
                "componentName": change.watcher.requested_name,
                "keyPath": list(change.path),
            }
            await change.watcher.stream.send_event({"configurationUpdateEvent": event})


def _component(stream: Stream, arguments: Mapping[str, Any]) -> str:
    component = arguments["componentName"]
    return stream.component if component is None else str(component)


def _key_path(arguments: Mapping[str, Any]) -> list[str]:
    keys = arguments["keyPath"] or []
    if None in keys:
        raise service_error("a key is null")
    return list(keys)
