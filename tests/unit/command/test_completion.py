import shutil
import subprocess

import pytest

from client_device_associator.command.commands import COMMANDS
from client_device_associator.command.completion import script
from client_device_associator.command.exit_codes import FINE, USAGE
from support.commands import run


def completed(*words: str) -> list[str]:
    """What bash offers for the last of these words."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    call = (
        f'{script(COMMANDS)}\nCOMP_WORDS=(associator "$@"); COMP_CWORD=$#;'
        " _associator; printf '%s\\n' \"${COMPREPLY[@]}\""
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
