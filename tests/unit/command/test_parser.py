import pytest

from client_device_associator.command import exit_codes
from client_device_associator.command.commands import COMMANDS
from client_device_associator.command.parser import make_parser


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_has_the_common_options(name: str) -> None:
    """Behind its name, and a help of its own."""
    _, parsers = make_parser(COMMANDS)
    help_text = parsers[name].format_help()
    for option in ("--directory DIR", "--json", "--help"):
        assert option in help_text


def test_help_is_enough() -> None:
    """Every command with a line about it, and every exit code."""
    parser, _ = make_parser(COMMANDS)
    help_text = parser.format_help()
    for command in COMMANDS:
        assert f"\n    {command.name}" in help_text
        assert command.summary in " ".join(help_text.split())
    numbers = [value for value in vars(exit_codes).values() if isinstance(value, int)]
    assert len(numbers) == 6
    assert all(f"\n  {number}  " in help_text for number in numbers)


def test_options_are_not_abbreviated() -> None:
    """A script with half an option would mean another one in a later version."""
    parser, _ = make_parser(COMMANDS)
    with pytest.raises(SystemExit):
        parser.parse_args(["status", "--js"])
