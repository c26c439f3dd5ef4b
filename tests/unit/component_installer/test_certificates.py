"""Whom pip trusts."""

from pathlib import Path

import pytest

from component_installer.certificates import write_certificates


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """The usual certificates, those of the nucleus, and where both go."""
    usual, given = tmp_path / "usual.pem", tmp_path / "given.pem"
    usual.write_text("usual\n")
    given.write_text("given\n")
    return usual, given, tmp_path / "both.pem"


def test_those_of_the_nucleus_come_on_top(files: tuple[Path, Path, Path]) -> None:
    """The index is behind the usual ones, a proxy behind the nucleus's."""
    usual, given, both = files
    found = write_certificates(both, [usual, usual / "no"], {"GG_ROOT_CA_PATH": str(given)})
    assert found == both
    assert both.read_text() == "usual\n\ngiven\n"


@pytest.mark.parametrize("name", ["PIP_CERT", "REQUESTS_CA_BUNDLE"])
def test_a_choice_is_left_as_it_is(name: str, files: tuple[Path, Path, Path]) -> None:
    """Somebody has configured pip."""
    usual, given, both = files
    environment = {"GG_ROOT_CA_PATH": str(given), name: "/chosen.pem"}
    assert write_certificates(both, [usual], environment) is None
    assert not both.exists()


@pytest.mark.parametrize("path", ["", "/absent.pem"])
def test_no_certificates_are_no_error(path: str, files: tuple[Path, Path, Path]) -> None:
    """An install tries with the usual ones."""
    assert write_certificates(files[2], [files[0]], {"GG_ROOT_CA_PATH": path}) is None
    assert write_certificates(files[2], [files[0]], {}) is None
