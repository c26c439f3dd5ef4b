"""One component's configuration in nucleus lite's database (ggconfigd, read and run)."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from greengrass_sandbox.kinds.lite.bus import answer_fits
from greengrass_sandbox.kinds.lite.json_text import JsonError, decode, encode
from greengrass_sandbox.kinds.lite.measures import KEY_BYTES
from greengrass_sandbox.nucleus.documents import Document, Keys, Path, with_string_scalars
from greengrass_sandbox.nucleus.errors import not_found, service_error

_VALUE_BYTES = 1024
"""Of the buffer that a leaf's JSON has to fit in."""
_READ_BUFFER_BYTES = 10_000
"""Where a subtree is collected: its keys, and its leaves as JSON."""
_DECODE_BUFFER_BYTES = 9_000
"""Where the leaves' JSON is decoded."""
_ANSWER_BUFFER_BYTES = 12_805
"""Where the IPC daemon takes what was read."""
_KEYS = Keys(ignore_case=False)


@dataclass
class _Leaf:
    text: bytes
    """As JSON, or what lite takes for it."""
    milliseconds: int
    """When it was written, since 1970."""


_Tree = dict[str, Any]
"""Maps by key; leaves are `_Leaf`."""


class LiteConfiguration:
    """The configuration of one component: leaves as JSON text, each with the time of its writing.

    Args:
        defaults: The recipe's DefaultConfiguration; lite makes text of every scalar in it.
        milliseconds: When they came, since 1970.
    """

    def __init__(self, defaults: Mapping[str, Any], milliseconds: int) -> None:
        self._tree: _Tree = {}
        self._defaults: Document = {}
        self.replace_defaults(defaults, milliseconds)

    @property
    def document(self) -> Document:
        """A copy of the whole configuration; leaves that cannot be read are left out."""
        return _readable(self._tree)

    def replace_defaults(self, defaults: Mapping[str, Any], milliseconds: int) -> None:
        """Take the defaults of a deployed recipe; keys that are there keep their values."""
        self._defaults = with_string_scalars(defaults)
        self.apply(_KEYS.merged(self._defaults, self.document), milliseconds)

    def read(self, key_path: Sequence[str]) -> Any:  # noqa: ANN401 - any JSON value
        """What is at a key path.

        Raises:
            OperationError: There is nothing, or lite cannot read it.
        """
        node = self._find(key_path)
        try:
            value = _decoded(node)
        except JsonError as error:
            raise service_error() from error
        if _collected_bytes(node) > _READ_BUFFER_BYTES or not answer_fits(
            value, _ANSWER_BUFFER_BYTES
        ):
            raise service_error()
        return value

    def has(self, key_path: Sequence[str]) -> bool:
        """Whether there is a map or a leaf at a key path."""
        return _lookup(self._tree, key_path) is not None

    def write(self, key_path: Sequence[str], value: object, milliseconds: int) -> Iterator[Path]:
        """Write a value leaf by leaf, and yield the path of each leaf that has changed.

        Leaves before one that cannot be written stay written.

        Raises:
            OperationError: A map is in a leaf's way or a leaf in a map's, or a leaf is too large.
        """
        if isinstance(value, Mapping) and value:
            for key, item in value.items():
                yield from self.write([*key_path, key], item, milliseconds)
        elif isinstance(value, Mapping):
            self._make_map(key_path)
        elif self._write_leaf(key_path, value, milliseconds):
            yield tuple(key_path)

    def candidate(self, merge: Mapping[str, Any], reset: Sequence[str]) -> Document:
        """What the document becomes by a deployment's configurationUpdate: RESET, then MERGE.

        Args:
            merge: What to merge: maps deeply; lists and scalars are replaced.
            reset: JSON pointers of what goes back to its default.
        """
        document = self.document
        for pointer in reset:
            document = _KEYS.reset(document, self._defaults, pointer)
        return _KEYS.merged(document, merge)

    def apply(self, document: Document, milliseconds: int) -> tuple[list[Path], list[Path]]:
        """Make this the document, as a deployment does.

        Returns:
            The leaves that were written with another value, and the nodes that were removed.
        """
        changed: list[Path] = []
        removed: list[Path] = []
        self._tree = _Replacement(milliseconds, changed, removed).of((), self._tree, document)
        return sorted(changed), removed

    def _find(self, key_path: Sequence[str]) -> Any:  # noqa: ANN401 - a tree or a leaf
        node = _lookup(self._tree, key_path)
        if node is None:
            raise not_found("Key not found.")
        return node

    def _make_map(self, key_path: Sequence[str]) -> _Tree:
        """The map at a key path, made if it is not there."""
        node = self._tree
        for key in key_path:
            node = node.setdefault(key, {})
            if isinstance(node, _Leaf):
                raise service_error("Failed to update the configuration.")
        return node

    def _write_leaf(self, key_path: Sequence[str], value: object, milliseconds: int) -> bool:
        """Write one leaf; returns whether its value has changed."""
        text = _encoded(value)
        if not key_path:
            raise service_error("Failed to update the configuration.")
        there = _lookup(self._tree, key_path)
        if there is None:
            self._make_map(key_path[:-1])[key_path[-1]] = _Leaf(text, milliseconds)
            return True
        if not isinstance(there, _Leaf):
            raise service_error("Failed to update the configuration.")
        if there.milliseconds > milliseconds:
            return False
        changed = there.text != text
        there.text, there.milliseconds = text, milliseconds
        return changed


