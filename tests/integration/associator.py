"""The component under test, run as a nucleus runs it, and what a test wants to know of it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
import yaml

from greengrass_sandbox import ASSOCIATE, Call, CoreDevice, Message, SyncWatch

NAME = "community.greengrass.ClientDeviceAssociator"
COMMAND = (sys.executable, "-u", "-m", "client_device_associator")
RECIPE = Path(__file__).parents[2] / "recipe.yaml"
JOURNAL = "associations.sqlite3"
STOPPED = 143
"""The exit code after a SIGTERM: what a shell says of a process that it has ended."""

PATIENCE_SECONDS = 60.0
"""Only a broken test waits this long; the machine may be slow."""

_POLL_SECONDS = 0.01
_QUIET_SECONDS = 0.5

Result = Mapping[str, Any]


def eventually(predicate: Callable[[], bool]) -> None:
    """Waits for something that gives no event, such as a process or a file, by looking often."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not predicate():
        assert time.monotonic() < give_up_at, "it did not happen"
        time.sleep(_POLL_SECONDS)


def default_configuration() -> dict[str, Any]:
    """The recipe's DefaultConfiguration."""
    recipe = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))
    configuration: dict[str, Any] = recipe["ComponentConfiguration"]["DefaultConfiguration"]
    return configuration


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration with a deployment's changes merged in: maps deeply, the rest replaced."""
    result = dict(base)
    for key, value in changes.items():
        before = result.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            result[key] = merged(before, value)
        else:
            result[key] = value
    return result


def results_in(messages: Iterable[Message]) -> list[Result]:
    """Every result in messages of results, in order; both encodings."""
    return [result for message in messages for result in document(message)["results"]]


def document(message: Message) -> Mapping[str, Any]:
    """A message's JSON."""
    payload = message.payload
    decoded: Mapping[str, Any] = json.loads(payload) if isinstance(payload, bytes) else payload
    return decoded


class Results:
    """All result messages on the usual topics, in one list."""

    def __init__(self, core: CoreDevice) -> None:
        self._watch: SyncWatch = core.watch("clientdevices/#")

    @property
    def messages(self) -> list[Message]:
        """Result messages so far."""
        return [one for one in self._watch.messages if one.topic.endswith("/status")]

    @property
    def all(self) -> list[Result]:
        """Results so far."""
        return results_in(self.messages)

    def of(self, status: str) -> list[Result]:
        """Results so far with a status."""
        return [result for result in self.all if result["status"] == status]

    def names(self, status: str) -> set[str]:
        """Thing names of the results so far with a status."""
        return {result["thingName"] for result in self.of(status) if "thingName" in result}

    def wait_for_names(
        self, status: str, names: Iterable[str], patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Waits until each of the devices has a result with the status."""
        wanted = set(names)
        self._watch.wait_for(lambda _: wanted <= self.names(status), patience_seconds)

    def wait_for_count(self, status: str, count: int) -> list[Result]:
        """Waits until there are so many results with the status."""
        self._watch.wait_for(lambda _: len(self.of(status)) >= count, PATIENCE_SECONDS)
        return self.of(status)


class Associator:
    """The real component process on a sandbox core device, without a supervisor.

    The test decides when it starts and how it ends; the environment is that of a nucleus.

    Args:
        core: Where it runs.
        changes: What is configured otherwise than in the recipe.
        command: What is run; the recipe's by default.
    """

    def __init__(
        self,
        core: CoreDevice,
        changes: Mapping[str, Any] | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.core = core
        self._command = command
        self.configuration = merged(default_configuration(), changes or {})
        self.work = core.layout.work(NAME)
        self.work.mkdir(parents=True, exist_ok=True)
        self.log_path = self.work.parent / "associator.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **environment: str) -> "Associator":
        """Starts the process; see `wait_until_running`."""
        nucleus_sets = self.core.environment(NAME, self.configuration)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=self.work,
                env={**_inherited(), **nucleus_sets, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def wait_until_running(self) -> "Associator":
        """Waits until it listens to every topic on which devices are announced or leave."""
        leaving = self.configuration.get("departures", {}).get("topics", {})
        entries = [*self.configuration["announcements"].values(), *leaving.values()]
        wanted = {entry["topic"] for entry in entries}

        def listens() -> bool:
            assert self.is_alive, self.log
            return wanted <= set(self.core.call(self.core.nucleus.subscriptions, NAME))

        eventually(listens)
        return self

    def deploy(self, changes: Mapping[str, Any]) -> None:
        """Changes its configuration as a deployment does; its process goes on, if there is one."""
        self.core.call(self.core.nucleus.merge_configuration, NAME, changes)

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """SIGKILL, and waits for the end."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """Leaves no process behind."""
        if self.process is not None and self.process.poll() is None:
            self.stop()

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self.log_path.read_text(encoding="utf-8")

    def wait_until_log_has(self, text: str) -> None:
        """Waits until it has said something."""
        eventually(lambda: text in self.log)

    def wait_until_quiet(self) -> None:
        """Waits until the main process has slept through a moment: nothing is left to be done."""

        def cpu_seconds() -> float:
            times = psutil.Process(self.pid).cpu_times()
            return float(times.user + times.system)

        before = -1.0
        while before != (before := cpu_seconds()):
            time.sleep(_QUIET_SECONDS)

    def journal_bytes(self) -> dict[str, bytes]:
        """The journal's files as they are on disk, except the index that is only shared memory."""
        files = self.work.glob(f"{JOURNAL}*")
        return {path.name: path.read_bytes() for path in files if not path.name.endswith("-shm")}


def calls(core: CoreDevice) -> list[Call]:
    """The association calls that reached the cloud."""
    return [call for call in core.cloud.calls if call.operation == ASSOCIATE]


def associated(core: CoreDevice) -> set[str]:
    """Who is associated, as the cloud has it."""
    return set(core.cloud.associations.get(core.thing_name or "", {}))


def device_names(count: int, prefix: str = "device") -> Sequence[str]:
    """Thing names."""
    return [f"{prefix}-{number:05}" for number in range(count)]


def _inherited() -> dict[str, str]:
    """The environment of a system service: nothing of the developer's AWS settings."""
    return {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
