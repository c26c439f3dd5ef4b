"""The probe asks the sandbox; the sandbox answers as the probe has found."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract_probe.__main__ import main
from contract_probe.belongings import COUNT, PREFIX
from contract_probe.run import MAX_CALLS
from greengrass_sandbox.account import Account
from greengrass_sandbox.cloud import Fault, FaultKind
from greengrass_sandbox.cloud.contract import Contract, ContractError, load
from greengrass_sandbox.command.main import main as sandbox
from support.documents import ROOT, quoted, read, table

CORE = "core-1"
OTHER = "somebody-elses-device"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account with a core device that has a client device; who asks is its administrator."""
    with Account() as account:
        account.cloud.cores.add(CORE)
        account.call(account.cloud.console.add_things, [OTHER])
        account.call(account.cloud.console.associate, CORE, [OTHER])
        for name, value in environment(account).items():
            monkeypatch.setenv(name, value)
        yield account


def environment(account: Account) -> dict[str, str]:
    """All that an unmodified SDK needs."""
    administrator = account.administrator()
    return {
        "AWS_ACCESS_KEY_ID": administrator.access_key_id,
        "AWS_SECRET_ACCESS_KEY": administrator.secret_access_key,
        "AWS_SESSION_TOKEN": administrator.session_token,
        "AWS_DEFAULT_REGION": account.region,
        "AWS_ENDPOINT_URL": account.cloud.url,
    }


def findings(output: Path) -> dict[str, Any]:
    """What the probe has found."""
    document: dict[str, Any] = json.loads(output.read_text("utf-8"))
    return document


def answers(output: Path) -> dict[str, Any]:
    """The findings without what is measured."""
    found = findings(output)["findings"]
    return {
        question: {key: value for key, value in finding.items() if key != "seconds"}
        for question, finding in found.items()
    }


def nothing_is_left(account: Account) -> bool:
    """All that the probe has made is gone, and what was there before is there."""
    return account.cloud.things == {OTHER} and set(account.cloud.associations[CORE]) == {OTHER}


def ask(output: Path, *more: str) -> int:
    """Runs the probe."""
    return main(["--core", CORE, "--output", str(output), *(more or ["--yes"])])


def test_every_question_has_an_answer(account: Account, tmp_path: Path) -> None:
    """As the sandbox answers by itself, under the number of calls, and nothing is left."""
    output = tmp_path / "contract.json"
    assert ask(output) == 0
    assert nothing_is_left(account)
    document = findings(output)
    assert (document["format"], document["ended"]) == (1, "complete")
    things = COUNT * 2 + 1
    assert document["calls"] == len(account.cloud.calls) + things <= MAX_CALLS
    found = document["findings"]
    assert found["associateTwice"] == {"status": 200, "errorEntries": []}
    assert found["unknownThing"]["errorEntries"] == [
        {
            "thingName": "{thingName}",
            "code": "ResourceNotFoundException",
            "message": "There is no thing named {thingName}",
        }
    ]
    assert found["unknownThingAmongOthers"]["othersAssociated"]
    assert found["unknownCore"]["error"]["resourceId"] == "{coreDeviceThingName}"
    assert found["hundredAndOne"]["error"]["reason"] == "FIELD_VALIDATION_FAILED"
    assert found["hundred"]["errorEntries"] == []
    assert found["associateLag"] == {"seconds": 0, "polls": 1}
    pages = found["pages"]
    assert (pages["items"], pages["isSortedByName"], pages["overlaps"]) == (7, True, False)
    assert pages["tokenCanBeUsedTwice"]
    assert pages["samePage"]
    assert found["defaultPage"]["items"] == 100
    assert found["deletedThing"]["listed"] is False
    assert found["rate"]["throttledAfter"] is None
    assert PREFIX not in output.read_text("utf-8")
    text = read(ROOT / "docs" / "contract.md")
    rows = table(text, "## What it asks")
    assert {name for row in rows for name in quoted(row[0])} == {*found, "throttled"}
    assert f"At most {MAX_CALLS} calls" in text
    assert f"makes {COUNT} things" in text
    assert all(OTHER not in call.thing_names for call in account.cloud.calls)


