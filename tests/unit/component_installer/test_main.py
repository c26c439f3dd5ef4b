"""A whole install, in this process."""

import errno
import os
import shutil
import sys
from pathlib import Path

import pytest

from component_installer import environments, main, making
from component_installer.errors import InstallError
from support.small_package import SmallPackage, purpose, small_package


@pytest.fixture
def package(tmp_path: Path) -> SmallPackage:
    """A package that brings its libraries, and an empty work directory."""
    return small_package(tmp_path)


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on nothing is made."""

    def make(*_: object, **__: object) -> None:
        raise AssertionError("it is not up to date")

    monkeypatch.setattr(making, "make", make)


def test_an_environment_is_made_and_put_in_place(package: SmallPackage) -> None:
    """With nothing beside it."""
    environment = package.install()
    assert environment.name.startswith("venv-")
    assert {path.name for path in package.work.iterdir()} == {"venv", environment.name}
    assert package.said[-1] == "the virtual environment is ready"
    assert package.warned == []


def test_a_second_install_does_nothing(
    package: SmallPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nuclei install again and again."""
    package.install()
    forbid(monkeypatch)
    monkeypatch.setattr(os, "sync", lambda: pytest.fail("it waits for the disk"))
    package.install()
    assert package.said[-1] == "the virtual environment is up to date"


def test_a_rollback_needs_nothing(package: SmallPackage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Back and forth, with the libraries of each version."""
    first = package.install()
    before = package.lock_file.read_text()
    package.change_lock()
    second = package.install()
    assert second != first
    after = package.lock_file.read_text()
    forbid(monkeypatch)
    for lock, environment in ((before, first), (after, second), (before, first)):
        package.lock_file.write_text(lock)
        assert package.install() == environment


def test_the_environment_is_for_its_own_user_alone(package: SmallPackage) -> None:
    """Who can write to it can have the component run anything."""
    package.install().chmod(0o777)
    assert package.install().stat().st_mode & 0o777 == 0o700


def test_the_stamp_has_the_words_of_earlier_versions(package: SmallPackage) -> None:
    """After a rollback each version finds the environment that is its own."""
    stamp = package.install() / ".installed-for"
    assert stamp.read_text(encoding="utf-8") == f"{purpose(package)}\n"


def test_a_failed_install_leaves_what_was_there(package: SmallPackage) -> None:
    """And nothing that is half made."""
    environment = package.install()
    package.change_lock()
    (package.libraries / "other.py").write_bytes(b"damaged")
    with pytest.raises(InstallError, match="artifact is damaged"):
        package.install()
    assert package.environments == [environment.name]
    assert package.venv.resolve() == environment


@pytest.mark.parametrize("what", ["complete", "use"])
def test_an_install_that_is_killed_is_made_up_for(
    package: SmallPackage, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the stamp, what is there is made again; after it, only the link is missing."""
    environment = package.install()
    package.change_lock()
    with monkeypatch.context() as patch:

        def killed(*_: object) -> None:
            raise InterruptedError

        patch.setattr(environments.Environments, what, killed)
        patch.setattr(environments.Environments, "remove", lambda *_: None)
        with pytest.raises(InterruptedError):
            package.install()
    assert package.venv.resolve() == environment
    assert len(package.environments) == 2
    if what == "use":
        forbid(monkeypatch)
    assert package.install() != environment
    assert len(package.environments) == 2


def test_a_system_that_lacks_a_library_is_refused(package: SmallPackage) -> None:
    """Each install looks, for an upgrade of the system may have changed them."""
    file = package.package / "artifacts" / "system-packages.txt"
    file.write_text("no-such-library>=1.0,<2\n")
    with pytest.raises(InstallError, match="no-such-library is missing"):
        package.install()
    assert package.environments == []


def test_a_package_without_its_lock_is_damaged(package: SmallPackage) -> None:
    """It says so, rather than that a file is missing."""
    package.lock_file.unlink()
    with pytest.raises(InstallError, match="the artifact is damaged"):
        package.install()


def test_an_install_goes_on_without_the_operator_s_command(package: SmallPackage) -> None:
    """The component does not need it."""
    environment = package.install()
    command = environment / "bin" / "associator"
    command.unlink()
    command.with_name("associator.new").mkdir()
    package.install()
    assert "could not write the operator's command" in package.warned[0]


def run(package: SmallPackage, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run it as install.sh does."""
    monkeypatch.chdir(package.work)
    return main.main([str(package.package)])


def test_what_is_wrong_is_said_on_stderr(
    package: SmallPackage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A nucleus logs that as a warning."""
    assert run(package, monkeypatch) == 0
    package.lock_file.write_text("library")
    assert run(package, monkeypatch) == 1
    captured = capsys.readouterr()
    assert captured.out.count("client-device-associator install: ") == 2
    assert captured.err.startswith("client-device-associator install: the lock file has a line")


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "the disk is full: "), (errno.EROFS, "Read-only file system")],
)
def test_a_disk_that_refuses_is_named(
    number: int,
    said: str,
    package: SmallPackage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What was half made is removed: it takes room that is missing."""

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(making, "copy", refuse)
    assert run(package, monkeypatch) == 1
    assert said in capsys.readouterr().err
    assert list(package.work.iterdir()) == []


def test_the_python_is_part_of_the_purpose(
    package: SmallPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library of another Python does not load."""
    environment = package.install()
    copy = package.folder / "python3"
    copy.symlink_to(shutil.which(sys.executable) or sys.executable)
    monkeypatch.setattr(sys, "executable", str(copy))
    assert package.install() != environment
