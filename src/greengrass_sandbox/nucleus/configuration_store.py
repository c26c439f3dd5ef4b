"""One component's configuration: its defaults, its document, and when each leaf changed."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from greengrass_sandbox.nucleus.documents import (
    Document,
    Keys,
    Path,
    changes,
    largest_container,
    leaves,
    nested,
    with_string_scalars,
)
from greengrass_sandbox.nucleus.errors import (
    OperationError,
    invalid_arguments,
    not_found,
    outdated,
    service_error,
)
from greengrass_sandbox.profile import Profile

ACCESS_CONTROL = "accessControl"


class ConfigurationStore:
    """The configuration of one component.

    Args:
        defaults: The recipe's DefaultConfiguration, accessControl included.
        profile: Its rules.
        timestamp: When the defaults came, in seconds since 1970.
    """

    def __init__(self, defaults: Mapping[str, Any], profile: Profile, timestamp: float) -> None:
        self._profile = profile
        self._keys = Keys(ignore_case=profile.keys_ignore_case)
        self._defaults = self._from_recipe(defaults)
        self._document = copy.deepcopy(self._defaults)
        self._changed_at = dict.fromkeys(leaves(self._document), timestamp)

    @property
    def document(self) -> Document:
        """A copy of the whole configuration."""
        return copy.deepcopy(self._document)

    def replace_defaults(self, defaults: Mapping[str, Any], timestamp: float) -> None:
        """Take the defaults of a deployed recipe; keys that are there keep their values."""
        self._defaults = self._from_recipe(defaults)
        self.apply(self._keys.merged(self._defaults, self._document), timestamp)

    def read(self, key_path: Sequence[str]) -> Document:
        """What GetConfiguration answers: a map's contents, or `{leaf: value}`.

        Raises:
            OperationError: No such key, or (lite) it holds a list or map that is too large.
        """
        path, node = self._find(key_path)
        limit = self._profile.max_readable_entries
        if limit is not None and largest_container(node) > limit:
            raise service_error(f"a list or map of more than {limit} entries cannot be read")
        value = copy.deepcopy(node)
        return value if isinstance(value, dict) else {path[-1]: value}

    def path_of(self, key_path: Sequence[str]) -> Path:
        """The key path as the document spells it.

        Raises:
            OperationError: No such key.
        """
        return self._find(key_path)[0]

    def update(self, key_path: Sequence[str], value: object, timestamp: float) -> list[Path]:
        """What UpdateConfiguration does; returns the paths that changed.

        Raises:
            OperationError: accessControl is touched, what is there is newer, or a leaf and a map
                stand in each other's way.
        """
        if _touches_access_control(key_path, value):
            raise invalid_arguments(
                f"Config update is not allowed for following fields [{ACCESS_CONTROL}]"
            )
        if not isinstance(value, Mapping) and not (key_path and self._profile.merges_scalars):
            raise invalid_arguments("valueToMerge must be a map")
        update = nested(key_path, dict(value) if isinstance(value, Mapping) else value)
        if self._keys.conflict(self._document, update):
            raise self._refusal(
                invalid_arguments("a value cannot take the place of a map, nor a map of a value")
            )
        candidate = self._keys.merged(self._document, update)
        touched = [self._keys.find(candidate, path)[0] for path in leaves(update)]
        if any(timestamp < self._changed_at.get(path, timestamp) for path in touched):
            raise self._refusal(
                outdated("Proposed timestamp is older than the config's latest modified timestamp")
            )
        changed = self.apply(candidate, timestamp)
        self._changed_at.update(dict.fromkeys(touched, timestamp))
        return changed

    def candidate(self, merge: Mapping[str, Any], reset: Sequence[str]) -> Document:
        """What the document becomes by a deployment's configurationUpdate: RESET, then MERGE.

        Args:
            merge: What to merge: maps deeply; lists and scalars are replaced.
            reset: JSON pointers of what goes back to its default.
        """
        document = self.document
        for pointer in reset:
            document = self._keys.reset(document, self._defaults, pointer)
        return self._keys.merged(document, merge)

    def apply(self, document: Document, timestamp: float) -> list[Path]:
        """Make this the document; returns the paths that changed."""
        before, self._document = self._document, copy.deepcopy(document)
        changed = sorted(
            changes(before, document, removal_is_one=self._profile.removals_are_one_event)
        )
        known = {path: at for path, at in self._changed_at.items() if path not in changed}
        self._changed_at = {path: known.get(path, timestamp) for path in leaves(self._document)}
        return changed

    def _find(self, key_path: Sequence[str]) -> tuple[Path, Any]:
        try:
            return self._keys.find(self._document, key_path)
        except KeyError:
            raise not_found("Key not found") from None

    def _from_recipe(self, defaults: Mapping[str, Any]) -> Document:
        plain = copy.deepcopy(dict(defaults))
        if not self._profile.recipe_scalars_become_strings:
            return plain
        return {key: with_string_scalars(item) for key, item in plain.items()}

    def _refusal(self, error: OperationError) -> OperationError:
        """Lite's configuration daemon only says that it failed."""
        return error if self._profile.error_messages else service_error(error.message)


def _touches_access_control(key_path: Sequence[str], value: object) -> bool:
    if key_path:
        return key_path[0] == ACCESS_CONTROL
    return isinstance(value, Mapping) and ACCESS_CONTROL in value
