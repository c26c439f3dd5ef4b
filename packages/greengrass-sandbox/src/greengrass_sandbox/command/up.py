"""The command `up`: core devices that run until they are told to stop."""

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import FrameType

from rich.console import Console

from greengrass_sandbox.account import Account
from greengrass_sandbox.cloud.contract import load
from greengrass_sandbox.command.asking import say
from greengrass_sandbox.command.live import Collector, has_the_terminal, show
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
    cores = []
    for name, root in roots.items():
        core = CoreDevice(
            root, profile=profile, thing_name=name, region=options.region, account=account
        )
        running.enter_context(core)
        server = ControlServer(core)
        core.call(server.start)
        running.callback(core.call, server.stop)
        cores.append(core)
        say(f"{name} is up ({options.profile}) in {core.layout.root}")
    console = Console()
    if has_the_terminal(sys.stdout) and not (options.plain or console.is_dumb_terminal):
        show(cores, partial(_deploy, options, cores, lambda _: None), console)
        return
    if options.messages:
        running.callback(Collector(cores, say).close)
    _deploy(options, cores, say)
    threading.Event().wait()


def _deploy(
    options: argparse.Namespace, cores: Sequence[CoreDevice], say: Callable[[str], None]
) -> None:
    for core in cores if options.deploy else ():
        handle = core.deploy(*options.deploy)
        say(f"{handle.name} is {handle.state}, its log is {handle.log_path}")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
