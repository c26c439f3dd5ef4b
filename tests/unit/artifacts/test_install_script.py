"""The install script, with a Python in place of the real one that only pretends to install."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.other_user import NOBODY, act_as_another_user, work_folder

ROOT = Path(__file__).resolve().parents[3]

# Answers what the script asks of a Python: its version, its modules, a fingerprint, an environment.
PRETENDED_PYTHON = """#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in
    *version_info*) exit "$TOO_OLD" ;;
    --version) echo "Python 3.9.1" ;;
    *ensurepip*) exit "$NO_VENV" ;;
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python3" ;;
    "-m pip "*) exit "$PIP_FAILS" ;;
    "- "*) exec "$REAL_PYTHON" "$@" ;;
esac
"""


@dataclass
class Device:
    """A work directory and a PATH on which only the pretended Python is found."""

    folder: Path

    def install(self, **behaviour: str) -> subprocess.CompletedProcess[str]:
        """Run the script in the work directory."""
        (self.folder / "calls").write_text("")
        environment = {
            "PATH": f"{self.folder / 'bin'}",
            "CALLS": str(self.folder / "calls"),
            "REAL_PYTHON": sys.executable,
            "TOO_OLD": "0",
            "NO_VENV": "0",
            "PIP_FAILS": "0",
            **behaviour,
        }
        return subprocess.run(
            ["/bin/sh", str(self.folder / "artifacts" / "install.sh")],
            cwd=self.work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            umask=0,
        )

    @property
    def work(self) -> Path:
        """The work directory."""
        return self.folder / "work"

    @property
    def pip_calls(self) -> list[str]:
        """What pip was asked for by the last install."""
        calls = (self.folder / "calls").read_text().splitlines()
        return [call for call in calls if call.startswith("-m pip ")]


@pytest.fixture
def device(tmp_path: Path) -> Device:
    """A device on which nothing is installed."""
    return new_device(tmp_path)


def new_device(folder: Path) -> Device:
    """A device on which nothing is installed, in an empty folder."""
    (folder / "work").mkdir()
    (folder / "artifacts").mkdir()
    for name in ("install.sh", "requirements.txt"):
        shutil.copy(ROOT / "artifacts" / name, folder / "artifacts")
    tools = folder / "bin"
    tools.mkdir()
    for tool in ("cat", "chmod", "cp", "dirname", "mkdir", "mv", "rm", "sync"):
        found = shutil.which(tool)
        assert found is not None
        (tools / tool).symlink_to(found)
    (tools / "python3").write_text(PRETENDED_PYTHON)
    (tools / "python3").chmod(0o755)
    return Device(folder)


def test_is_plain_posix_shell() -> None:
    """A device may have no other shell."""
    subprocess.run(["/bin/sh", "-n", ROOT / "artifacts" / "install.sh"], check=True)


def test_installs_the_locked_packages_and_nothing_else(device: Device) -> None:
    """Hashes are required, and nothing is compiled on the device."""
    result = device.install()
    assert result.returncode == 0, result.stderr
    (call,) = device.pip_calls
    assert "--require-hashes" in call
    assert "--only-binary :all:" in call
    assert call.endswith(f"-r {device.folder}/artifacts/requirements.txt")
    assert (device.work / "venv" / "bin" / "python3").exists()
    assert [path.name for path in device.work.iterdir()] == ["venv"]


def test_second_install_needs_no_network(device: Device) -> None:
    """The classic nucleus installs at each of its starts."""
    device.install()
    result = device.install(PIP_FAILS="1")
    assert result.returncode == 0, result.stderr
    assert device.pip_calls == []


def test_power_lost_between_the_renamings_needs_no_network(device: Device) -> None:
    """The old environment stood aside already: it takes its place again."""
    device.install()
    (device.work / "venv").rename(device.work / "venv.old")
    result = device.install(PIP_FAILS="1")
    assert result.returncode == 0, result.stderr
    assert (device.work / "venv" / "bin" / "python3").exists()


def test_the_environment_is_for_its_own_user_alone(device: Device) -> None:
    """Under a loose umask too: who can write to it can have the component run anything."""
    device.install()
    made = [path for path in device.work.rglob("*") if not path.is_symlink()]
    assert {path.stat().st_mode & 0o077 for path in made} == {0}
    # As a version before this one has left it.
    (device.work / "venv").chmod(0o777)
    device.install()
    assert device.pip_calls == []
    assert (device.work / "venv").stat().st_mode & 0o777 == 0o700


def test_changed_lock_file_is_installed(device: Device) -> None:
    """A new version of the component brings its own packages."""
    device.install()
    with (device.folder / "artifacts" / "requirements.txt").open("a") as lock_file:
        lock_file.write("# changed\n")
    device.install()
    assert len(device.pip_calls) == 1


def test_environment_whose_python_is_gone_is_made_again(device: Device) -> None:
    """An upgrade of the system can take away the Python that the environment links to."""
    device.install()
    (device.work / "venv" / "bin" / "python3").unlink()
    device.install()
    assert len(device.pip_calls) == 1


def test_failed_install_leaves_the_old_environment(device: Device) -> None:
    """A rollback must work on a device that has lost its network."""
    device.install()
    (device.work / "venv" / "mark").touch()
    lock_file = device.folder / "artifacts" / "requirements.txt"
    before = lock_file.read_text()
    lock_file.write_text(before + "# changed\n")
    result = device.install(PIP_FAILS="1")
    assert result.returncode == 1
    assert "package index" in result.stderr
    lock_file.write_text(before)
    assert device.install(PIP_FAILS="1").returncode == 0
    assert (device.work / "venv" / "mark").exists()


def test_interrupted_first_install_is_not_trusted(device: Device) -> None:
    """What pip left half done must not pass for an environment."""
    assert device.install(PIP_FAILS="1").returncode == 1
    assert not (device.work / "venv").exists()
    device.install()
    assert len(device.pip_calls) == 1


def test_environment_without_its_stamp_is_not_trusted(device: Device) -> None:
    """The stamp says that the rest is complete."""
    device.install()
    (device.work / "venv" / ".installed-for").unlink()
    device.install()
    assert len(device.pip_calls) == 1


def test_old_python_is_refused_with_advice(device: Device) -> None:
    """The operator reads which Python is needed, which there is, and what to do."""
    result = device.install(TOO_OLD="1")
    assert result.returncode == 1
    assert "Python 3.10 or newer is needed, and this device has Python 3.9.1" in result.stderr
    assert "apt-get install" in result.stderr


def test_missing_venv_module_is_refused_with_advice(device: Device) -> None:
    """Debian ships Python without it."""
    result = device.install(NO_VENV="1")
    assert result.returncode == 1
    assert "python3-venv" in result.stderr


def test_newer_python_beside_an_old_one_is_found(device: Device) -> None:
    """Some distributions keep an old python3 for themselves."""
    tools = device.folder / "bin"
    (tools / "python3").rename(tools / "python3.11")
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    result = device.install()
    assert result.returncode == 0, result.stderr
    assert "python3.11" in result.stdout


@contextmanager
def device_of_another_user(left: str) -> Iterator[Device]:
    """A device whose work directory has a folder in which its user may remove nothing.

    Nucleus lite gives a new posixUser the work directory and nothing of what is in it.
    """
    with work_folder() as folder:
        device = new_device(folder)
        kept = device.work / left
        kept.mkdir()
        (kept / "package.py").touch()
        kept.chmod(0o555)
        if os.geteuid() == 0:
            for path in (folder, device.work):
                os.chown(path, NOBODY, NOBODY)
        try:
            yield device
        finally:
            for path in device.work.glob("venv*"):
                path.chmod(0o755)


# Another user may not be able to run the Python of the tests: for the fingerprint, what it is made
# of serves as well.
CAT = "/bin/cat"


@pytest.mark.parametrize("left", ["venv.old", "venv.new"])
def test_what_another_user_left_does_not_fail_the_install(left: str) -> None:
    """It is given another name, and root is asked to remove it."""
    with device_of_another_user(left) as device:

        def work() -> None:
            result = device.install(REAL_PYTHON=CAT)
            assert result.returncode == 0, result.stderr
            assert f"{left}.1 belongs to another user" in result.stderr
            assert (device.work / "venv" / ".installed-for").exists()
            assert not (device.work / left).exists()
            assert (device.work / f"{left}.1" / "package.py").exists()

        act_as_another_user(work)


def test_an_environment_of_another_user_is_replaced() -> None:
    """Each new version can be installed, and its environment is used from then on."""
    with device_of_another_user("venv") as device:

        def work() -> None:
            for install in (1, 2):
                result = device.install(REAL_PYTHON=CAT)
                assert result.returncode == 0, result.stderr
                assert len(device.pip_calls) == (install == 1)
            assert (device.work / "venv" / ".installed-for").exists()
            assert (device.work / "venv.old.1" / "package.py").exists()

        act_as_another_user(work)


def test_several_users_may_have_left_something() -> None:
    """No name is taken twice."""
    with device_of_another_user("venv.old") as device:
        (device.work / "venv.old.1").mkdir()

        def work() -> None:
            assert device.install(REAL_PYTHON=CAT).returncode == 0
            assert (device.work / "venv.old.2" / "package.py").exists()

        act_as_another_user(work)
