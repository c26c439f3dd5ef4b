"""The core devices: nucleus lite at its real pace, and one that is as fast as the machine."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from greengrass_sandbox import (
    CLASSIC,
    LITE,
    CoreDevice,
    Fault,
    FaultKind,
    Profile,
    TokenExchangeMode,
)

API_SECONDS = 0.05
"""How long the cloud takes for a call."""

REAL_PACE = LITE.at_real_pace()
FULL_SPEED = CLASSIC

UP, CLOUD_DOWN, TOKENS_DOWN = "up", "cloud down", "token exchange down"
CONDITIONS = (UP, CLOUD_DOWN, TOKENS_DOWN)


def core_device(
    stack: ExitStack, profile: Profile, things: Sequence[str], condition: str = UP
) -> CoreDevice:
    """A core device in a folder of its own, which lives as long as the stack.

    Args:
        stack: Closes it.
        profile: Its nucleus.
        things: The client devices that the cloud knows.
        condition: What is out of order from the beginning.
    """
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    core = stack.enter_context(CoreDevice(folder, profile=profile))
    core.call(core.cloud.add_things, things)
    core.call(core.cloud.add_fault, Fault(FaultKind.LATENCY, seconds=API_SECONDS))
    if condition == CLOUD_DOWN:
        cloud_down(core)
    elif condition == TOKENS_DOWN:
        core.call(core.token_exchange.set_mode, TokenExchangeMode.DOWN)
    return core


def cloud_down(core: CoreDevice) -> None:
    """From now on nobody reaches the cloud."""
    core.call(core.cloud.add_fault, Fault(FaultKind.OUTAGE))
