"""Fixtures that several test modules share."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_device_associator.journal.journal import Journal
from client_device_associator.reporting.notices import DefectFound
from support.engine_driver import EngineDriver
from support.outbox import SendingOutbox
from support.rig import Rig, of_kind


@pytest.fixture
def rig(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Rig]:
    """A component that has not started, with every line of its log captured."""
    caplog.set_level(logging.DEBUG, "client_device_associator")
    rig = Rig(tmp_path)
    yield rig
    rig.close()
    # The loop goes on after one as if nothing had been.
    assert rig.expects_defects or not of_kind(rig.notices, DefectFound), "a defect went unnoticed"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal on disk."""
    journal = Journal(tmp_path / "journal")
    yield journal
    journal.close()


@pytest.fixture
def driver(journal: Journal) -> EngineDriver:
    """An engine with the default settings and the longest waits."""
    return EngineDriver(journal)


@pytest.fixture
def sending(tmp_path: Path) -> Iterator[SendingOutbox]:
    """An outbox with the default settings."""
    sending = SendingOutbox(tmp_path / "journal")
    yield sending
    sending.journal.close()
