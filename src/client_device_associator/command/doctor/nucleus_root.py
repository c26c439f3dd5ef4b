"""The nucleus' root folder, as far as this user may look into it."""

import re
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any

from client_device_associator.command.doctor.transaction_log import read_transaction_log
from client_device_associator.core.values import dataclass

_SOCKET_VARIABLE = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"
_SOCKET_OF_LITE = "gg-ipc.socket"
_TRANSACTION_LOG = Path("config/config.tlog")
_ARTIFACTS = Path("packages/artifacts")
_NUMBERS = re.compile(r"\d+")

NUCLEUS = "aws.greengrass.Nucleus"
TOKEN_EXCHANGE = "aws.greengrass.TokenExchangeService"  # noqa: S105 - a component's name
DEVICE_AUTH = "aws.greengrass.clientdevices.Auth"
BRIDGE = "aws.greengrass.clientdevices.mqtt.Bridge"
MOQUETTE = "aws.greengrass.clientdevices.mqtt.Moquette"
EMQX = "aws.greengrass.clientdevices.mqtt.EMQX"
IP_DETECTOR = "aws.greengrass.clientdevices.IPDetector"
CLOUDWATCH = "aws.greengrass.Cloudwatch"

NEIGHBOURS = (TOKEN_EXCHANGE, DEVICE_AUTH, BRIDGE, MOQUETTE, EMQX, IP_DETECTOR, CLOUDWATCH)
"""The components that matter for this one."""


class Kind(Enum):
    """Which nucleus it is."""

    CLASSIC = "classic"
    LITE = "lite"


@dataclass(frozen=True, slots=True)
class NucleusRoot:
    """A root folder.

    Attributes:
        path: Of the folder.
    """

    path: Path

    def deployed(self, component: str) -> Mapping[str, Mapping[str, Any]] | None:
        """What is deployed of the nucleus, the neighbours, and the component of this name.

        Returns:
            By name: `version` and `configuration`. None if this user may not see it, or there is
            no such record; only the classic nucleus has it.
        """
        try:
            return read_transaction_log(
                self.path / _TRANSACTION_LOG, (NUCLEUS, *NEIGHBOURS, component)
            )
        except OSError:
            return None

    def on_disk(self, component: str) -> list[str]:
        """The versions whose artifacts are here, newest last; old ones may be among them.

        The folder can be read by everybody, on both nuclei.
        """
        with suppress(OSError):
            folders = [one.name for one in (self.path / _ARTIFACTS / component).iterdir()]
            return sorted(folders, key=lambda name: [int(one) for one in _NUMBERS.findall(name)])
        return []


def root_of(work_directory: Path) -> NucleusRoot | None:
    """The root folder of a component's work directory, `<root>/work/<component>` on both nuclei."""
    work = work_directory.absolute().parent
    return NucleusRoot(work.parent) if work.name == "work" else None


def kind_of(environment: Mapping[str, str]) -> Kind | None:
    """Which nucleus has made this environment; None if it says nothing of its socket."""
    socket = environment.get(_SOCKET_VARIABLE, "")
    if not socket:
        return None
    return Kind.LITE if socket.endswith(_SOCKET_OF_LITE) else Kind.CLASSIC
