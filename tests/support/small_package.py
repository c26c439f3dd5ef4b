"""A component with libraries of a few lines, which installs in no time and with no index."""

import base64
import hashlib
import shutil
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bundling.wheels import unpack
from component_installer.main import install
from support.documents import ROOT

LIBRARY = {
    "library.py": "",
    "botocore/__init__.py": "",
    "botocore/session.py": (
        "class Session:\n    def get_service_model(self, name):\n        return name\n"
    ),
}
OTHER = {"other.py": ""}
COMPONENT = {
    "__init__.py": "",
    "nucleus/__init__.py": "",
    "nucleus/ipc.py": "import library, other\n",
    "cloud/__init__.py": "",
    "cloud/client.py": "import library\n",
}
"""What an install imports to see whether the libraries work."""


def write_wheel(folder: Path, name: str, files: Mapping[str, str]) -> Path:
    """A wheel whose name says the rest, such as ``library-1.0-py3-none-any``."""
    distribution, version = name.split("-")[:2]
    information = f"{distribution}-{version}.dist-info"
    contents = {
        **files,
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\n"
        f"Version: {version}\n",
        f"{information}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
        f"Tag: {name.split('-', 2)[2]}\n",
    }
    record = "".join(
        f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in contents.items()
    )
    contents[f"{information}/RECORD"] = f"{record}{information}/RECORD,,\n"
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
    return wheel


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def lock_of(*wheels: Path) -> str:
    """A lock file for these wheels."""
    pins = []
    for wheel in wheels:
        name, version = wheel.name.split("-")[:2]
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        pins.append(f"{name}=={version} \\\n    --hash=sha256:{digest}\n    # via nothing\n")
    return "".join(pins)


@dataclass
class SmallPackage:
    """An unpacked artifact and a work directory.

    Attributes:
        folder: Where both are.
        said: What the last installs said.
        warned: What they warned of.
    """

    folder: Path
    said: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)

    @property
    def package(self) -> Path:
        """The unpacked artifact."""
        return self.folder / "package"

    @property
    def libraries(self) -> Path:
        """The bundled libraries."""
        return self.package / "artifacts" / "libraries"

    @property
    def lock_file(self) -> Path:
        """The lock."""
        return self.package / "artifacts" / "requirements.txt"

    @property
    def work(self) -> Path:
        """The work directory."""
        return self.folder / "work"

    @property
    def venv(self) -> Path:
        """What the next start runs in."""
        return self.work / "venv"

    @property
    def environments(self) -> list[str]:
        """All that the work directory has of environments, but for the links."""
        return sorted(path.name for path in self.work.glob("venv*") if not path.is_symlink())

    def install(self) -> Path:
        """Install in this process; returns the environment for the next start."""
        install(self.package, self.work, self.said.append, self.warned.append)
        return self.venv.resolve()

    def change_lock(self, comment: str = "changed") -> None:
        """As another version of the component, with other libraries."""
        self.lock_file.write_text(f"{self.lock_file.read_text()}# {comment}\n")


def small_package(folder: Path) -> SmallPackage:
    """A package that brings its libraries, in an empty folder."""
    made = SmallPackage(folder)
    made.work.mkdir()
    for path, text in COMPONENT.items():
        file = made.package / "client_device_associator" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    shutil.copytree(
        ROOT / "src" / "component_installer",
        made.package / "component_installer",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    wheels = [
        write_wheel(folder / "wheels", "library-1.0-py3-none-any", LIBRARY),
        write_wheel(folder / "wheels", "other-2.0-py2.py3-none-any", OTHER),
    ]
    unpack(wheels, made.libraries)
    made.lock_file.write_text(lock_of(*wheels))
    shutil.copy(ROOT / "artifacts" / "install.sh", made.package / "artifacts")
    return made


def purpose(package: SmallPackage) -> str:
    """What an earlier version of the component wrote into an environment for this lock."""
    digest = hashlib.sha256(package.lock_file.read_bytes()).hexdigest()
    return f"{digest} {sys.version_info[0]} {sys.version_info[1]} {sys.executable}"
