"""Who a component is to the nucleus, and what it reports of itself."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from greengrass_sandbox import ComponentState, CoreDevice
from greengrass_sandbox.kinds import CLASSIC, LITE
from sandbox.lifecycle_support import BOTH
from sandbox.waiting import eventually

LONG = 60.0


@pytest.fixture
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CoreDevice]:
    """A core device of the profile that the test names, or classic."""
    with CoreDevice(tmp_path / "core", profile=getattr(request, "param", CLASSIC)) as device:
        yield device


@BOTH
def test_a_restarted_nucleus_gives_new_svcuids(core: CoreDevice) -> None:
    """What a client had before is void."""
    first = core.environment("client")["SVCUID"]
    assert core.environment("client")["SVCUID"] == first
    core.restart_nucleus()
    assert core.environment("client")["SVCUID"] != first


@BOTH
def test_the_svcuid_is_the_token_for_token_exchange(core: CoreDevice) -> None:
    """One secret for both."""
    environment = core.environment("client")
    assert environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] == environment["SVCUID"]


ERRORED = """
import sys, time
from awsiot.greengrasscoreipc.clientv2 import GreengrassCoreIPCClientV2
GreengrassCoreIPCClientV2().update_state(state="ERRORED")
time.sleep(600)
"""


def test_classic_starts_a_component_again_that_reports_an_error(core: CoreDevice) -> None:
    """The third time it is BROKEN, as after three exits."""
    handle = core.run("demo", {}, [sys.executable, "-c", ERRORED])
    handle.wait_for_state("BROKEN", LONG)
    assert handle.restarts == 2
    assert handle.exit_codes == [-signal.SIGTERM] * 3


def test_lite_takes_a_reported_error_for_information(tmp_path: Path) -> None:
    """The process goes on, and nothing is started again."""
    with CoreDevice(tmp_path / "core", profile=LITE) as core:
        handle = core.run("demo", {}, [sys.executable, "-c", ERRORED])
        eventually(lambda: core.call(core.nucleus.state_of, "demo") == "ERRORED")
        assert handle.state is ComponentState.RUNNING
        assert handle.exit_codes == []
