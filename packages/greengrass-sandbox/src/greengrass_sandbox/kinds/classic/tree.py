"""The classic nucleus' configuration tree: nodes with times, and what watchers hear of a change.

(Read in its Topics and Topic classes, and run.) Keys are found without regard to case; the spelling
that was there first stays. A map is a node with children, everything else a leaf, lists too.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from greengrass_sandbox.nucleus.documents import Document, Path

Watcher = object
"""A subscriber to changes; told apart by identity."""


@dataclass(eq=False)
class Leaf:
    """A value, and since when it is so, in milliseconds since 1970."""

    name: str
    value: Any
    milliseconds: int
    watchers: list[Watcher] = field(default_factory=list)


@dataclass(eq=False)
class Branch:
    """A map."""

    name: str
    created: int
    watchers: list[Watcher] = field(default_factory=list)
    children: dict[str, "Leaf | Branch"] = field(default_factory=dict)

    @property
    def milliseconds(self) -> int:
        """Of its newest child; of its making if it has none."""
        return max((child.milliseconds for child in self.children.values()), default=self.created)

    def child(self, key: str) -> "Leaf | Branch | None":
        """The child of this name, in whatever case."""
        return self.children.get(key.casefold())

    def document(self) -> Document:
        """A copy of it as plain data."""
        return {
            child.name: child.document()
            if isinstance(child, Branch)
            else copy.deepcopy(child.value)
            for child in self.children.values()
        }


@dataclass(frozen=True)
class Change:
    """Something that a watcher hears of.

    Attributes:
        watcher: Who.
        path: Of the node that changed, as the tree spells it.
    """

    watcher: Watcher
    path: Path


class ConfigurationTree:
    """One component's tree.

    Args:
        now: Its making, in milliseconds since 1970.
    """

    def __init__(self, now: int) -> None:
        self.root = Branch("configuration", now)
        self._now = now

    def find(self, key_path: Sequence[str]) -> Leaf | Branch | None:
        """What is at a key path."""
        node: Leaf | Branch | None = self.root
        for key in key_path:
            if not isinstance(node, Branch):
                return None
            node = node.child(key)
        return node

    def make_branches(self, key_path: Sequence[str], now: int) -> Branch | None:
        """The map at a key path, made if it is not there; None if a leaf is in its way."""
        branch = self.root
        for key in key_path:
            child = branch.child(key)
            if child is None:
                child = branch.children[key.casefold()] = Branch(key, now)
            if isinstance(child, Leaf):
                return None
            branch = child
        return branch

    def merge(
        self, key_path: Sequence[str], value: Mapping[str, Any], milliseconds: int, now: int
    ) -> Iterator[Change]:
        """Merge a map into the one at a key path; yields what is heard of it, in order.

        Args:
            key_path: Of a map that is there.
            value: Maps are merged deeply; lists and scalars are replaced.
            milliseconds: What is there and newer stays.
            now: The time of new nodes.
        """
        line = self._line(key_path)
        if line is not None:
            yield from self._merge(line, value, milliseconds, now)

    def replace(self, document: Mapping[str, Any], milliseconds: int) -> Iterator[Change]:
        """Make this the whole document, as a deployment does; newer leaves stay."""
        yield from self._prune([self.root], document)
        yield from self._merge([self.root], document, milliseconds, milliseconds)

    def _merge(
        self, line: list[Branch], value: Mapping[str, Any], milliseconds: int, now: int
    ) -> Iterator[Change]:
        branch = line[-1]
        for key, item in value.items():
            there = branch.child(key)
            if isinstance(item, Mapping):
                if not isinstance(there, Branch):
                    new = Branch(there.name if there else key, now)
                    if there is not None:
                        yield from _removed(line, there)
                        new.watchers = list(there.watchers)
                    branch.children[key.casefold()] = there = new
                yield from self._merge([*line, there], item, milliseconds, now)
            else:
                yield from self._set_leaf(line, key, copy.deepcopy(item), milliseconds)

    def _set_leaf(
        self, line: list[Branch], key: str, value: object, milliseconds: int
    ) -> Iterator[Change]:
        branch = line[-1]
        there = branch.child(key)
        if isinstance(there, Leaf):
            if milliseconds < there.milliseconds:
                return
            changed = not same(there.value, value)
            there.value, there.milliseconds = value, milliseconds
            leaf = there
        else:
            leaf = Leaf(there.name if there else key, value, milliseconds)
            if there is not None:
                yield from _removed(line, there)
                leaf.watchers = list(there.watchers)
            branch.children[key.casefold()] = leaf
            # A new leaf is heard of as a child, and once more for its value unless that is null.
            yield from _heard_above(line, leaf)
            changed = value is not None
        if changed:
            yield from (Change(watcher, _path(line, leaf)) for watcher in leaf.watchers)
            yield from _heard_above(line, leaf)

    def _prune(self, line: list[Branch], document: Mapping[str, Any]) -> Iterator[Change]:
        """Remove the children that a document does not have."""
        wanted = {key.casefold(): item for key, item in document.items()}
        for key, child in list(line[-1].children.items()):
            if key not in wanted:
                del line[-1].children[key]
                yield from _removed(line, child)
            elif isinstance(child, Branch) and isinstance(wanted[key], Mapping):
                yield from self._prune([*line, child], wanted[key])

    def _line(self, key_path: Sequence[str]) -> list[Branch] | None:
        """The root, and each map on the way down a key path."""
        line = [self.root]
        for key in key_path:
            child = line[-1].child(key)
            if not isinstance(child, Branch):
                return None
            line.append(child)
        return line


def same(one: object, other: object) -> bool:
    """Whether Java's equals holds of two values: 5 is not 5.0."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


def _removed(line: list[Branch], node: Leaf | Branch) -> Iterator[Change]:
    """What is heard of a node's end: by watchers of leaves in it, and above it by its path."""
    for path, leaf in _leaves(_path(line, node), node):
        yield from (Change(watcher, path) for watcher in leaf.watchers)
    yield from _heard_above(line, node)


def _leaves(path: Path, node: Leaf | Branch) -> Iterator[tuple[Path, Leaf]]:
    if isinstance(node, Leaf):
        yield path, node
    else:
        for child in node.children.values():
            yield from _leaves((*path, child.name), child)


def _heard_above(line: list[Branch], node: Leaf | Branch) -> Iterator[Change]:
    path = _path(line, node)
    for branch in reversed(line):
        yield from (Change(watcher, path) for watcher in branch.watchers)


def _path(line: list[Branch], node: Leaf | Branch) -> Path:
    return (*(branch.name for branch in line[1:]), node.name)
