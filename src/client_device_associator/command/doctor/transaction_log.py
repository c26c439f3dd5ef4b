"""The classic nucleus' own record of what is deployed and how: `config/config.tlog`.

It keeps its configuration in two files (read in its Kernel, ConfigurationWriter and
ConfigurationReader): `effectiveConfig.yaml`, written at some moments, and `config.tlog`, which has
every change and is what the nucleus itself reads at its start. The second has one JSON document a
line, with the keys TS (milliseconds), TP (path), W (what happened) and V (value), and is
written from the start after 15,000 changes. Both are root's alone.

It has secrets of all components. Of those that were asked for, only `version` and `configuration`
are kept; what a component remembers for itself (`runtime`, with the passphrase of a certificate
authority) is not.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from client_device_associator.core.values import dataclass, field

MOST_BYTES = 64 * 1024 * 1024
"""Some hundred bytes a change: far more than a nucleus lets it grow to."""

MOST_LINE_BYTES = 1024 * 1024
_SERVICES, _VERSION, _CONFIGURATION = "services", "version", "configuration"
_KEPT = frozenset({_VERSION, _CONFIGURATION})
_SHORTEST_PATH = 3
"""services, the component, and what of it."""


@dataclass(slots=True)
class _Leaf:
    value: object
    at: int


@dataclass(slots=True)
class _Branch:
    children: "dict[str, _Node]" = field(default_factory=dict)
    """By the key without regard to case, as the nucleus finds it."""

    names: dict[str, str] = field(default_factory=dict)
    """The keys as they were spelled first."""

    def newest(self) -> int:
        """When something in it was changed last."""
        return max(map(_changed_at, self.children.values()), default=0)

    def document(self) -> dict[str, Any]:
        """All of it."""
        return {
            self.names[key]: node.document() if isinstance(node, _Branch) else node.value
            for key, node in self.children.items()
        }


_Node = _Leaf | _Branch


def read_transaction_log(
    path: Path, components: Collection[str]
) -> Mapping[str, Mapping[str, Any]]:
    """What is deployed of these components: by name, `version` and `configuration`.

    Lines that are no such document are left out, as the nucleus does: the last may be half written.

    Raises:
        OSError: It is not there, or this user may not read it.
    """
    wanted = {name.casefold(): name for name in components}
    needles = [name.encode() for name in wanted]
    root = _Branch()
    with path.open("rb") as file:
        for line in _lines(file):
            # Most lines are of other components, and reading JSON takes far longer than this.
            lowered = line.lower()
            if any(needle in lowered for needle in needles):
                _apply(root, line, wanted)
    services = root.document().get(_SERVICES, {})
    return {
        wanted[name.casefold()]: service
        for name, service in services.items()
        if isinstance(service, dict)
    }


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines that are not too long, up to a bound."""
    left = MOST_BYTES
    is_rest = False
    while left > 0 and (line := file.readline(MOST_LINE_BYTES)):
        left -= len(line)
        is_whole = line.endswith(b"\n")
        if is_whole and not is_rest:
            yield line
        is_rest = not is_whole


def _apply(root: _Branch, line: bytes, wanted: Mapping[str, str]) -> None:
    """Does again what a line says, if it is about a component that is wanted."""
    try:
        document = json.loads(line)
        path, what, at = document["TP"], document["W"], int(document["TS"])
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return
    if not isinstance(path, list) or not all(isinstance(one, str) for one in path):
        return
    keys = [one.casefold() for one in path]
    if keys[:1] != [_SERVICES] or len(keys) < _SHORTEST_PATH - 1 or keys[1] not in wanted:
        return
    if len(keys) >= _SHORTEST_PATH and keys[2] not in _KEPT:
        return
    if what == "removed":
        _remove(root, keys, at)
    elif what == "changed" and len(keys) >= _SHORTEST_PATH:
        _change(root, path, document.get("V"), at)
    elif what == "interiorAdded":
        _branch(root, path)


def _change(root: _Branch, path: Sequence[str], value: object, at: int) -> None:
    """A value; an older one than there is does not count."""
    branch, key = _branch(root, path[:-1]), path[-1].casefold()
    there = branch.children.get(key)
    if there is None or at >= _changed_at(there):
        branch.children[key] = _Leaf(value, at)
        branch.names.setdefault(key, path[-1])


def _remove(root: _Branch, keys: Sequence[str], at: int) -> None:
    """A value, or a map with all that is in it, unless that is newer."""
    branch: _Node | None = root
    for key in keys[:-1]:
        branch = branch.children.get(key) if isinstance(branch, _Branch) else None
    if not isinstance(branch, _Branch):
        return
    there = branch.children.get(keys[-1])
    if there is not None and at >= _changed_at(there):
        del branch.children[keys[-1]]
        del branch.names[keys[-1]]


def _branch(root: _Branch, path: Sequence[str]) -> _Branch:
    """The map at a path, made if it is not there."""
    branch = root
    for name in path:
        key = name.casefold()
        there = branch.children.get(key)
        if not isinstance(there, _Branch):
            there = branch.children[key] = _Branch()
            branch.names.setdefault(key, name)
        branch = there
    return branch


def _changed_at(node: _Node) -> int:
    return node.at if isinstance(node, _Leaf) else node.newest()
