"""What pages show is in files, to be taken as they are: the same text in both places."""

import re

import pytest

from support.documents import ROOT, Block, blocks, read

DOCS = ROOT / "docs"
PAGES = ("docs/deploying.md", "docs/announcing.md", "docs/contract.md")
FOLDERS = ("deploying", "announcing")
LANGUAGES = {"json": ".json", "yaml": ".yaml", "python": ".py"}

_LINK = re.compile(r"\]\(([\w/.-]+\.(?:json|yaml|py))\)")

SHOWN = [block for block in blocks(*LANGUAGES) if block.document in PAGES]


def file_of(block: Block) -> str:
    """The file that the sentence above a block links to, the last if there are several."""
    above = read(ROOT / block.document).splitlines()[: block.line - 1]
    name: str = _LINK.findall("\n".join(above[-3:]))[-1]
    return name


@pytest.mark.parametrize("block", SHOWN, ids=str)
def test_a_block_is_the_file_that_is_named_above_it(block: Block) -> None:
    """Byte for byte."""
    name = file_of(block)
    assert name.endswith(LANGUAGES[block.language])
    assert block.text == read(DOCS / name)


def test_each_file_is_shown_or_linked() -> None:
    """Nothing is there that no page speaks of."""
    linked = {link for page in PAGES for link in _LINK.findall(read(ROOT / page))}
    files = {
        path.relative_to(DOCS).as_posix()
        for folder in FOLDERS
        for path in (DOCS / folder).rglob("*.*")
    }
    assert files <= linked
    assert {file_of(block) for block in SHOWN} <= files
