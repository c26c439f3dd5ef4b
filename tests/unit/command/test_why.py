"""Why a device is not in: a component is brought to each way, and the command says what it is."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from client_device_associator.command.exit_codes import FINE, UNREADABLE, WRONG
from client_device_associator.command.output import Colour
from client_device_associator.core.announcement import Announcement
from client_device_associator.core.decision import Decision
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operator import COMMAND
from client_device_associator.core.result import ROSTER_TOPIC
from client_device_associator.work_files import JOURNAL, STATE
from support.commands import Terminal, fill, keep_state, keep_state_of, run
from support.documents import read
from support.journal_files import store
from support.rig import Rig
from support.values import START
from support.ways.table import DOCUMENT, WAYS, WRITE_AGAIN, with_table
from support.ways.way import NAME, Way, why

FINE_REASONS = ("associated", "claimed", "left", "silent", "handedOver", "waiting", "throttled")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.what)
def test_it_names_the_cause_and_the_remedy(way: Way, tmp_path: Path) -> None:
    """In words that a person finds in the settings, the log and the cloud."""
    ran = why(way, tmp_path, "--json")
    (said,) = ran.documents
    assert ran.errors == ""
    assert said["reason"] == way.reason
    assert way.says in said["cause"]
    assert way.remedy in said["remedy"]
    assert said["running"] is way.runs
    assert ran.exit_code == (WRONG if said["needsPerson"] else FINE)
    if way.reason in FINE_REASONS:
        assert not said["needsPerson"]


def test_the_document_has_every_way() -> None:
    """Its table is what the command says."""
    document = read(DOCUMENT)
    assert document == with_table(document), f"write it again: {WRITE_AGAIN}"


def test_the_text_has_the_whole_story(tmp_path: Path) -> None:
    """The cause first, then what comes next, and then what was."""
    way = next(one for one in WAYS if one.reason == "thingNotFound")
    lines = why(way, tmp_path).lines
    assert lines[0].startswith(f"{NAME}: it waits to be associated")
    assert lines[1].startswith("  next:        its next call is in ")
    assert lines[2].startswith("  you can do:  create a thing")
    story = [line for line in lines if line.startswith("  20")]
    assert "announced on clientdevices/announce (entry shared)" in story[0]
    assert "AWS request id 8c4a9f5e" in story[1]
    assert "Who waits for a result" in lines
    assert lines[lines.index("Who waits for a result") + 1] == "  clientdevices/announce"


def test_results_that_are_owed_are_shown(tmp_path: Path) -> None:
    """The nucleus has not taken them; those of other devices are not this one's."""
    way = next(one for one in WAYS if one.reason == "refused")
    (said,) = why(way, tmp_path, "--json").documents
    assert said["unsentResults"] == [
        {"status": "rejected", "topic": "clientdevices/announce", "bus": "local"}
    ]
    assert "  rejected, for clientdevices/announce" in run(tmp_path, "why", NAME).lines


def test_without_a_journal_it_says_so(tmp_path: Path) -> None:
    """It never ran, or it is elsewhere."""
    ran = run(tmp_path, "why", NAME)
    assert ran.exit_code == UNREADABLE
    assert "there is no journal" in ran.errors


def test_a_damaged_journal_is_a_sentence(tmp_path: Path) -> None:
    """Whichever of its tables is damaged."""
    for table, column in (("device", "since"), ("trail", "event"), ("waiting", "bus")):
        folder = tmp_path / table
        folder.mkdir()
        way = next(one for one in WAYS if one.reason == "thingNotFound")
        why(way, folder)
        with closing(sqlite3.connect(folder / JOURNAL)) as database, database:
            database.execute(f"UPDATE {table} SET {column} = 'odd'")  # noqa: S608 - ours
        ran = run(folder, "why", NAME)
        assert ran.exit_code == UNREADABLE
        assert "damaged" in ran.errors


def test_attempts_at_departures_are_told_like_others(tmp_path: Path) -> None:
    """A device that leaves waits for calls of another kind."""
    way = replace(WAYS[0], reason="", drive=leaving, document={})
    (said,) = why(way, tmp_path, "--json").documents
    assert said["reason"] == "waiting"
    assert "it waits to be disassociated" in said["cause"]


def test_what_an_operator_has_announced_is_not_refused_any_more(tmp_path: Path) -> None:
    """The rules were asked when the command was given."""

    def announced(rig: Rig) -> None:
        waiting = Announcement(NAME, ROSTER_TOPIC, COMMAND)
        device = Device(NAME, DeviceState.PENDING, START)
        store(rig.journal, Decision(devices=(device,), waiting=(waiting,)))

    way = replace(WAYS[0], drive=announced, document={"admission": {"deny": {"all": "*"}}})
    (said,) = why(way, tmp_path, "--json").documents
    assert said["reason"] == "waiting"
    assert f"  {ROSTER_TOPIC} (id {COMMAND})" in run(tmp_path, "why", NAME).lines


def leaving(rig: Rig) -> None:
    """It is to be disassociated."""
    store(rig.journal, Decision(devices=(Device(NAME, DeviceState.LEAVING, START),)))


def test_who_is_before_it_in_the_queue_is_counted(tmp_path: Path) -> None:
    """A call takes a hundred at most."""

    def queued(rig: Rig) -> None:
        names = [(f"device-{number}", 0.0) for number in range(150)]
        devices = [Device(name, DeviceState.PENDING, START, due_at=at) for name, at in names]
        late = Device(NAME, DeviceState.PENDING, START, due_at=START + 100)
        store(rig.journal, Decision(devices=(*devices, late)))

    (said,) = why(replace(WAYS[0], drive=queued), tmp_path, "--json").documents
    assert said["next"] == (
        "its next call is in 100 s; 150 devices are due before it, up to 100 go in a call"
    )


@pytest.mark.parametrize("waits", [True, False])
def test_what_happens_to_a_device_when_the_component_starts(tmp_path: Path, *, waits: bool) -> None:
    """One that waits goes on; one that has failed does not. It is said if it never ran."""
    state = DeviceState.PENDING if waits else DeviceState.FAILED
    fill(tmp_path, Device(NAME, state, START))
    keep_state_of(tmp_path, {"pid": 0})
    (said,) = run(tmp_path, "why", NAME, "--json").documents
    assert said["cause"].startswith("the component does not run")
    goes_on = "it goes on with this device when it starts"
    assert said["next"] == (goes_on if waits else "nothing, until it starts")
    (unknown,) = run(tmp_path, "why", "nobody", "--json").documents
    assert unknown["next"] == "nothing, until it starts"
    (tmp_path / STATE).unlink()
    (said,) = run(tmp_path, "why", NAME, "--json").documents
    assert said["cause"].startswith("the component never ran here")


def test_who_needs_a_person_is_red(tmp_path: Path) -> None:
    """On a terminal; who needs none is green."""
    fill(
        tmp_path,
        Device("in", DeviceState.ASSOCIATED, START),
        Device(NAME, DeviceState.FAILED, START),
    )
    keep_state(tmp_path)
    for name, colour in (("in", Colour.GOOD), (NAME, Colour.BAD)):
        first = run(tmp_path, "why", name, out=Terminal()).lines[0]
        assert f"\x1b[{colour.value}m" in first
