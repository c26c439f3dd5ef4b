"""The command line: `python -m greengrass_sandbox`."""

import argparse
import base64
import json
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console

from greengrass_sandbox import control_client
from greengrass_sandbox.control import ControlServer
from greengrass_sandbox.control_client import ControlError
from greengrass_sandbox.core_device import CoreDevice, DeploymentFailedError
from greengrass_sandbox.lifecycle.artifacts import ArtifactMissingError
from greengrass_sandbox.nucleus.errors import NucleusError
from greengrass_sandbox.profile import CLASSIC, LITE, LITE_MESSAGES_PER_SECOND, Profile
from greengrass_sandbox.recipe import RecipeRefusedError
from greengrass_sandbox.root_lock import RootInUseError
from greengrass_sandbox.status import show

_DEFAULT_ROOT = Path(".sandbox")
_PROFILES = {"classic": CLASSIC, "lite": LITE}
_INTERRUPTED = 130
_EXPECTED_ERRORS = (
    *(ControlError, DeploymentFailedError, ArtifactMissingError, RecipeRefusedError),
    *(RootInUseError, NucleusError, OSError, ValueError, TimeoutError),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.function
    try:
        return command(options)
    except BrokenPipeError:
        # The reader of our output has seen enough; there is no output left to report it on.
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    except _EXPECTED_ERRORS as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m greengrass_sandbox",
        description="A Greengrass core device on this machine, with no cloud and no Java.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, function: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument(
            "--root",
            type=Path,
            default=_DEFAULT_ROOT,
            help="the core device's root folder (default: %(default)s)",
        )
        added.set_defaults(function=function)
        return added

    up = command("up", _up, "run a core device until SIGINT or SIGTERM")
    up.add_argument("--profile", choices=_PROFILES, default="classic", help="which nucleus to be")
    up.add_argument(
        "--real-pace", action="store_true", help="pass messages on no faster than a real lite does"
    )
    up.add_argument("--thing-name", default="sandbox-core", help="the core device's thing name")
    up.add_argument("--region", default="eu-central-1", help="AWS region")
    up.add_argument(
        "--deploy",
        nargs=2,
        type=Path,
        metavar=("RECIPE", "ARTIFACTS"),
        help="deploy a component at once",
    )

    deploy = command("deploy", _deploy, "deploy a component, or a new version of it")
    deploy.add_argument("recipe", type=Path, help="the recipe's file")
    deploy.add_argument("artifacts", type=Path, help="the folder with its artifacts")
    deploy.add_argument("--merge", type=_json_object, help="configuration to merge, as JSON")
    deploy.add_argument(
        "--from-cloud",
        action="store_true",
        help="as from the cloud: lite starts a component again that is configured",
    )
    deploy.add_argument("--user", help="run it as this user (needs root)")

    publish = command("publish", _publish, "publish on local publish/subscribe")
    publish.add_argument("topic")
    publish.add_argument("payload", help="a JSON object, or any other text (sent as binary)")
    publish.add_argument("--binary", action="store_true", help="send a JSON object as binary too")

    watch = command("watch", _watch, "print the messages that match a filter")
    watch.add_argument("filter")
    watch.add_argument("--count", type=int, help="end after so many messages")

    fault = command("fault", _fault, "let something go wrong, or list what does")
    fault.add_argument(
        "faults",
        nargs="*",
        type=_json_object,
        metavar="JSON",
        help='such as {"kind": "ThrottlingException", "times": 2} or {"tokenExchange": "null"}',
    )
    fault.add_argument("--remove", type=int, metavar="NUMBER", help="end one fault")
    fault.add_argument("--clear", action="store_true", help="end all of them")

    status = command("status", _status, "show components, calls to the cloud and associations")
    status.add_argument("--json", action="store_true", help="as JSON")

    things = command("things", _things, "add things to the account")
    things.add_argument("action", choices=["add"])
    things.add_argument("names", nargs="+", metavar="NAME")
    return parser


