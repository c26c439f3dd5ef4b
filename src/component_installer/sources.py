"""What an environment is made of: the unpacked artifact."""

from pathlib import Path


class Sources:
    """The parts of an unpacked artifact.

    Args:
        package: Its folder.
    """

    def __init__(self, package: Path) -> None:
        self.package = package

    @property
    def lock_file(self) -> Path:
        """What to install, with hashes."""
        return self.package / "artifacts" / "requirements.txt"

    @property
    def libraries(self) -> Path:
        """The folder of bundled libraries, if there are any."""
        return self.package / "artifacts" / "libraries"

    @property
    def system_file(self) -> Path:
        """What the system must have, if the libraries are the system's."""
        return self.package / "artifacts" / "system-packages.txt"

    @property
    def from_system(self) -> bool:
        """Whether the libraries are the system's."""
        return self.system_file.exists()
