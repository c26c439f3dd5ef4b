"""What the documents quote from the log, and the files that they name, are there."""

from pathlib import Path

import pytest

from client_device_associator.configuration.parser import default_settings
from client_device_associator.configuration.reader import Problem
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.bus import Bus
from client_device_associator.core.notices import CallsFailing, RosterDenied, RosterUseless
from client_device_associator.core.result import FORGOTTEN, SUPERSEDED, Reason, Status
from client_device_associator.errors import JournalError
from client_device_associator.journal.journal import Journal
from client_device_associator.journal.set_aside import SetAside
from client_device_associator.messages.topic import HEALTH_REQUEST_TOPIC, HEALTH_TOPIC
from client_device_associator.reporting.notices import (
    ChannelClosed,
    ConfigurationRejected,
    DefectFound,
    JournalSetAside,
    JournalUnusable,
    ListeningChanged,
    MessageUnreadable,
    NothingAllowed,
    Notice,
    ResultsRefused,
    SubscriptionRefused,
)
from client_device_associator.reporting.operator_log import OperatorLog
from client_device_associator.work_files import JOURNAL, LAST_GOOD, SOCKET, STATE
from support.documents import DOCUMENTS, ROOT, quoted, read, table

OPERATING = read(ROOT / "docs" / "operating.md")
COMPONENT = "community.greengrass.ClientDeviceAssociator"


def broken_journal(path: Path) -> JournalError:
    """What the journal says that cannot be written."""
    journal = Journal(path / "a file" / "journal")
    (path / "a file").touch()
    with pytest.raises(JournalError) as raised, journal.transaction():
        raise AssertionError("there is no such folder")
    return raised.value


@pytest.fixture
def log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines of a log in which everything goes wrong."""
    caplog.set_level("DEBUG", "client_device_associator")
    notices: list[Notice] = [
        ListeningChanged(("clientdevices/announce",), ()),
        SubscriptionRefused("a", "no", ("a",)),
        ResultsRefused("a/status", "no", default_settings()),
        SubscriptionRefused("a", "no", ("a",), Bus.IOT_CORE),
        ResultsRefused("a/status", "no", default_settings(), Bus.IOT_CORE),
        ConfigurationRejected((Problem("/a", "b", "c"),)),
        CallsFailing(FailureCause.THROTTLED, "code", "message", 1.0),
        JournalUnusable(str(broken_journal(tmp_path))),
        JournalSetAside(SetAside(tmp_path, "damaged")),
        DefectFound(ValueError("oops")),
        NothingAllowed("no", ("a",)),
        MessageUnreadable("a/+"),
        RosterDenied("no"),
        RosterUseless("a circle"),
        ChannelClosed("associator.sock: Read-only file system"),
    ]
    operator_log = OperatorLog("core-1", "eu-central-1")
    for notice in notices:
        operator_log(notice)
    return [record.getMessage() for record in caplog.records]


def test_log_lines_in_the_table_are_those_of_the_log(log: list[str]) -> None:
    """The part before each … begins a line, and what is behind one comes later in it."""
    symptoms = [
        text
        for row in table(OPERATING, "## When a device is not associated")
        for text in quoted(row[0])
        if "…" in text
    ]
    assert len(symptoms) == len(log)
    for symptom in symptoms:
        parts = [part.strip() for part in symptom.split("…")]
        assert any(
            line.startswith(parts[0]) and all(part in line for part in parts) for line in log
        ), f"no line of the log is like {symptom!r}"


def test_other_symptoms_are_statuses_and_codes() -> None:
    """Nothing in the first column is invented."""
    known = {status.value for status in Status} | {reason.value for reason in Reason}
    known |= {"ResourceNotFoundException", SUPERSEDED, FORGOTTEN}
    for row in table(OPERATING, "## When a device is not associated"):
        assert {text for text in quoted(row[0]) if "…" not in text} <= known


def test_files_have_their_names() -> None:
    """The journal, its companions, the socket, and the last good configuration."""
    names = [quoted(row[0])[0] for row in table(OPERATING, "## Where to look")]
    assert names[0] == str(JOURNAL)
    assert names[1].startswith(f"{JOURNAL}.damaged-")
    assert names[2:5] == [str(SOCKET), str(LAST_GOOD), str(STATE)]


def test_health_topics_are_named_wherever_health_is() -> None:
    """Operating, messages and configuration name the same two topics."""
    for name in ("operating.md", "messages.md", "configuration.md"):
        text = read(ROOT / "docs" / name)
        assert f"`{HEALTH_TOPIC}`" in text
        assert f"`{HEALTH_REQUEST_TOPIC}`" in text


def test_the_component_has_one_name() -> None:
    """Whatever looks like its name is its name."""
    for path in DOCUMENTS:
        text = read(path)
        assert text.count("ClientDeviceAssociator") == text.count(COMPONENT), path.name
