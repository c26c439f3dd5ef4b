import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client_device_associator import __version__, component
from client_device_associator.errors import NucleusLostError
from client_device_associator.messages.topic import HEALTH_TOPIC
from client_device_associator.pipeline.events import HealthRequested
from client_device_associator.pipeline.loop import EXIT_FAILED, EXIT_STOPPED
from client_device_associator.reporting.notices import JournalSetAside, JournalUsable
from support.fakes import FakeNucleus
from support.rig import Rig, of_kind

UNWANTED = {
    *("awsiot", "awscrt", "boto3", "botocore", "urllib3", "http", "ssl"),
    *("dataclasses", "inspect", "ast", "subprocess", "difflib", "asyncio"),
}

LOGGER = logging.getLogger("client_device_associator")
ENVIRONMENT = {"AWS_IOT_THING_NAME": "core-1", "AWS_REGION": "eu-central-1"}


class ConnectedNucleus(FakeNucleus):
    """A nucleus for a whole process; a test says what happens at the first subscription."""

    def __init__(self, on_lost: Callable[[], None]) -> None:
        super().__init__()
        self.lose = on_lost
        self.gave_up = 0
        self.closed = 0

    def give_up(self) -> None:
        """Ends every wait."""
        self.gave_up += 1

    def close(self) -> None:
        """Closes the connection."""
        self.closed += 1


@pytest.fixture(autouse=True)
def _untouched_logger() -> Iterator[None]:
    """Puts back what a process changes of the log."""
    before = LOGGER.level, LOGGER.propagate, list(LOGGER.handlers)
    yield
    LOGGER.setLevel(before[0])
    LOGGER.propagate = before[1]
    LOGGER.handlers[:] = before[2]


def run(
    monkeypatch: pytest.MonkeyPatch, path: Path, happens: Callable[[ConnectedNucleus], None]
) -> tuple[int, ConnectedNucleus]:
    """Runs a process in which something happens when it listens; its exit code and its nucleus."""
    made: list[ConnectedNucleus] = []

    def connect(on_lost: Callable[[], None]) -> ConnectedNucleus:
        nucleus = ConnectedNucleus(on_lost)
        nucleus.on_subscribe = lambda _: happens(nucleus)
        made.append(nucleus)
        return nucleus

    monkeypatch.chdir(path)
    monkeypatch.setattr(component, "IpcNucleus", connect)
    exit_code = component.run(ENVIRONMENT)
    (nucleus,) = made
    return exit_code, nucleus


def test_a_lost_nucleus_ends_the_process_with_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only a process that the next nucleus starts can connect to it."""
    exit_code, nucleus = run(monkeypatch, tmp_path, lambda nucleus: nucleus.lose())
    assert (exit_code, nucleus.closed) == (EXIT_FAILED, 1)
    written = capsys.readouterr().out
    assert f"client device associator {__version__} for core device core-1" in written
    assert "stopping: the connection to the nucleus is lost" in written


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_in_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: signal.Signals
) -> None:
    """The session's wait is ended, all is closed, and the handlers are those from before."""
    before = signal.getsignal(number)
    exit_code, nucleus = run(monkeypatch, tmp_path, lambda _: os.kill(os.getpid(), number))
    assert exit_code == EXIT_STOPPED
    assert nucleus.gave_up
    assert nucleus.closed == 1
    assert signal.getsignal(number) == before


def test_no_nucleus_is_an_error_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the last line of the log, and the exit code has the component started again."""

    def connect(on_lost: Callable[[], None]) -> None:  # noqa: ARG001 - as IpcNucleus
        raise NucleusLostError("nobody is there")

    monkeypatch.setattr(component, "IpcNucleus", connect)
    assert component.run(ENVIRONMENT) == EXIT_FAILED
    assert capsys.readouterr().err == "ERROR nobody is there\n"


def test_health_goes_to_its_topic_with_the_version(rig: Rig) -> None:
    """And is that of this core device."""
    rig.configure()
    rig.turn(HealthRequested())
    (message,) = [one for one in rig.nucleus.published if one.topic == HEALTH_TOPIC]
    assert isinstance(message.message, bytes)
    document = json.loads(message.message)
    assert (document["coreDeviceThingName"], document["version"]) == ("core-1", __version__)


def test_another_thread_reports_by_way_of_the_inbox(rig: Rig) -> None:
    """The log and the health belong to the main thread."""
    rig.component.report_from_thread(JournalUsable())
    assert rig.notices == []
    rig.turn()
    assert rig.notices == [JournalUsable()]


def test_a_journal_that_is_set_aside_is_reported(rig: Rig, tmp_path: Path) -> None:
    """The journal tells the component, which tells everybody."""
    with sqlite3.connect(tmp_path / "journal") as foreign:
        foreign.execute("CREATE TABLE somebody_else (a)")
    foreign.close()
    rig.configure()
    rig.announce("a")
    (notice,) = of_kind(rig.notices, JournalSetAside)
    assert isinstance(notice, JournalSetAside)
    assert "another program" in notice.aside.why


def test_the_component_loads_nothing_that_it_can_do_without() -> None:
    """Each of these is between 0.1 and 30 MB for as long as the process lives, and time to start.

    Without `site`, which may load anything, and without a single library.
    """
    program = (
        "import sys; sys.path += sys.argv[1:]\n"
        "import client_device_associator.component; print(*sys.modules)"
    )
    source = Path(component.__file__).parents[1]
    command = [sys.executable, "-S", "-c", program, str(source)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "client_device_associator.nucleus.connection" in loaded
    assert not UNWANTED & set(loaded)
