"""Whatever components send, the nucleus answers and carries on."""

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest

from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.profile import Profile
from sandbox.nucleus_support import Core, RawComponent, running

OPERATIONS = [
    "SubscribeToTopic",
    "PublishToTopic",
    "SubscribeToIoTCore",
    "PublishToIoTCore",
    "GetConfiguration",
    "UpdateConfiguration",
    "SubscribeToConfigurationUpdate",
    "SubscribeToValidateConfigurationUpdates",
    "SendConfigurationValidityReport",
    "SubscribeToComponentUpdates",
    "DeferComponentUpdate",
    "UpdateState",
    "PauseComponent",
    "PutComponentMetric",
    "ValidateAuthorizationToken",
    "RestartComponent",
    "GetSecretValue",
    "",
    "ünknown",
]
KEYS = [
    "topic",
    "publishMessage",
    "keyPath",
    "timestamp",
    "valueToMerge",
    "componentName",
    "configurationValidityReport",
    "deploymentId",
    "recheckAfterMs",
    "state",
    "receiveMode",
]
VALUES: list[Any] = [
    None,
    1,
    -1.5,
    True,
    "",
    "a",
    "a/#",
    "\ud800",
    1e400,
    [],
    {},
    ["a"],
    {"a": 1},
    {"status": {}},
    {"status": "ACCEPTED"},
    {"jsonMessage": {"message": {"a": 10**400, "\ud800": []}}},
    {"jsonMessage": {"message": [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}},
    {"binaryMessage": {"message": "eA=="}},
    {"binaryMessage": {"message": "é"}},
]
REQUESTS = 600


def random_payload(chance: random.Random) -> bytes:
    """A request that is nearly right, or not at all."""
    if chance.random() < 0.05:
        return chance.randbytes(chance.randrange(20))
    return json.dumps(
        {key: chance.choice(VALUES) for key in KEYS if chance.random() < 0.6}
    ).encode()


def answered(raw: RawComponent, stream_id: int) -> bool:
    """Whether the request on this stream gets its answer, events of others aside."""
    while raw.read().stream_id != stream_id:
        pass
    return True


def collect_failures(core: Core) -> list[dict[str, Any]]:
    """What the loop hears of from now on that nobody handled."""
    failures: list[dict[str, Any]] = []

    def install() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, what: failures.append(what))

    core.call(install)
    return failures


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("profile", [CLASSIC, LITE], ids=["classic", "lite"])
def test_every_request_gets_an_answer(profile: Profile, tmp_path: Path, seed: int) -> None:
    """Whatever a component sends on a stream, it is answered, and the nucleus carries on."""
    chance = random.Random(seed)
    with running(profile, tmp_path) as core:
        failures = collect_failures(core)
        raw = core.raw_component("c")
        for stream_id in range(1, REQUESTS + 1):
            raw.request(stream_id, chance.choice(OPERATIONS), random_payload(chance))
            assert answered(raw, stream_id)
            if chance.random() < 0.5:
                raw.terminate(chance.randint(1, stream_id))
        assert failures == []
