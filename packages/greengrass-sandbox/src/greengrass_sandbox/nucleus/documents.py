"""Operations on configuration documents: maps are nodes, everything else is a leaf (lists too)."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

Document = dict[str, Any]
Path = tuple[str, ...]


class Keys:
    """How keys are looked up. Where case is ignored, the spelling that was there first stays.

    Args:
        ignore_case: Whether `Foo` finds `foo`.
    """

    def __init__(self, *, ignore_case: bool) -> None:
        self._ignore_case = ignore_case

    def find(self, document: Document, key_path: Sequence[str]) -> tuple[Path, Any]:
        """The key path as the document spells it, and what is there.

        Raises:
            KeyError: No such key.
        """
        node: Any = document
        path: Path = ()
        for key in key_path:
            if not isinstance(node, dict):
                raise KeyError(key)
            path = (*path, self._spelling(node, key))
            node = node[path[-1]]
        return path, node

    def merged(self, base: Mapping[str, Any], value: Mapping[str, Any]) -> Document:
        """The base with the value merged into it: maps deeply, lists and scalars replaced."""
        result = copy.deepcopy(dict(base))
        for key, item in value.items():
            spelled = self._spelling(result, key)
            if isinstance(item, Mapping):
                there = result.get(spelled)
                result[spelled] = self.merged(there if isinstance(there, dict) else {}, item)
            else:
                result[spelled] = copy.deepcopy(item)
        return result

    def reset(self, document: Document, defaults: Document, pointer: str) -> Document:
        """The document with what a JSON pointer (RFC 6901) names back at its default, or gone."""
        if not pointer:
            return copy.deepcopy(defaults)
        key_path = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        without = self._without(document, key_path)
        try:
            path, default = self.find(defaults, key_path)
        except KeyError:
            return without
        return self.merged(without, nested(path, default))

    def _without(self, document: Document, key_path: Sequence[str]) -> Document:
        result = copy.deepcopy(document)
        try:
            path, _ = self.find(result, key_path)
        except KeyError:
            return result
        _, parent = self.find(result, path[:-1])
        del parent[path[-1]]
        return result

    def _spelling(self, node: Mapping[str, Any], key: str) -> str:
        if self._ignore_case and key not in node:
            folded = key.casefold()
            return next((there for there in node if there.casefold() == folded), key)
        return key


def nested(path: Sequence[str], value: object) -> Document:
    """A document that holds nothing but the value, at this path (of one key at least)."""
    for key in reversed(path):
        value = {key: value}
    if not isinstance(value, dict):
        raise TypeError("a document is a map: a value needs a path of one key at least")
    return value


def with_string_scalars(value: Any) -> Any:  # noqa: ANN401 - any YAML value in, text or a container out
    """A recipe's value as lite stores it: every scalar is text, as YAML would write it."""
    if isinstance(value, Mapping):
        return {key: with_string_scalars(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [with_string_scalars(item) for item in value]
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
