"""The parts of an artifact."""

from pathlib import Path

from component_installer.sources import Sources


def test_a_package_says_where_its_libraries_come_from(tmp_path: Path) -> None:
    """By the file that it has for those of the system."""
    sources = Sources(tmp_path)
    assert {path.parent.name for path in (sources.lock_file, sources.libraries)} == {"artifacts"}
    assert not sources.from_system
    sources.system_file.parent.mkdir()
    sources.system_file.touch()
    assert sources.from_system
