"""The command `up`: core devices that run until they are told to stop."""

import argparse
import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from greengrass_sandbox.account import Account
from greengrass_sandbox.cloud.contract import load
from greengrass_sandbox.command.asking import say
from greengrass_sandbox.control.server import ControlServer
from greengrass_sandbox.core_device import CoreDevice
from greengrass_sandbox.kinds import CLASSIC, LITE

PROFILES = {"classic": CLASSIC, "lite": LITE}


def up(options: argparse.Namespace) -> int:
    """Run a core device, and others in its account, until SIGINT or SIGTERM.

    Raises:
        ValueError: Two of them would have the same name.
    """
    roots = {options.thing_name: options.root}
    for root in options.another:
        if root.resolve().name in roots:
            raise ValueError(f"there are two core devices named {root.resolve().name}")
        roots[root.resolve().name] = root
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, _interrupt) for number in signals}
    try:
        with ExitStack() as running:
            account = running.enter_context(Account(region=options.region))
            if options.contract is not None:
                account.call(account.cloud.follow, load(options.contract))
            account.services.forward(options.forward)
            try:
                _run(options, roots, account, running)
            except KeyboardInterrupt:
                # Impatience must not keep components from being stopped properly: it takes seconds.
                for number in signals:
                    signal.signal(number, signal.SIG_IGN)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for name in roots:
        say(f"{name} is down")
    return 0


def _run(
    options: argparse.Namespace, roots: dict[str, Path], account: Account, running: ExitStack
) -> None:
    profile = PROFILES[options.profile]
    if options.real_pace:
        profile = profile.at_real_pace()
    for name, root in roots.items():
        core = CoreDevice(
            root, profile=profile, thing_name=name, region=options.region, account=account
        )
        running.enter_context(core)
        server = ControlServer(core)
        core.call(server.start)
        running.callback(core.call, server.stop)
        say(f"{name} is up ({options.profile}) in {core.layout.root}")
        if options.deploy:
            recipe, artifacts = options.deploy
            handle = core.deploy(recipe, artifacts)
            say(f"{handle.name} is {handle.state}, its log is {handle.log_path}")
    threading.Event().wait()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