def _lookup(tree: _Tree, key_path: Sequence[str]) -> Any:  # noqa: ANN401 - a tree, a leaf or None
    node: Any = tree
    for key in key_path:
        if isinstance(node, _Leaf) or key not in node:
            return None
        node = node[key]
    return node


def _encoded(value: object) -> bytes:
    try:
        text = encode(value)
    except JsonError as error:
        raise service_error("Failed to update the configuration.") from error
    if len(text) > _VALUE_BYTES:
        raise service_error("Failed to update the configuration.")
    return text


def _decoded(node: Any) -> Any:  # noqa: ANN401 - a tree or a leaf in, a JSON value out
    """The value of a subtree. Raises JsonError if a leaf in it is not JSON."""
    if isinstance(node, _Leaf):
        return decode(node.text, _DECODE_BUFFER_BYTES)
    return {key: _decoded(item) for key, item in node.items()}


def _readable(tree: _Tree) -> Document:
    result: Document = {}
    for key, node in tree.items():
        if isinstance(node, _Leaf):
            try:
                result[key] = copy.deepcopy(_decoded(node))
            except JsonError:
                continue
        else:
            result[key] = _readable(node)
    return result


def _collected_bytes(node: Any) -> int:  # noqa: ANN401 - a tree or a leaf
    if isinstance(node, _Leaf):
        return len(node.text)
    return sum(KEY_BYTES + len(key.encode()) + _collected_bytes(item) for key, item in node.items())


@dataclass(frozen=True)
class _Replacement:
    """Puts a document in a tree's place; leaves that are newer stay."""

    milliseconds: int
    changed: list[Path]
    removed: list[Path]

    def of(self, path: Path, tree: _Tree, document: Mapping[str, Any]) -> _Tree:
        """The tree that a document makes of this one, which is at a path."""
        self.removed.extend((*path, key) for key in tree if key not in document)
        return {
            key: self._node((*path, key), tree.get(key), item) for key, item in document.items()
        }

    def _node(self, path: Path, there: Any, item: object) -> Any:  # noqa: ANN401 - tree or leaf
        if isinstance(item, Mapping):
            if isinstance(there, _Leaf):
                self.removed.append(path)
                there = None
            return self.of(path, there or {}, item)
        text = _encoded(item)
        if isinstance(there, _Leaf) and (
            there.text == text or there.milliseconds > self.milliseconds
        ):
            return there
        if isinstance(there, dict):
            self.removed.append(path)
        self.changed.append(path)
        return _Leaf(text, self.milliseconds)
