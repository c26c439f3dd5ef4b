"""`completion`: what the shell needs to complete commands and options."""

import argparse
from argparse import Namespace
from collections.abc import Sequence

from client_device_associator.command.arguments import Arguments
from client_device_associator.command.command import Command, Context
from client_device_associator.command.exit_codes import FINE
from client_device_associator.command.parser import PROGRAM, make_parser

_SHELLS = ("bash", "zsh")

# zsh runs the function of bash with its own `bashcompinit`.
_ZSH_HEAD = "autoload -U +X bashcompinit && bashcompinit\n"
_BASH = """\
_{program}() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD - 1]}}" words=
    COMPREPLY=()
    case "${{COMP_WORDS[1]}} $before" in
{values}
    esac
    if [ -z "$words" ]; then
        if [ "$COMP_CWORD" -eq 1 ]; then
            words="{commands}"
        else
            case "${{COMP_WORDS[1]}}" in
{options}
            esac
        fi
    fi
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$word")
    case "${{COMP_WORDS[1]}}" in
        {things}) [ "$COMP_CWORD" -gt 1 ] && _{program}_things "$1" ;;
    esac
}}
_{program}_things() {{
    local line="${{COMP_LINE:0:COMP_POINT}}" name index colons= directory=()
    line="${{line##* }}"
    case "$line" in -*) return ;; esac
    for ((index = 2; index < COMP_CWORD - 1; index++)); do
        [ "${{COMP_WORDS[index]}}" = {directory} ] || continue
        directory=({directory} "${{COMP_WORDS[index + 1]}}")
    done
    case "$COMP_WORDBREAKS" in *:*) colons="${{line%"${{line##*:}}"}}" ;; esac
    while IFS= read -r name; do
        COMPREPLY+=("${{name#"$colons"}}")
    done < <("$1" things "${{directory[@]}}" -- "$line" 2>/dev/null)
}}
complete -F _{program} {program}
"""
_DIRECTORY = "--directory"
_WITH_THINGS = ("why", "retry", "forget")
"""Commands that are about devices in the journal."""


def completion_of(others: Sequence[Command]) -> Command:
    """The command, for a program with these commands and itself."""

    def run(options: Namespace, context: Context) -> int:
        head = _ZSH_HEAD if options.shell == "zsh" else ""
        context.output.line((head + script([*others, command])).rstrip())
        return FINE

    command = Command("completion", "print what a shell needs to complete commands", _add, run)
    return command


def _add(arguments: Arguments) -> None:
    arguments.add_argument("shell", choices=_SHELLS, help="which shell")
    arguments.epilog = (
        f'For this session: eval "$({PROGRAM} completion bash)". For good: put its output into'
        f" /etc/bash_completion.d/{PROGRAM}, or into a file that ~/.zshrc reads."
    )


def script(commands: Sequence[Command]) -> str:
    """A function of bash that completes these commands."""
    top, parsers = make_parser(commands)
    names = [*parsers, *_options(top)]
    values, options = [], []
    for name, parser in parsers.items():
        for action in parser.described:
            values += _values(name, action)
        words = [*_options(parser), *_positional(parser)]
        options.append(f'                {name}) words="{" ".join(words)}" ;;')
    return _BASH.format(
        program=PROGRAM,
        commands=" ".join(names),
        values="\n".join(values),
        options="\n".join(options),
        things="|".join(_WITH_THINGS),
        directory=_DIRECTORY,
    )


def _values(command: str, action: argparse.Action) -> list[str]:
    """What can follow an option."""
    lines = []
    for option in action.option_strings:
        where = f'        "{command} {option}")'
        if action.choices:
            lines.append(f'{where} words="{" ".join(map(str, action.choices))}" ;;')
        elif option == _DIRECTORY:
            lines.append(f'{where} COMPREPLY=($(compgen -d -- "$word")); return ;;')
    return lines


def _options(parser: Arguments) -> list[str]:
    return [
        option
        for action in parser.described
        for option in action.option_strings
        if option.startswith("--")
    ]


def _positional(parser: Arguments) -> list[str]:
    return [
        str(choice)
        for action in parser.described
        if not action.option_strings
        for choice in action.choices or ()
    ]
