import json
import os
from pathlib import Path
from typing import Any

import pytest

from client_device_associator import __version__
from client_device_associator.channel import client, server
from client_device_associator.channel.protocol import CarriedOut, Refused, Reply, Told, Trouble
from client_device_associator.command.exit_codes import (
    FINE,
    NOT_RUNNING,
    OTHER_VERSION,
    UNREADABLE,
    WRONG,
)
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.journal.schema import MIGRATIONS
from client_device_associator.messages.encoding import iso
from client_device_associator.work_files import JOURNAL, LAST_GOOD, SOCKET, STATE
from support.channel import listening
from support.commands import NOW, Terminal, fill, keep_state, keep_state_of, run, second
from support.journal_files import NEXT_VERSION
from support.journal_files import fill as fill_version
from support.other_user import act_as_another_user, work_folder

GONE = {"pid": 0, "startTicks": 5}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A component with which all is well; it has two devices."""
    fill(
        tmp_path,
        Device("a", DeviceState.PENDING, NOW - 40, due_at=NOW + 5),
        Device("b", DeviceState.ASSOCIATED, NOW - 50),
    )
    keep_state(
        tmp_path,
        startedAt=iso(NOW - 7200),
        timestamp=iso(NOW - 60),
        cloud={"state": "reachable", "since": iso(NOW - 120)},
    )
    return tmp_path


def test_all_is_well(site: Path) -> None:
    """Every line, plain in a pipe; none of them is marked."""
    ran = run(site, "status")
    assert (ran.exit_code, ran.errors) == (FINE, "")
    nobody = f"the component does not run, or cannot be asked: nobody listens at {site / SOCKET}"
    waits = "the oldest waits for 40 s, the next call is due in 5 s"
    assert list(ran.lines) == [
        f"  running     since {second(NOW - 7200)} (2 h ago), process {os.getpid()}",
        f"  version     {__version__} on core-1",
        "  listening   clientdevices/announce",
        f"  cloud       reachable since {second(NOW - 120)} (2 min ago)",
        "  roster      not compared yet",
        "  journal     ok",
        "  counters    associated 7, calls 2",
        "  last call   none yet",
        f"  not asked   the above is of {iso(NOW - 60)}: {nobody}",
        "  settings    in effect: the defaults",
        f"  queue       1 to be associated, 0 to be disassociated; {waits}",
        "  devices     1 associated; the last change was 50 s ago",
        "  results     all are sent",
    ]


def test_as_json(site: Path) -> None:
    """One document, with the state as the component has written it."""
    (site / LAST_GOOD).write_text('{"trustSeconds": 60}')
    ran = run(site, "status", "--json")
    assert ran.exit_code == FINE
    (document,) = ran.documents
    state = json.loads((site / STATE).read_text())
    assert document == {
        "running": True,
        "workDirectory": str(site),
        "commandVersion": __version__,
        "state": state,
        "journal": {
            "devices": {"pending": 1, "associated": 1},
            "oldestWaitingSince": iso(NOW - 40),
            "nextDueAt": iso(NOW + 5),
            "lastSettledAt": iso(NOW - 50),
            "unsentResults": {},
        },
        "changedSettings": {"trustSeconds": 60},
        "problems": [],
    }


def test_the_running_component_is_asked(site: Path) -> None:
    """What it says counts, and not what it wrote when a state changed last."""
    with listening(site) as channel:
        channel.looks = Told({"lastCall": {"answer": "throttled"}, "counters": {"calls": 9}})
        ran = run(site, "status")
        (document,) = run(site, "status", "--json").documents
    assert "  counters    calls 9" in ran.lines
    assert "not asked" not in ran.out
    assert document["state"]["lastCall"] == {"answer": "throttled"}
    assert document["state"]["process"]["pid"] == os.getpid()


@pytest.mark.parametrize(
    ("looks", "exit_code", "why"),
    [
        (Refused(Trouble.BAD_REQUEST, "there is no command 'status'"), FINE, "no command"),
        (CarriedOut(), WRONG, "something else"),
        (None, WRONG, "does not answer"),
    ],
)
def test_a_component_that_does_not_say(
    site: Path, monkeypatch: pytest.MonkeyPatch, looks: Reply | None, exit_code: int, why: str
) -> None:
    """One of an earlier version cannot; one that does not answer needs a person."""
    monkeypatch.setattr(client, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(server, "ANSWER_SECONDS", 0.2)
    with listening(site) as channel:
        channel.looks = looks
        ran = run(site, "status")
    (line,) = [line for line in ran.lines if "not asked" in line]
    assert why in line
    assert ran.exit_code == exit_code
    assert "  counters    associated 7, calls 2" in ran.lines


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"nucleus": {"listening": [], "refused": []}}, "listening"),
        ({"nucleus": {"listening": ["a"], "refused": ["b"]}}, "refused"),
        ({"cloud": {"state": "accessDenied", "code": "Denied", "message": "no"}}, "cloud"),
        ({"departures": {"state": "throttled", "code": "Slow", "message": "no"}}, "departures"),
        ({"roster": {"state": "denied", "message": "no"}}, "roster"),
        ({"journal": {"state": "unusable", "message": "disk full"}}, "journal"),
        ({"configuration": {"state": "refused", "problems": ["/x: found 1"]}}, "settings"),
    ],
)
def test_what_needs_a_person_is_marked(site: Path, changes: dict[str, Any], label: str) -> None:
    """By a sign in a pipe, in red on a terminal, as a problem in JSON, and by the exit code."""
    keep_state(site, **changes)
    ran = run(site, "status")
    assert ran.exit_code == WRONG
    assert [line.split()[1] for line in ran.lines if line.startswith("!")] == [label]
    (document,) = run(site, "status", "--json").documents
    assert [problem.split(":")[0] for problem in document["problems"]] == [label]
    coloured = run(site, "status", out=Terminal()).out
    assert coloured.count("\x1b[31m") == 1


def test_it_does_not_run_any_more(site: Path) -> None:
    """What it has said of the cloud is of no use any more; the journal still is."""
    keep_state_of(site, GONE, timestamp=iso(NOW - 7200))
    ran = run(site, "status")
    assert ran.exit_code == NOT_RUNNING
    assert ran.lines[0] == (
        f"! running     no: process 0 has ended; it wrote its state last at {second(NOW - 7200)}"
        " (2 h ago)"
    )
    assert [line.split()[0] for line in ran.lines[1:]] == [
        "version",
        "settings",
        "queue",
        "devices",
        "results",
    ]
    (document,) = run(site, "status", "--json").documents
    assert document["running"] is False


def test_it_never_ran_as_a_version_with_a_state(site: Path) -> None:
    """A journal of an earlier version of the component is all that is there."""
    (site / STATE).unlink()
    ran = run(site, "status")
    assert ran.exit_code == NOT_RUNNING
    assert ran.lines[0].startswith("! running     no: it has never run here")
    assert ran.lines[1].startswith("  settings")


def test_there_is_nothing(tmp_path: Path) -> None:
    """It is said that the component never ran there, or that it is another directory."""
    ran = run(tmp_path, "status")
    assert (ran.exit_code, ran.out) == (UNREADABLE, "")
    assert f"there is no journal {tmp_path / JOURNAL}" in ran.errors


def test_a_component_of_another_version(site: Path) -> None:
    """Both versions are named."""
    keep_state(site, version="9.9.9")
    ran = run(site, "status")
    assert ran.exit_code == OTHER_VERSION
    assert f"! version     9.9.9 on core-1; this command is of version {__version__}" in ran.lines


@pytest.mark.parametrize(
    ("migrations", "exit_code"),
    [(NEXT_VERSION, OTHER_VERSION), (MIGRATIONS[:1], OTHER_VERSION), (None, UNREADABLE)],
)
def test_a_journal_that_cannot_be_read(
    site: Path, migrations: tuple[str, ...] | None, exit_code: int
) -> None:
    """The rest is said, and why the journal is not."""
    (site / JOURNAL).unlink()
    if migrations is not None:
        fill_version(site / JOURNAL, 1, migrations)
    ran = run(site, "status")
    assert ran.exit_code == exit_code
    assert ran.lines[0].startswith("  running")
    assert ran.lines[-1].startswith("! journal ")
    (document,) = run(site, "status", "--json").documents
    assert document["journal"] is None


def test_a_state_for_other_eyes() -> None:
    """It is said who may read it."""
    with work_folder() as folder:
        keep_state(folder)
        (folder / STATE).chmod(0o600 if os.geteuid() == 0 else 0)

        def look() -> None:
            ran = run(folder, "status")
            assert ran.exit_code == UNREADABLE
            assert "may not read" in ran.errors

        act_as_another_user(look)


def test_a_state_that_is_damaged(site: Path) -> None:
    """Whatever it holds: nothing is known then."""
    (site / STATE).write_text('{"process": 5, "nucleus": [], "counters": "many", "version": {}}')
    assert run(site, "status").exit_code == NOT_RUNNING
    (site / STATE).write_text("")
    assert run(site, "status").exit_code == NOT_RUNNING


def test_a_journal_that_is_damaged_is_named(site: Path) -> None:
    """Beside all that can be said without it."""
    (site / JOURNAL).write_bytes(b"no database" * 100)
    ran = run(site, "status")
    (line,) = [one for one in ran.lines if one.startswith("! journal")]
    assert f"{site / JOURNAL} is damaged" in line
    assert ran.exit_code == UNREADABLE
