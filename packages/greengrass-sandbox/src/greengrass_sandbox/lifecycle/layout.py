"""Where a core device keeps its components' files, below its root folder."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

_SOCKET_PATH_MAX_BYTES = 107
"""``sun_path`` holds 108 bytes with the zero at its end (unix(7))."""

_DIGEST_CHARACTERS = 16


@dataclass(frozen=True)
class Layout:
    """The folders of one core device; both nuclei lay them out in this way.

    Args:
        root: The core device's root folder, absolute.
    """

    root: Path

    def work(self, component: str) -> Path:
        """The component's work directory: kept over restarts and updates."""
        return self.root / "work" / component

    def log(self, component: str) -> Path:
        """The file that the component's output goes to."""
        return self.root / "logs" / f"{component}.log"

    def artifacts(self, component: str, version: str) -> Path:
        """The component's artifacts as they were delivered."""
        return self.root / "packages" / "artifacts" / component / version

    def unarchived(self, component: str, version: str) -> Path:
        """The component's unpacked artifacts, each in a folder of its name without suffix."""
        return self.root / "packages" / "artifacts-unarchived" / component / version

    @property
    def root_certificates(self) -> Path:
        """The file of certificates that components are pointed to."""
        return self.root / "rootCA.pem"

    def socket(self, name: str) -> Path:
        """The path of a Unix socket: in the root, or elsewhere if that is too long for a socket.

        The same root always gives the same path: a person who knows the root finds the socket.
        """
        path = self.root / name
        if len(bytes(path)) <= _SOCKET_PATH_MAX_BYTES:
            return path
        digest = hashlib.sha256(bytes(self.root)).hexdigest()[:_DIGEST_CHARACTERS]
        return Path(tempfile.gettempdir()) / f"greengrass-sandbox-{digest}-{name}"
