"""Fixtures that several test modules share."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_device_associator.configuration.settings import Settings
from living import Live
from posting import Post


@pytest.fixture
def live(caplog: pytest.LogCaptureFixture) -> Live:
    """A configuration that was not tended yet."""
    caplog.set_level(logging.DEBUG, "client_device_associator")
    return Live()


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """An outbox with the default settings."""
    post = Post(tmp_path / "journal", Settings())
    yield post
    post.journal.close()
