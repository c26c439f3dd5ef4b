"""Libraries from a package index: what pip is told. A real pip is run by tests/installcheck."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from component_installer import index
from component_installer.errors import InstallError
from component_installer.index import (
    install_from_index,
    make_environment_with_pip,
    pip_command,
    pip_variables,
)


def test_nothing_is_compiled_or_taken_on_trust(tmp_path: Path) -> None:
    """Each file is one that the lock names."""
    command = pip_command(Path("python3"), Path("lock.txt"), tmp_path / "cache")
    for option in ("--require-hashes", "--no-compile", "--no-input"):
        assert option in command
    assert command[command.index("--only-binary") + 1] == ":all:"
    assert command[-2:] == ["-r", "lock.txt"]


def test_an_index_that_does_not_answer_is_given_up_in_time() -> None:
    """Lite ends an install after about 305 s; what an operator has set counts all the same."""
    assert pip_variables({"A": "b"}) == {"A": "b", "PIP_RETRIES": "2", "PIP_DEFAULT_TIMEOUT": "15"}
    assert pip_variables({"PIP_RETRIES": "9"})["PIP_RETRIES"] == "9"


def test_a_python_without_pip_is_refused_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian ships Python without it."""
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(InstallError, match="apt-get install python3-venv") as raised:
        make_environment_with_pip(tmp_path / "venv")
    assert "brings its libraries" in str(raised.value)
    assert not (tmp_path / "venv").exists()


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], Mapping[str, str]]]:
    """What would have been run for an environment that has pip already; pip fails."""
    ran: list[tuple[list[str], Mapping[str, str]]] = []

    def run(
        command: Sequence[str | Path], env: Mapping[str, str] | None = None, **_: object
    ) -> subprocess.CompletedProcess[str]:
        ran.append((list(map(str, command)), env or {}))
        return subprocess.CompletedProcess(command, int("pip" in command), stdout=__file__)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(index, "make_environment_with_pip", lambda _: None)
    return ran


def test_a_failure_says_what_to_do(
    tmp_path: Path, commands: list[tuple[list[str], Mapping[str, str]]]
) -> None:
    """That of pip says what, and not what for."""
    with pytest.raises(InstallError, match="must reach its package index"):
        install_from_index(tmp_path, tmp_path / "lock", tmp_path / "cache")
    assert "--require-hashes" in commands[-1][0]


def test_the_nucleus_s_certificates_are_trusted(
    tmp_path: Path,
    commands: list[tuple[list[str], Mapping[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind a proxy that opens TLS; together with the usual ones."""
    given = tmp_path / "given.pem"
    given.write_text("given")
    for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GG_ROOT_CA_PATH", str(given))
    with pytest.raises(InstallError):
        install_from_index(tmp_path, tmp_path / "lock", tmp_path / "cache")
    trusted = Path(commands[-1][1]["PIP_CERT"]).read_text()
    assert trusted.startswith(Path(__file__).read_text())
    assert trusted.endswith("given")
