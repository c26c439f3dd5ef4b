import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from client_device_associator.command.commands import COMMANDS
from client_device_associator.command.completion import script
from client_device_associator.command.exit_codes import FINE, USAGE
from support.commands import fill, run
from support.journal_files import pending


def completed(*words: str, program: str = "associator() { :; }") -> list[str]:
    """What bash offers for the last of these words; a shell function stands for the program."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    call = (
        f'{program}\n{script(COMMANDS)}\nCOMP_WORDS=(associator "$@"); COMP_CWORD=$#;'
        ' COMP_LINE="associator $*"; COMP_POINT=${#COMP_LINE};'
        " _associator associator; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    ran = subprocess.run(
        [bash, "--norc", "-c", call, "bash", *words], capture_output=True, text=True, check=True
    )
    assert ran.stderr == ""
    return ran.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["stat"], ["status"]),
        (["--ver"], ["--version"]),
        (["devices", "--s"], ["--state", "--sort"]),
        (["devices", "--state", "f"], ["failed"]),
        (
            ["devices", "--state", "failed", "--sort", ""],
            ["name", "since", "due", "attempts", "state"],
        ),
        (["completion", "z"], ["zsh"]),
        (["status", "nonsense"], []),
    ],
)
def test_bash_offers(words: list[str], offered: list[str]) -> None:
    """Commands, options and their values, each where they can be."""
    assert completed(*words) == offered


def test_every_command_is_offered() -> None:
    """None is forgotten: the script is made of the parser."""
    assert completed("")[: len(COMMANDS)] == [command.name for command in COMMANDS]


def test_a_script_for_each_shell(capsys: pytest.CaptureFixture[str]) -> None:
    """That of bash is run by zsh, too; no other shell is known."""
    bash, zsh = run(None, "completion", "bash"), run(None, "completion", "zsh")
    assert bash.exit_code == zsh.exit_code == FINE
    assert zsh.out.endswith(bash.out)
    assert "bashcompinit" in zsh.out
    with pytest.raises(SystemExit) as raised:
        run(None, "completion", "fish")
    assert raised.value.code == USAGE
    assert "bash" in capsys.readouterr().err


def test_names_of_devices_are_offered(tmp_path: Path) -> None:
    """Of those in the journal, behind an option too; a name with a colon is two words for bash."""
    fill(tmp_path, *map(pending, ("lamp-1", "lamp-2", "pump", "hall:lamp-3")))
    program = f'associator() {{ "{sys.executable}" -m client_device_associator "$@"; }}'
    where = ("--directory", str(tmp_path))
    assert completed("why", *where, "lamp", program=program) == ["lamp-1", "lamp-2"]
    assert completed("retry", *where, "pump", "hall:l", program=program) == ["lamp-3"]


@pytest.mark.parametrize("words", [("status", "lamp"), ("announce", "lamp"), ("why", "--json")])
def test_names_are_offered_only_where_they_can_be(words: tuple[str, ...]) -> None:
    """A device that is to be announced is not in the journal, and an option is no name."""
    assert "lamp-1" not in completed(*words, program="associator() { echo lamp-1; }")


def test_without_a_journal_no_name_is_offered() -> None:
    """And nothing is printed over the line that a person types."""
    assert completed("why", "lamp", program="associator() { echo no >&2; return 3; }") == []
