"""The command line: `greengrass-sandbox`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from greengrass_sandbox.command import asking
from greengrass_sandbox.command.asking import json_object
from greengrass_sandbox.command.new import new
from greengrass_sandbox.command.recording import record, replay
from greengrass_sandbox.command.up import PROFILES, up
from greengrass_sandbox.control.client import ControlError
from greengrass_sandbox.deploying import DeploymentFailedError
from greengrass_sandbox.lifecycle.artifacts import ArtifactMissingError
from greengrass_sandbox.nucleus.errors import NucleusError
from greengrass_sandbox.plumbing.root_lock import RootInUseError
from greengrass_sandbox.recipe import RecipeRefusedError

_DEFAULT_ROOT = Path(".sandbox")
_INTERRUPTED = 130
_EXPECTED_ERRORS = (
    *(ControlError, DeploymentFailedError, ArtifactMissingError, RecipeRefusedError),
    *(RootInUseError, NucleusError, OSError, ValueError, TimeoutError),
)


class _AddCommand(Protocol):
    """Adds a command; returns its parser."""

    def __call__(
        self,
        name: str,
        function: Callable[[argparse.Namespace], int],
        text: str,
        *,
        has_root: bool = True,
    ) -> argparse.ArgumentParser:
        """With the option --root, if it is about a core device."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = command_parser().parse_args(arguments)
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


def command_parser() -> argparse.ArgumentParser:
    """What the command line takes."""
    parser = argparse.ArgumentParser(
        prog="greengrass-sandbox",
        description="A Greengrass core device on this machine, with no cloud and no Java.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str,
        function: Callable[[argparse.Namespace], int],
        text: str,
        *,
        has_root: bool = True,
    ) -> argparse.ArgumentParser:
        added = subparsers.add_parser(name, help=text, description=text)
        if has_root:
            added.add_argument(
                "--root",
                type=Path,
                default=_DEFAULT_ROOT,
                help="the core device's root folder (default: %(default)s)",
            )
        added.set_defaults(function=function)
        return added

    _add_new(command)
    _add_up(command)
    _add_deploy(command)
    _add_bus(command)
    _add_session(command)
    _add_looks(command)
    _add_account(command)
    return parser


def _add_new(command: _AddCommand) -> None:
    made = command("new", new, "make a component: recipe, code and test", has_root=False)
    made.add_argument("name", help="the component's name, such as com.example.DoorCounter")
    made.add_argument("folder", type=Path, nargs="?", help="where (default: named as it is)")


def _add_up(command: _AddCommand) -> None:
    run = command("up", up, "run a core device until SIGINT or SIGTERM")
    run.add_argument("--profile", choices=PROFILES, default="classic", help="which nucleus to be")
    run.add_argument(
        "--real-pace", action="store_true", help="pass messages on no faster than a real lite does"
    )
    run.add_argument(
        "--plain", action="store_true", help="plain lines on a terminal too, and no live view"
    )
    run.add_argument(
        "--messages", action="store_true", help="with plain lines, a line for each message"
    )
    run.add_argument("--thing-name", default="sandbox-core", help="the core device's thing name")
    run.add_argument(
        "--another",
        type=Path,
        action="append",
        default=[],
        metavar="ROOT",
        help="run another core device in the same account, named as its root folder; may be "
        "repeated",
    )
    run.add_argument(
        "--contract",
        type=Path,
        metavar="FILE",
        help="answer as the real service was found to, by what contract_probe has written",
    )
    run.add_argument(
        "--forward",
        metavar="URL",
        help="where requests to services go that the sandbox does not play, such as moto's server",
    )
    run.add_argument("--region", default="eu-central-1", help="AWS region")
    run.add_argument(
        "--deploy",
        nargs=2,
        type=Path,
        metavar=("RECIPE", "ARTIFACTS"),
        help="deploy a component at once",
    )


def _add_deploy(command: _AddCommand) -> None:
    deploy = command("deploy", asking.deploy, "deploy a component, or a new version of it")
    deploy.add_argument("recipe", type=Path, help="the recipe's file")
    deploy.add_argument("artifacts", type=Path, help="the folder with its artifacts")
    deploy.add_argument("--merge", type=json_object, help="configuration to merge, as JSON")
    deploy.add_argument(
        "--from-cloud",
        action="store_true",
        help="as from the cloud: lite starts a component again that is configured",
    )
    deploy.add_argument("--user", help="run it as this user (needs root)")


