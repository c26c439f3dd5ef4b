"""For pytest: a core device for each test, as classic and as lite.

def test_it_greets(deploy, bus):
deploy("recipe.yaml", "artifacts")
bus.publish("hello/request", {"name": "Ada"})
assert bus.expect("hello/response").json() == {"text": "Hello, Ada"}
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from greengrass_sandbox.core_device import CoreDevice
from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.lifecycle.handle import ComponentHandle
from greengrass_sandbox.profile import Profile
from greengrass_sandbox.testing.bus import Bus
from greengrass_sandbox.testing.cloud import CloudHand, TokenExchangeHand
from greengrass_sandbox.testing.story import sections

PROFILES: Mapping[str, Profile] = {"classic": CLASSIC, "lite": LITE}
MARKER = "nucleus"
_PARAMETER = "nucleus_profile"


class Deploy(Protocol):
    """Deploys a component, and waits until it runs."""

    def __call__(
        self,
        recipe: str | Path,
        artifacts: str | Path,
        merge: Mapping[str, Any] | None = None,
        *,
        from_cloud: bool = False,
    ) -> ComponentHandle:
        """See `CoreDevice.deploy`; relative paths are beside the test's file, or below the root."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """One option."""
    parser.getgroup("greengrass").addoption(
        "--nucleus", choices=sorted(PROFILES), help="run tests of components on this nucleus alone"
    )


def pytest_configure(config: pytest.Config) -> None:
    """One marker."""
    config.addinivalue_line(
        "markers", f"{MARKER}(*names): on which nuclei a test of a component runs (default: both)"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test with a core device runs once on each nucleus, unless it says on which."""
    if _PARAMETER not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker(MARKER)
    only = metafunc.config.getoption("--nucleus")
    names = [name for name in (marker.args if marker else PROFILES) if only in (None, name)]
    unknown = set(names) - set(PROFILES)
    if unknown:
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: no such nucleus: {sorted(unknown)}")
    metafunc.parametrize(_PARAMETER, names, indirect=True)


@pytest.fixture
def nucleus_profile(request: pytest.FixtureRequest) -> Profile:
    """Which nucleus the core device has. Override it for one with other figures."""
    return PROFILES[request.param]


@pytest.fixture
def core_device(nucleus_profile: Profile, tmp_path: Path) -> Iterator[CoreDevice]:
    """A core device that runs, in a folder of its own.

    Its components find the Python that runs the tests, with its libraries, as `python3`.
    """
    programs = [Path(sys.executable).parent]
    with CoreDevice(tmp_path / "core", profile=nucleus_profile, programs=programs) as core:
        # A test must not reach the real AWS.
        core.account.services.is_offered = True
        yield core


@pytest.fixture
def bus(core_device: CoreDevice) -> Iterator[Bus]:
    """Its local publish/subscribe."""
    bus = Bus(core_device)
    yield bus
    bus.close()


@pytest.fixture
def cloud(core_device: CoreDevice) -> CloudHand:
    """Its account's cloud."""
    return CloudHand(core_device)


@pytest.fixture
def token_exchange(core_device: CoreDevice) -> TokenExchangeHand:
    """Its token exchange."""
    return TokenExchangeHand(core_device)


@pytest.fixture
def deploy(core_device: CoreDevice, bus: Bus, request: pytest.FixtureRequest) -> Deploy:
    """Deploys a component, and waits until it runs. Messages are collected from before that."""
    del bus
    folders = (request.path.parent, request.config.rootpath)

    def found(path: str | Path) -> Path:
        paths = [folder / path for folder in folders]
        return next((it for it in paths if it.exists()), paths[0])

    def deploy(
        recipe: str | Path,
        artifacts: str | Path,
        merge: Mapping[str, Any] | None = None,
        *,
        from_cloud: bool = False,
    ) -> ComponentHandle:
        return core_device.deploy(found(recipe), found(artifacts), merge, from_cloud=from_cloud)

    return deploy


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A test that failed shows what happened on its core device."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()  # type: ignore[attr-defined]
    arguments: Mapping[str, Any] = getattr(item, "funcargs", {})
    core = arguments.get("core_device")
    if report.failed and isinstance(core, CoreDevice):
        bus = arguments.get("bus")
        report.sections += sections(core, bus.messages if isinstance(bus, Bus) else [])
