from support.documents import read
from support.transcripts import DOCUMENT, with_transcripts


def test_transcripts_are_what_the_commands_print() -> None:
    """`PYTHONPATH=tests .venv/bin/python -m support.transcripts` writes them again."""
    assert read(DOCUMENT) == with_transcripts(read(DOCUMENT))
