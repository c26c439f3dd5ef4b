import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from client_device_associator import __version__
from client_device_associator.command.exit_codes import UNREADABLE, USAGE, WRONG
from client_device_associator.command.main import main
from client_device_associator.work_files import JOURNAL
from support.commands import NOW, fill, run
from support.journal_files import pending
from support.values import numbered

PROGRAM = (sys.executable, "-m", "client_device_associator")


def test_without_arguments_there_is_help() -> None:
    """As the wrapper is run by somebody who does not know it."""
    errors = io.StringIO()
    assert main([], io.StringIO(), errors, {}, NOW) == USAGE
    assert "usage: associator" in errors.getvalue()


@pytest.mark.parametrize(
    ("arguments", "exit_code"), [(["--help"], 0), (["--version"], 0), (["nonsense"], USAGE)]
)
def test_help_version_and_nonsense(
    arguments: list[str], exit_code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """As of any program."""
    with pytest.raises(SystemExit) as raised:
        run(None, *arguments)
    assert raised.value.code == exit_code
    printed = capsys.readouterr()
    assert "associator" in printed.out + printed.err or __version__ in printed.out


def test_an_error_is_a_sentence(tmp_path: Path) -> None:
    """In one line, whatever the name of the directory is; nothing is on the other stream."""
    odd = tmp_path / "a\nb"
    odd.mkdir()
    ran = run(odd, "devices")
    assert (ran.exit_code, ran.out) == (UNREADABLE, "")
    assert ran.errors.startswith("associator: there is no journal")
    assert ran.errors.count("\n") == 1


def test_a_reader_that_takes_nothing_more(tmp_path: Path) -> None:
    """A full disk behind `>`: the exit code says that not all is there."""

    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    fill(tmp_path, pending("a"))
    ran = run(tmp_path, "devices", out=Full())
    assert ran.exit_code == WRONG
    assert "No space left" in ran.errors


def test_the_program_runs_commands(tmp_path: Path) -> None:
    """With arguments it is no component; a reader that ends early is no error worth a word."""
    fill(tmp_path, *map(pending, numbered(30_000)))
    with subprocess.Popen(
        [*PROGRAM, "devices"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"THING NAME")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() != 0


def test_component_and_command_import_nothing_of_each_other() -> None:
    """The component has no memory to spare, and a command talks with no nucleus."""
    script = (
        "import sys; import client_device_associator.{};"
        " print(*(one for one in sys.modules if '{}' in one))"
    )
    for imported, absent in (
        ("component", "client_device_associator.command"),
        ("component", "argparse"),
        ("command.main", "client_device_associator.nucleus"),
        ("command.main", "client_device_associator.component"),
    ):
        ran = subprocess.run(
            [sys.executable, "-c", script.format(imported, absent)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ},
        )
        assert ran.stdout.split() == [], (imported, absent)


def test_the_journal_has_one_name() -> None:
    """What the component writes is what commands read."""
    assert str(JOURNAL) == "associations.sqlite3"
