"""The last configuration that was good, kept for a process that starts with a bad one."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from client_device_associator.privacy import PRIVATE_FILE, make_private
from client_device_associator.whole_file import replace_file

_OTHERS = frozenset({"accessControl"})
"""The nucleus's own; nothing is read from it here."""


class LastGood:
    """A file beside the journal; without it, or with one that is damaged, nothing is known.

    Args:
        path: The file. It is replaced as a whole, and only if its content changes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content: Mapping[str, object] | None = None
        self._is_read = False

    def load(self) -> Mapping[str, object] | None:
        """The configuration document; None if there is none."""
        if not self._is_read:
            self._is_read = True
            make_private([self._path])
            # To open a FIFO would block for ever.
            with suppress(OSError, ValueError, RecursionError):
                if not self._path.is_file():
                    return None
                content = json.loads(self._path.read_bytes())
                self._content = content if isinstance(content, dict) else None
        return self._content

    def keep(self, document: Mapping[str, object]) -> None:
        """Replaces it. If the disk cannot be written, the file is just not up to date."""
        kept = {key: value for key, value in document.items() if key not in _OTHERS}
        if kept == self.load():
            return
        self._content = kept
        content = json.dumps(kept).encode()
        with suppress(OSError):
            replace_file(self._path, content, mode=PRIVATE_FILE, is_synced=True)
