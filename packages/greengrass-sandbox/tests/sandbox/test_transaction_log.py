"""What a classic nucleus writes about what is deployed."""

import json
import stat
from pathlib import Path
from typing import Any

from greengrass_sandbox.core_device import CoreDevice
from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.kinds.classic.transaction_log import NUCLEUS, TransactionLog
from greengrass_sandbox.lifecycle.layout import Layout

BRIDGE = "aws.greengrass.clientdevices.mqtt.Bridge"


def lines(record: TransactionLog) -> list[dict[str, Any]]:
    """All that is written."""
    return [json.loads(line) for line in record.path.read_text().splitlines()]


def test_only_the_classic_nucleus_has_it(tmp_path: Path) -> None:
    """Nobody else may look into its folder; it goes on where it was at the next start."""
    with CoreDevice(tmp_path / "lite", profile=LITE) as core:
        assert not core.record.path.exists()
    for _ in range(2):
        with CoreDevice(tmp_path / "classic", profile=CLASSIC) as core:
            assert stat.S_IMODE(core.record.path.parent.stat().st_mode) == 0o700
            versions = [one["V"] for one in lines(core.record) if one["TP"][-1] == "version"]
            assert versions == [CLASSIC.nucleus_version]


def test_a_component_is_written_leaf_by_leaf(tmp_path: Path) -> None:
    """What was there before goes with one line, and so does the component."""
    record = TransactionLog(Layout(tmp_path))
    record.begin("2.18.0", None)
    begun = len(lines(record))
    record.deploy(BRIDGE, "2.3.2", {"a": {"b": [1], "c": {}}}, {"secret": "x"})
    record.remove(BRIDGE)
    written = lines(record)[begun:]
    assert [(one["W"], one["TP"][2:], one["V"]) for one in written] == [
        ("removed", [], None),
        ("changed", ["version"], "2.3.2"),
        ("changed", ["configuration", "a", "b"], [1]),
        ("interiorAdded", ["configuration", "a", "c"], None),
        ("changed", ["runtime", "secret"], "x"),
        ("removed", [], None),
    ]
    assert all(one["TP"][:2] == ["services", BRIDGE] for one in written)
    stamps = [one["TS"] for one in lines(record)]
    assert stamps == sorted(stamps)
    assert lines(record)[0]["TP"] == ["system", "rootpath"]
    assert any(one["TP"][1] == NUCLEUS for one in lines(record))
    assert (tmp_path / "packages" / "artifacts" / BRIDGE / "2.3.2").is_dir()
