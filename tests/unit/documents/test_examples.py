"""Every example in every document is what it claims to be."""

import ast
import importlib
import re
import shlex
import subprocess

import pytest
import yaml

from greengrass_sandbox import Fault, Link, TokenExchangeMode, command_parser
from support.documents import DOCUMENTS, ROOT, Block, blocks, read

LANGUAGES = {"json", "yaml", "python", "sh", "text", "mermaid"}
SANDBOX = ".venv/bin/python -m greengrass_sandbox "

_EVALUATED = re.compile(r'eval "\$\((.*)\)"')
_CONTENT = re.compile(r'"\$\(cat (\S+)\)"')


def _with_contents(line: str) -> str:
    """A line with what its shell puts into it: the contents of files."""
    return _CONTENT.sub(lambda found: shlex.quote(read(ROOT / found[1])), line)


_SANDBOX_COMMANDS = [
    _with_contents(command.removeprefix(SANDBOX).removesuffix(" &"))
    for block in blocks("sh")
    for line in block.text.splitlines()
    if (command := _EVALUATED.sub(r"\1", line)).startswith(SANDBOX)
]


def test_every_block_says_what_it_is() -> None:
    """A block in no language, or in one that no test here reads, could hold anything."""
    assert {block.language for block in blocks()} == LANGUAGES
    for path in DOCUMENTS:
        fences = [line for line in read(path).splitlines() if line.lstrip().startswith("```")]
        found = [block for block in blocks() if ROOT / block.document == path]
        assert len(fences) == 2 * len(found), f"{path.name} has a fence without its end"


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_an_object(block: Block) -> None:
    """It can be copied as it stands."""
    assert block.json()


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml_is_a_map(block: Block) -> None:
    """It can be merged into a recipe as it stands."""
    assert isinstance(yaml.safe_load(block.text), dict)


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_a_program_compiles_and_imports_what_there_is(block: Block) -> None:
    """Syntax, and every name that it imports."""
    tree = ast.parse(block.text, str(block))
    compile(tree, str(block), "exec")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                importlib.import_module(alias.name)
        elif isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module or "")
            assert all(hasattr(module, alias.name) for alias in node.names)


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_a_script_is_one(block: Block) -> None:
    """A shell can read it; nothing is run."""
    read_only = subprocess.run(
        ["/bin/sh", "-n"], input=block.text, text=True, capture_output=True, check=False
    )
    assert (read_only.returncode, read_only.stderr) == (0, "")


@pytest.mark.parametrize("command", _SANDBOX_COMMANDS)
def test_the_sandbox_knows_its_commands(command: str) -> None:
    """Options, payloads and faults are those of the command line; others raise here."""
    options = command_parser().parse_args(shlex.split(command))
    for fault in getattr(options, "faults", []):
        if "tokenExchange" in fault:
            TokenExchangeMode(fault["tokenExchange"])
        elif "iotCore" in fault:
            Link(fault["iotCore"])
        else:
            Fault.from_document(fault)


def test_the_sandbox_commands_are_all_there() -> None:
    """Each of them is shown at work or in the table of its document."""
    assert {shlex.split(command)[0] for command in _SANDBOX_COMMANDS} == {
        *("up", "deploy", "publish", "watch", "fault", "status", "things"),
        *("associate", "disassociate", "credentials", "new", "record", "replay"),
    }
