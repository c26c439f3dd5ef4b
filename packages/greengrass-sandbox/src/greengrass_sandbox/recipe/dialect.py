"""How each kind of nucleus reads a recipe (format version 2020-01-25).

Nucleus lite tells upper from lower case, and takes a manifest only if its platform has a runtime
that means lite (its recipe module, `manifest_selection`). The classic nucleus ignores case, and
takes a manifest that says nothing of its platform.
"""

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_ANY_LINUX = frozenset({"linux", "all", "*"})
ANY = "*"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "aarch64", "armv7l": "arm", "i686": "x86"}
"""What recipes call the machines, by the kernel's name for them."""
SELECTIONS = ("all", "linux")
"""The parts of a recipe's global lifecycle that a nucleus on Linux uses."""


@dataclass(frozen=True)
class Dialect:
    """One kind's reading.

    Attributes:
        name: Of the nucleus, for messages.
        runtimes: Those in a platform that mean it.
        exact: Whether it tells upper from lower case, and insists on a platform with a runtime, and
            on a lifecycle.
    """

    name: str
    runtimes: frozenset[str]
    exact: bool

    def get(self, mapping: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - it is YAML
        """The value that this nucleus finds under a key, or None."""
        if self.exact:
            return mapping.get(key)
        wanted = key.lower()
        return next((value for it, value in mapping.items() if str(it).lower() == wanted), None)

    def passed_over(self, mapping: Mapping[str, Any], known: Sequence[str]) -> Iterable[str]:
        """The keys that this nucleus does not see for their letters, each as what it should be."""
        if self.exact:
            right = {key.lower(): key for key in known}
            for key in mapping:
                wanted = right.get(str(key).lower())
                if wanted is not None and key != wanted:
                    yield f"{key}: {self.name} knows this key only as {wanted}"

    def takes(self, required: Mapping[str, Any]) -> bool:
        """Whether a manifest with this platform is one for this nucleus on this machine."""
        machine = platform.machine()
        system = self.get(required, "os") or ("" if self.exact else ANY)
        runtime = self.get(required, "runtime") or ("" if self.exact else ANY)
        architecture = self.get(required, "architecture") or ANY
        return (
            system in _ANY_LINUX
            and runtime in self.runtimes
            and architecture in {ANY, _ARCHITECTURES.get(machine, machine)}
        )