STRANGE = {
    "associateTwice": {
        "status": 200,
        "errorEntries": [{"thingName": "{thingName}", "code": "Conflict", "message": "again"}],
    },
    "unknownThing": {
        "status": 404,
        "error": {"code": "ResourceNotFoundException", "message": "no {thingName}"},
    },
    "unknownCore": {"status": 403, "error": {"code": "AccessDeniedException", "message": "no"}},
    "hundredAndOne": {"status": 200, "errorEntries": []},
    "nameTwice": {"status": 200, "errorEntries": []},
    "emptyBatch": {"status": 200, "errorEntries": []},
    "badName": {"status": 400, "error": {"code": "BadRequest", "message": "{thingName}?"}},
    "disassociateTwice": {"status": 200, "errorEntries": [{"code": "NotThere"}]},
    "disassociateUnknownThing": {"status": 200, "errorEntries": []},
    "disassociateUnknownCore": {"status": 404, "error": {"code": "Nowhere", "message": ""}},
    "tooManyResults": {"status": 200},
    "badToken": {"status": 500, "error": {"code": "InternalServerException", "message": ""}},
}
"""Answers that the sandbox never gives by itself, one of each kind."""


def test_what_was_found_is_replayed(account: Account, tmp_path: Path) -> None:
    """Asked again, a sandbox that follows a contract gives the same findings."""
    contract = tmp_path / "strange.json"
    contract.write_text(json.dumps({"format": 1, "findings": STRANGE}))
    account.call(account.cloud.follow, load(contract))
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert ask(first) == 0
    found = answers(first)
    assert {question: found[question] for question in STRANGE} == STRANGE
    with Account() as other:
        other.cloud.cores.add(CORE)
        other.call(other.cloud.follow, load(first))
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment(other).items():
                patch.setenv(name, value)
            assert ask(second) == 0
    again = answers(second)
    assert {question: again[question] for question in found} == found


def test_a_lag_is_replayed_as_a_late_list(account: Account) -> None:
    """By the seconds that were measured; a change that was never seen has none."""
    account.call(account.cloud.follow, Contract({"associateLag": {"seconds": None}}))
    assert account.cloud.faults == {}
    account.call(account.cloud.follow, Contract({"associateLag": {"seconds": 0.3}}))
    (fault,) = account.cloud.faults.values()
    assert (fault.kind, fault.seconds) == (FaultKind.STALE_LIST, 0.3)


def test_a_service_that_goes_away_leaves_a_way_to_clean(
    account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is left, and the command that removes it later."""
    outage = Fault(FaultKind.RESET, after=5)
    number = account.call(account.cloud.add_fault, outage)
    output = tmp_path / "contract.json"
    assert ask(output) == 3
    assert "Connection" in findings(output)["ended"]
    command = capsys.readouterr().err.strip().rpartition("python -m contract_probe ")[2]
    assert len(account.cloud.things) == COUNT + 1
    account.call(account.cloud.remove_fault, number)
    assert main(command.split()) == 0
    assert nothing_is_left(account)


def test_without_yes_nothing_is_done(
    account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plan is printed: what would be made, and how many calls at most."""
    assert main(["--core", CORE, "--output", str(tmp_path / "none")]) == 0
    assert f"at most {MAX_CALLS} calls" in capsys.readouterr().out
    assert account.cloud.calls == []


def test_a_core_device_that_may_not_be_read_is_left_alone(
    account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is made before it is known that it can be asked and removed."""
    assert main(["--core", "elsewhere", "--yes", "--output", str(tmp_path / "none")]) == 1
    assert "ResourceNotFoundException" in capsys.readouterr().err
    assert nothing_is_left(account)


def test_a_signal_ends_it_and_nothing_is_left(account: Account, tmp_path: Path) -> None:
    """In the middle of its questions; the findings so far are written."""
    output = tmp_path / "contract.json"
    command = [sys.executable, "-m", "contract_probe", "--core", CORE, "--yes"]
    with subprocess.Popen(
        [*command, "--output", str(output)], env={**os.environ, **environment(account)}
    ) as process:
        account.call(account.cloud.wait_for_calls, 4)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM
    assert findings(output)["ended"] == "a signal came"
    assert 0 < len(findings(output)["findings"]) < 20
    assert nothing_is_left(account)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2, "findings": {}}', '{"format": 1, "findings": 7}']
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    """By saying so."""
    path = tmp_path / "contract.json"
    path.write_text(text)
    with pytest.raises(ContractError):
        load(path)
    assert sandbox(["up", "--root", str(tmp_path / "root"), "--contract", str(path)]) == 1


def test_a_rate_is_replayed_as_a_quota() -> None:
    """By how many went through in the time that they took."""
    rate = {"calls": 30, "throttledAfter": 20, "seconds": 4.0}
    assert Contract({"rate": rate}).requests_per_second == 5.0
    assert Contract({"rate": {**rate, "throttledAfter": None}}).requests_per_second is None