def _json_object(text: str) -> Mapping[str, Any]:
    value = _object_or_none(text)
    if value is None:
        raise argparse.ArgumentTypeError(f"not a JSON object: {text}")
    return value


def _object_or_none(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _up(options: argparse.Namespace) -> int:
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, _interrupt) for number in signals}
    profile = _PROFILES[options.profile]
    if options.real_pace:
        profile = _paced(profile)
    core = CoreDevice(
        options.root,
        profile=profile,
        thing_name=options.thing_name,
        region=options.region,
    )
    try:
        with core:
            server = ControlServer(core)
            core.call(server.start)
            try:
                _say(f"{options.thing_name} is up ({options.profile}) in {core.layout.root}")
                if options.deploy:
                    handle = core.deploy(*options.deploy)
                    _say(f"{handle.name} is {handle.state}, its log is {handle.log_path}")
                threading.Event().wait()
            except KeyboardInterrupt:
                # Impatience must not keep components from being stopped properly: it takes seconds.
                for number in signals:
                    signal.signal(number, signal.SIG_IGN)
            finally:
                core.call(server.stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    _say(f"{options.thing_name} is down")
    return 0


def _paced(profile: Profile) -> Profile:
    """A classic nucleus is faster than this sandbox anyway."""
    if profile.name == "lite":
        return replace(profile, messages_per_second=LITE_MESSAGES_PER_SECOND)
    return profile


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _deploy(options: argparse.Namespace) -> int:
    result = control_client.ask(
        options.root,
        {
            "command": "deploy",
            "recipe": str(options.recipe.resolve()),
            "artifacts": str(options.artifacts.resolve()),
            "merge": options.merge,
            "fromCloud": options.from_cloud,
            "posixUser": options.user,
        },
    )
    for line in result["advice"]:
        _say(f"advice: {line}")
    _say(f"{result['component']} {result['version']} is {result['state']}")
    return 0


def _publish(options: argparse.Namespace) -> int:
    payload = None if options.binary else _object_or_none(options.payload)
    request: dict[str, Any] = {"command": "publish", "topic": options.topic}
    if payload is not None:
        request["json"] = payload
    else:
        request["binary"] = base64.b64encode(options.payload.encode()).decode()
    control_client.ask(options.root, request)
    return 0


def _watch(options: argparse.Namespace) -> int:
    seen = 0
    for message in control_client.watch(options.root, options.filter):
        if not message:
            sys.stderr.write(f"watching {options.filter}\n")
            sys.stderr.flush()
            continue
        _say(f"{message['topic']}\t{_readable(message)}")
        seen += 1
        if seen == options.count:
            break
    return 0


def _readable(message: Mapping[str, Any]) -> str:
    if "json" in message:
        return json.dumps(message["json"])
    binary = base64.b64decode(message["binary"])
    try:
        return binary.decode()
    except UnicodeDecodeError:
        return repr(binary)


def _fault(options: argparse.Namespace) -> int:
    requests: list[dict[str, Any]] = []
    if options.clear:
        requests.append({"command": "fault", "clear": True})
    if options.remove is not None:
        requests.append({"command": "fault", "remove": options.remove})
    requests += [{"command": "fault", "fault": fault} for fault in options.faults]
    for request in requests:
        number = control_client.ask(options.root, request)
        if number is not None:
            _say(f"fault {number}")
    if not requests:
        status = control_client.ask(options.root, {"command": "status"})
        _say(f"tokenExchange\t{status['tokenExchange']}")
        for number, kind in status["faults"].items():
            _say(f"fault {number}\t{kind}")
    return 0


def _status(options: argparse.Namespace) -> int:
    status = control_client.ask(options.root, {"command": "status"})
    if options.json:
        _say(json.dumps(status, indent=2))
    else:
        show(status, Console(file=sys.stdout))
    return 0


def _things(options: argparse.Namespace) -> int:
    count = control_client.ask(options.root, {"command": "things", "names": options.names})
    _say(f"there are {count} things")
    return 0
