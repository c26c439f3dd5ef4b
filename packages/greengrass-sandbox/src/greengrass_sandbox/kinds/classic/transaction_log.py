"""The classic nucleus' record of its configuration on disk: `config/config.tlog`.

(Read in its ConfigurationWriter, Tlogline, NucleusPaths and Permissions.) One JSON document a line:
TS milliseconds, TP path, W what happened, V value. A map is written leaf by leaf, an empty one as
`interiorAdded`; what goes, goes with one line. The folder is its owner's alone, that of the
artifacts everybody's to read. Of the components there it has what was put in here: version and
configuration, and what a component remembers for itself (`runtime`).
"""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from greengrass_sandbox.lifecycle.layout import Layout
from greengrass_sandbox.nucleus.documents import Path as KeyPath

NUCLEUS = "aws.greengrass.Nucleus"
_PRIVATE_FOLDER = 0o700
_MILLISECONDS = 1000


class TransactionLog:
    """The record of one core device.

    Args:
        layout: Of its root folder.

    Attributes:
        path: The file.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.path: Path = layout.root / "config" / "config.tlog"
        self._at = 0

    def begin(self, nucleus_version: str, thing_name: str | None) -> None:
        """Make the folder and the file, as at the first start of a nucleus."""
        self.path.parent.mkdir(exist_ok=True)
        self.path.parent.chmod(_PRIVATE_FOLDER)
        if self.path.exists():
            return
        self._set(("system", "rootpath"), str(self._layout.root))
        self._set(("system", "thingName"), thing_name or "")
        self._set(("services", NUCLEUS, "componentType"), "NUCLEUS")
        self._set(("services", NUCLEUS, "version"), nucleus_version)

    def deploy(
        self,
        component: str,
        version: str,
        configuration: Mapping[str, Any],
        runtime: Mapping[str, Any] | None = None,
    ) -> None:
        """Note that a component is deployed, such as one of AWS's plugins that is not here.

        Args:
            component: Its name.
            version: Its version; a folder for its artifacts is made.
            configuration: All of it; what was there before and is not in it goes.
            runtime: What the component remembers.
        """
        self.remove(component)
        self._layout.artifacts(component, version).mkdir(parents=True, exist_ok=True)
        self._set(("services", component, "version"), version)
        self._set(("services", component, "configuration"), configuration)
        if runtime:
            self._set(("services", component, "runtime"), runtime)

    def remove(self, component: str) -> None:
        """Note that a component is not deployed any more; its artifacts stay for a while."""
        self._write(("services", component), "removed", None)

    def _set(self, path: KeyPath, value: Any) -> None:  # noqa: ANN401 - JSON
        for leaf, what, item in _lines(path, value):
            self._write(leaf, what, item)

    def _write(self, path: KeyPath, what: str, value: object) -> None:
        self._at = max(int(time.time() * _MILLISECONDS), self._at)
        line = {"TS": self._at, "TP": list(path), "W": what, "V": value}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, separators=(",", ":")) + "\n")


def _lines(path: KeyPath, value: object) -> Iterator[tuple[KeyPath, str, object]]:
    if not isinstance(value, Mapping):
        yield path, "changed", value
    elif not value:
        yield path, "interiorAdded", None
    else:
        for key, item in value.items():
            yield from _lines((*path, str(key)), item)
