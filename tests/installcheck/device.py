"""A core device, as far as an install step sees one."""

import os
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from installcheck.interpreters import Interpreter
from support.documents import ROOT

USER, ANOTHER_USER = "nobody", "daemon"
"""Who runs components: users that every Debian has."""

UNREACHABLE = "http://127.0.0.1:9/simple"
"""A package index at a port where nobody listens."""

IMPORTS = "import botocore.session, dateutil, jmespath, urllib3"
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Outcome:
    """What became of an install.

    Attributes:
        code: Exit code; negative for a signal.
        seconds: From its start to its end.
        cpu_seconds: Of its processes.
        said: What it printed.
    """

    code: int
    seconds: float
    cpu_seconds: float
    said: str

    @property
    def last_line(self) -> str:
        """What a person reads last."""
        return (self.said.strip().splitlines() or [""])[-1].partition("install: ")[2]


@dataclass
class Device:
    """A folder with a package, which is read-only, and a work directory.

    Attributes:
        folder: Where.
        python: What ``python3`` is.
        variables: The nucleus's environment.
        user: Who runs components.
    """

    folder: Path
    python: Interpreter
    variables: Mapping[str, str] = field(default_factory=dict)
    user: str = USER

    def __post_init__(self) -> None:
        """Make the folders."""
        self.work.mkdir(parents=True)
        self.give_work_to(self.user)
        tools = self.folder / "tools"
        tools.mkdir()
        # What the script needs: no compiler is among it.
        for tool in ("sh", "dirname"):
            (tools / tool).symlink_to(shutil.which(tool) or tool)

    @property
    def work(self) -> Path:
        """The work directory."""
        return self.folder / "work"

    @property
    def package(self) -> Path:
        """The unpacked artifact."""
        return self.folder / "package"

    def give_work_to(self, user: str) -> None:
        """As nucleus lite does it: the folder alone."""
        self.user = user
        if os.geteuid() == 0:
            os.chown(self.work, *_ids(user))

    def unpack(self, package: Path, *, lock_comment: str = "") -> None:
        """Deliver a package, for reading alone.

        Args:
            package: The zip.
            lock_comment: Makes another lock of it.
        """
        if self.package.exists():
            _make_writable(self.package)
            shutil.rmtree(self.package)
        with zipfile.ZipFile(package) as archive:
            archive.extractall(self.package)
        if lock_comment:
            with (self.package / "artifacts" / "requirements.txt").open("a") as lock:
                lock.write(f"# {lock_comment}\n")
        for path in (self.package, *self.package.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)

    def start_install(self) -> "subprocess.Popen[str]":
        """Start an install, as the component's user."""
        path = f"{self.python.bin}:{self.folder / 'tools'}"
        ids = _ids(self.user) if os.geteuid() == 0 else (None, None)
        return subprocess.Popen(
            ["sh", self.package / "artifacts" / "install.sh"],  # noqa: S607 - as a nucleus has it
            cwd=self.work,
            env={"PATH": path, "PIP_INDEX_URL": UNREACHABLE} | self._variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=ids[0],
            group=ids[1],
            extra_groups=None if ids[0] is None else [],
            start_new_session=True,
        )

    @property
    def _variables(self) -> dict[str, str]:
        return {**self.python.variables, **self.variables}

    def install(self, kill_after_seconds: float | None = None) -> Outcome:
        """Install; or kill all of it after so many seconds."""
        before, began = _children_cpu(), time.monotonic()
        with self.start_install() as process:
            try:
                said, _ = process.communicate(timeout=kill_after_seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                said, _ = process.communicate()
        seconds = time.monotonic() - began
        return Outcome(process.returncode, seconds, _children_cpu() - before, said)

    def state(self) -> str:
        """What the next start of the component would run in: ``none``, ``works`` or ``BROKEN``."""
        if not os.path.lexists(self.work / "venv"):
            return "none"
        ids = _ids(self.user) if os.geteuid() == 0 else (None, None)
        ran = subprocess.run(
            [self.work / "venv" / "bin" / "python3", "-I", "-B", "-c", IMPORTS],
            check=False,
            capture_output=True,
            user=ids[0],
            group=ids[1],
            extra_groups=None if ids[0] is None else [],
            cwd="/",
            env=self.python.variables,
        )
        return "BROKEN" if ran.returncode else "works"

    def environment(self) -> str:
        """The name of the environment in place."""
        return (self.work / "venv").resolve().name

    def contents(self) -> list[str]:
        """All that the work directory has."""
        return sorted(path.name for path in self.work.iterdir())

    def megabytes(self) -> float:
        """What the work directory takes on the disk."""
        blocks = {path.lstat() for path in self.work.rglob("*")}
        return sum(one.st_blocks * 512 for one in blocks) / _MEGABYTE


def build(output: Path, *options: str) -> Path:
    """Build a package; returns the zip."""
    command = ["python3", str(ROOT / "artifacts" / "build.py"), "--output", str(output), *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (package,) = output.rglob("*.zip")
    return package


def download(lock_file: Path, folder: Path) -> Path:
    """The wheels of a lock for the Python that runs this; returns the folder."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--dest", str(folder), "-r", str(lock_file)]
    subprocess.run(command, check=True)
    return folder


def _ids(user: str) -> tuple[int, int]:
    account = pwd.getpwnam(user)
    return account.pw_uid, account.pw_gid


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _make_writable(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
