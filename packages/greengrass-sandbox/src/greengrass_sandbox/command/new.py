"""The command `new`: a component to begin with."""

import argparse
import re
from pathlib import Path

from greengrass_sandbox.command.asking import say

# The template is a component itself, which runs as it is: these two are what changes in it.
_TEMPLATE_NAME = "com.example.Hello"
_TEMPLATE_TOPICS = "hello/"

_TEMPLATE = Path(__file__).parent / "template"
_OTHER_NAMES = {
    # With its own name it would take effect in the folder of the template.
    "gitignore": ".gitignore",
    # As .md it would be one of this project's documents.
    "README.txt": "README.md",
}
_VALID_NAME = re.compile(r"[a-zA-Z0-9-_.]{1,128}")
"""Of a component, as CreateComponentVersion takes it."""


def new(options: argparse.Namespace) -> int:
    """Make a component.

    Raises:
        ValueError: A component cannot have this name.
        FileExistsError: A file that would be written is there.
    """
    folder: Path = options.folder or Path(options.name)
    for file in make(options.name, folder):
        say(str(file))
    say(f"made {options.name}. To test it:  cd {folder} && pytest")
    return 0


def make(name: str, folder: Path) -> list[Path]:
    """Write the files of a component; returns their paths.

    Args:
        name: The component's. The last part of it, in lower case, is what its topics begin with.
        folder: Where; it is made.

    Raises:
        ValueError: A component cannot have this name.
        FileExistsError: A file that would be written is there; nothing was written.
    """
    if not _VALID_NAME.fullmatch(name):
        raise ValueError(
            f"a component cannot be named {name!r}: letters, digits and - _ . are allowed, "
            "such as com.example.DoorCounter"
        )
    contents = {folder / file: _renamed(text, name) for file, text in _template().items()}
    if there := [str(path) for path in contents if path.exists()]:
        raise FileExistsError(f"is there already: {', '.join(there)}")
    for path, text in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(contents)


def _template() -> dict[Path, str]:
    """The texts of its files, by the paths that they get."""
    found = {}
    for path in sorted(_TEMPLATE.rglob("*")):
        # Running it in place leaves what Python compiles.
        if path.is_file() and "__pycache__" not in path.parts:
            place = path.relative_to(_TEMPLATE)
            name = _OTHER_NAMES.get(place.name, place.name)
            found[place.with_name(name)] = path.read_text(encoding="utf-8")
    return found


def _renamed(text: str, name: str) -> str:
    topics = name.rstrip(".").rpartition(".")[2].lower() or "component"
    return text.replace(_TEMPLATE_NAME, name).replace(_TEMPLATE_TOPICS, f"{topics}/")
