"""The operator's command in the environment; whether it runs is in unit/artifacts."""

from pathlib import Path

import pytest

from component_installer.operators_command import write_command


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment's folder."""
    folder = tmp_path / "it's here"
    (folder / "bin").mkdir(parents=True)
    return folder


def test_it_is_written_once(environment: Path) -> None:
    """An install that has nothing to do writes nothing."""
    write_command(environment, environment)
    command = environment / "bin" / "associator"
    assert command.stat().st_mode & 0o777 == 0o700
    before = command.stat().st_ino
    write_command(environment, environment)
    assert command.stat().st_ino == before


def test_another_version_has_another(environment: Path) -> None:
    """Its package is elsewhere, though the environment may be the same."""
    command = environment / "bin" / "associator"
    for version in ("one", "two"):
        write_command(environment, environment / version)
        assert f"{version}'" in command.read_text(encoding="utf-8")
    assert [path.name for path in command.parent.iterdir()] == ["associator"]
