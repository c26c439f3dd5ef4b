"""Metrics of the real process, on both nuclei: what AWS's component would get, and the file."""

import json
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from greengrass_sandbox import CoreDevice, Fault, FaultKind, SyncWatch
from integration.associator import Results, eventually
from integration.conftest import Start
from integration.what_operators_do import access, block_in, is_heard, lines_with
from support.aws_metrics import why_not

SHARED = "clientdevices/announce"
PUT, ANSWERS = "cloudwatch/metric/put", "cloudwatch/metric/put/status"
NAMESPACE = "community.greengrass.ClientDeviceAssociator"
ON = {"cloudWatch": True, "intervalSeconds": 1}
COUNTERS = {"Announcements", "Associations", "Failures", "Rejections", "Calls", "Throttles"}


class Listener:
    """What stands where AWS's component is: it takes what that would take."""

    def __init__(self, core: CoreDevice) -> None:
        self._watch: SyncWatch = core.watch(PUT)

    def check(self) -> None:
        """Each message is one that it takes."""
        for message in self._watch.messages:
            assert why_not(message.payload) is None, message

    @property
    def values(self) -> Counter[str]:
        """Sums of counters, and last values of gauges, by name and label value."""
        found: Counter[str] = Counter()
        for message in self._watch.messages:
            datum: dict[str, Any] = json.loads(json.dumps(message.payload))["request"]["metricData"]
            labels = [one["value"] for one in datum.get("dimensions", [])]
            key = " ".join([datum["metricName"], *labels])
            before = found[key] if datum["metricName"] in COUNTERS else 0
            found[key] = before + int(datum["value"])
        return found


def test_metrics_are_those_of_what_happens(
    core: CoreDevice, start: Start, results: Results, tmp_path: Path
) -> None:
    """Sums are right, each message is taken by AWS's component, and the file says the same."""
    core.call(core.cloud.add_things, ["a", "b"])
    folder = tmp_path / "textfile"
    folder.mkdir()
    file = folder / "associator.prom"
    listener = Listener(core)
    metrics = {"metrics": {**ON, "textfile": str(file)}, "accessControl": access("cloudwatch/*")}
    associator = start(metrics)
    eventually(lambda: is_heard(core, ANSWERS))
    core.call(core.cloud.add_fault, Fault(FaultKind.THROTTLING_EXCEPTION, times=1))
    core.publish(SHARED, {"thingNames": ["a", "b"]})
    core.publish(SHARED, b"nonsense")
    results.wait_for_names("associated", ["a", "b"])
    wanted = {
        *{"Announcements": 2, "Associations": 2, "Calls": 2, "Throttles": 1}.items(),
        *{"Rejections": 1, "Rejections notJson": 1}.items(),
        *{"DevicesAssociated": 2, "QueueLength": 0, "OldestWaiting": 0}.items(),
    }
    eventually(lambda: wanted <= set(listener.values.items()))
    listener.check()
    prefix = "client_device_associator_"
    eventually(lambda: f"{prefix}associations_total 2\n" in file.read_text(encoding="utf-8"))
    text = file.read_text(encoding="utf-8")
    assert f'{prefix}rejections_total{{reason="notJson"}} 1\n' in text
    assert f"{prefix}throttles_total 1\n" in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    lost = {"namespace": NAMESPACE, "status": "fail", "error": "NoPermission"}
    core.publish(ANSWERS, {"response": lost, "id": ""})
    associator.wait_until_log_has("has not put metrics of this component")
    assert not lines_with(associator, "does not take metrics")


def test_refused_metrics_arrive_with_the_blocks_in_the_log(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Each said once; devices are associated meanwhile, and nothing that was counted is lost."""
    core.call(core.cloud.add_things, ["a", "b"])
    listener = Listener(core)
    associator = start({"metrics": ON})
    associator.wait_until_log_has("does not take metrics")
    associator.wait_until_log_has(f"cannot subscribe to {ANSWERS}")
    for name in ("a", "b"):
        core.publish(SHARED, {"thingName": name})
        results.wait_for_names("associated", [name])
    assert not listener.values
    for text in ("does not take metrics", f"cannot subscribe to {ANSWERS}"):
        (line,) = lines_with(associator, text)
        associator.deploy(block_in(line))
    wanted = {"Announcements": 2, "Associations": 2, "DevicesAssociated": 2}
    eventually(lambda: wanted.items() <= listener.values.items())
    eventually(lambda: is_heard(core, ANSWERS))
    core.publish(SHARED, {"thingName": "a"})
    eventually(lambda: listener.values["Announcements"] == 3)
    listener.check()
    assert len(lines_with(associator, "does not take metrics")) == 1


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_nothing_is_sent_unless_it_is_turned_on(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """And then nobody needs to allow it."""
    core.call(core.cloud.add_things, ["a"])
    listener = Listener(core)
    associator = start()
    core.publish(SHARED, {"thingName": "a"})
    results.wait_for_names("associated", ["a"])
    associator.wait_until_quiet()
    assert not listener.values
    assert "cloudwatch" not in associator.log
