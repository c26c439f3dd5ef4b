"""Every way in which token exchange fails: the component stays up and recovers by itself."""

import time

import pytest

from greengrass_sandbox import CoreDevice, TokenExchangeMode
from integration.associator import Results, calls, eventually
from integration.conftest import Start

RECOVERY_SECONDS = 60.0

FAILURES = [mode for mode in TokenExchangeMode if mode is not TokenExchangeMode.OK]
WAITS = dict.fromkeys(
    (TokenExchangeMode.HANGING, TokenExchangeMode.NULL_SLOW, TokenExchangeMode.UNREACHABLE), 20
)
"""Seconds that a test of these takes; botocore is patient."""


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param(mode, id=mode.value, marks=pytest.mark.slow(WAITS.get(mode, 8)))
        for mode in FAILURES
    ],
)
def test_the_component_outlasts_token_exchange(
    core: CoreDevice, start: Start, results: Results, mode: TokenExchangeMode
) -> None:
    """One line when it fails, one when it is back within a minute; no device has failed."""
    core.call(core.cloud.add_things, ["device"])
    core.call(core.token_exchange.set_mode, mode)
    associator = start()
    core.publish("clientdevices/announce", {"thingName": "device"})
    (retrying,) = results.wait_for_count("retrying", 1)
    assert retrying["attempts"] == 0
    assert calls(core) == []
    core.call(core.token_exchange.set_mode, TokenExchangeMode.OK)
    began = time.monotonic()
    results.wait_for_names("associated", ["device"])
    assert time.monotonic() - began < RECOVERY_SECONDS
    eventually(lambda: "the cloud answers again" in associator.log)
    assert associator.log.count("noCredentials") == 1
    assert associator.log.count("the cloud answers again") == 1
    assert not results.of("failed")
    assert associator.is_alive


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_a_missing_dependency_on_token_exchange_is_named(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Without the recipe's dependency the variables are missing: the log says what to add."""
    core.call(core.cloud.add_things, ["device"])
    associator = start(environment={"AWS_CONTAINER_CREDENTIALS_FULL_URI": ""})
    core.publish("clientdevices/announce", {"thingName": "device"})
    (retrying,) = results.wait_for_count("retrying", 1)
    assert retrying["code"] == "NoTokenExchange"
    assert "aws.greengrass.TokenExchangeService" in associator.log
    assert associator.is_alive


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_credentials_of_the_environment_are_not_used(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """An inherited access key, or a profile that does not exist, does not shadow token exchange."""
    core.call(core.cloud.add_things, ["device"])
    start(
        environment={
            "AWS_ACCESS_KEY_ID": "AKIASOMEBODYELSES000",
            "AWS_SECRET_ACCESS_KEY": "not-ours",
            "AWS_PROFILE": "nobody-has-made-this",
        }
    )
    core.publish("clientdevices/announce", {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    assert [call.status for call in calls(core)] == [200]


@pytest.mark.parametrize("profile", ["lite"], indirect=True)
@pytest.mark.parametrize("variable", ["AWS_IOT_THING_NAME", "AWS_REGION"])
def test_an_empty_variable_of_lite_is_named(
    core: CoreDevice, start: Start, results: Results, variable: str
) -> None:
    """Lite sets what it does not know to the empty string; the component says so and stays up."""
    empty = {variable: ""}
    if variable == "AWS_REGION":
        empty["AWS_DEFAULT_REGION"] = ""
    associator = start(environment=empty)
    core.publish("clientdevices/announce", {"thingName": "device"})
    results.wait_for_count("retrying", 1)
    assert f"{variable} is empty" in associator.log
    assert calls(core) == []
    assert associator.is_alive
