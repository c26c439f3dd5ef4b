"""A sandbox core device and the real component on it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from greengrass_sandbox import CLASSIC, LITE, Account, CoreDevice, Profile
from integration.associator import Associator, Results

Start = Callable[..., Associator]


@pytest.fixture(params=["classic", "lite"])
def profile(request: pytest.FixtureRequest) -> Profile:
    """Both nuclei; a test that concerns one alone is parametrized with that."""
    return {"classic": CLASSIC, "lite": LITE}[request.param]


@pytest.fixture
def account() -> Iterator[Account]:
    """Where the core devices belong."""
    with Account() as account:
        yield account


NO_LIST = {"reconcile": {"intervalHours": 0}}
"""Unless a test asks for it: the first list comes at any moment after the start, between the calls
that a test counts."""


@pytest.fixture
def core(tmp_path: Path, profile: Profile) -> Iterator[CoreDevice]:
    """A core device with no component."""
    with CoreDevice(tmp_path / "core", profile=profile) as device:
        yield device


@pytest.fixture
def results(core: CoreDevice) -> Results:
    """Every result from now on."""
    return Results(core)


@pytest.fixture
def launch(core: CoreDevice) -> Iterator[Start]:
    """Starts the component with changes to its configuration, and does not wait for anything."""
    started: list[Associator] = []

    def begin(
        changes: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
    ) -> Associator:
        associator = Associator(core, {**NO_LIST, **(changes or {})})
        started.append(associator)
        return associator.start(**(environment or {}))

    yield begin
    for associator in started:
        associator.close()


@pytest.fixture
def start(launch: Start) -> Start:
    """Starts the component with changes to its configuration, listening."""

    def begin(
        changes: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
    ) -> Associator:
        return launch(changes, environment).wait_until_running()

    return begin