def _add_bus(command: _AddCommand) -> None:
    publish = command("publish", asking.publish, "publish on local publish/subscribe")
    publish.add_argument(
        "--iot-core", action="store_true", help="publish on AWS IoT Core, as a back end does"
    )
    publish.add_argument("topic")
    publish.add_argument("payload", help="a JSON object, or any other text (sent as binary)")
    publish.add_argument(
        "--wait",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how long to wait until a component listens (default: %(default)g)",
    )
    publish.add_argument("--binary", action="store_true", help="send a JSON object as binary too")

    watch = command("watch", asking.watch, "print the messages that match a filter")
    watch.add_argument("--iot-core", action="store_true", help="watch AWS IoT Core")
    watch.add_argument("filter")
    watch.add_argument("--count", type=int, help="end after so many messages")


def _add_session(command: _AddCommand) -> None:
    recording = command("record", record, "write messages into a file, to replay them later")
    recording.add_argument("file", type=Path, help="a new file: one message a line, as JSON")
    recording.add_argument("--filter", help="only messages that match (default: all)")
    recording.add_argument("--count", type=int, help="end after so many messages")

    replaying = command("replay", replay, "publish the messages of a file again")
    replaying.add_argument("file", type=Path, help="what `record` has written")
    replaying.add_argument(
        "--speed",
        type=float,
        default=1.0,
        metavar="N",
        help="so many times faster; 0 for no pauses (default: %(default)g)",
    )
    replaying.add_argument(
        "--filter",
        action="append",
        default=[],
        help="only messages that match; may be repeated (default: all)",
    )
    replaying.add_argument(
        "--all",
        action="store_true",
        help="those of components that are deployed here too, which say theirs themselves",
    )
    replaying.add_argument(
        "--wait",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="how long to wait until a component listens to the first one (default: %(default)g)",
    )


def _add_looks(command: _AddCommand) -> None:
    fault = command("fault", asking.fault, "let something go wrong, or list what does")
    fault.add_argument(
        "faults",
        nargs="*",
        type=json_object,
        metavar="JSON",
        help='such as {"kind": "ThrottlingException", "times": 2}, {"tokenExchange": "null"} or '
        '{"iotCore": "offline"}',
    )
    fault.add_argument("--remove", type=int, metavar="NUMBER", help="end one fault")
    fault.add_argument("--clear", action="store_true", help="end all of them")

    status = command(
        "status", asking.status, "show components, calls to the cloud and associations"
    )
    status.add_argument("--json", action="store_true", help="as JSON")

    command(
        "credentials",
        asking.credentials,
        "print an administrator's credentials and the endpoint, for a shell to evaluate",
    )


def _add_account(command: _AddCommand) -> None:
    things = command("things", asking.things, "create, delete or list things of the account")
    actions = things.add_subparsers(required=True, metavar="ACTION", dest="action")
    for action, text in (
        ("add", "create things"),
        ("remove", "delete things, and their associations"),
        ("list", "print the things, each with the core devices that it is associated with"),
    ):
        # An action of its own, because only so may options come before names.
        parsed = actions.add_parser(action, help=text, description=text)
        parsed.add_argument("--root", type=Path, default=argparse.SUPPRESS, help="see above")
        parsed.set_defaults(names=[], keep_associations=False)
        if action != "list":
            parsed.add_argument("names", nargs="+", metavar="NAME")
        if action == "remove":
            parsed.add_argument(
                "--keep-associations",
                action="store_true",
                help="let associations outlive their things",
            )

    for name, text in (
        ("associate", "associate client devices, as a person in the console does"),
        ("disassociate", "end associations, as a person in the console does"),
    ):
        by_hand = command(name, asking.associate, text)
        by_hand.add_argument("names", nargs="+", metavar="THING")
        by_hand.add_argument("--core", help="which core device (default: the one of --root)")
        by_hand.set_defaults(command=name)
