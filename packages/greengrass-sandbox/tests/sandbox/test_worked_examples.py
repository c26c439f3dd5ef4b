"""The examples in `docs/examples.md` run. What `new` makes does so in `test_pytest_plugin.py`."""

import re
import shutil
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2]
DOCS = PACKAGE / "docs"
ROSTER = DOCS / "examples" / "roster"
TEMPLATE = PACKAGE / "src" / "greengrass_sandbox" / "command" / "template"

pytest_plugins = ["pytester"]


def unindented(text: str) -> str:
    """Each line without the spaces before it."""
    return re.sub(r"^ +", "", text, flags=re.MULTILINE)


def test_they_pass(pytester: pytest.Pytester) -> None:
    """A component that calls AWS, and an outage in the middle; one nucleus is enough here."""
    shutil.copytree(ROSTER, pytester.path, dirs_exist_ok=True)
    result = pytester.runpytest("-p", "no:xdist", "--nucleus", "lite", "-q")
    result.assert_outcomes(passed=2)


def test_what_the_page_shows_is_in_the_files() -> None:
    """Each block of Python, word for word, but for how far it is indented."""
    page = (DOCS / "examples.md").read_text()
    files = [
        unindented(path.read_text())
        for folder in (ROSTER, TEMPLATE)
        for path in folder.rglob("*.py")
    ]
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 3
    for block in blocks:
        assert any(unindented(block) in text for text in files), block
