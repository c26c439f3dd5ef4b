"""The commands that ask a running sandbox for something."""

import argparse
import base64
import json
import shlex
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from greengrass_sandbox.control import client
from greengrass_sandbox.control.status import show


def json_object(text: str) -> Mapping[str, Any]:
    """Read an argument that is a JSON object.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    value = object_or_none(text)
    if value is None:
        raise argparse.ArgumentTypeError(f"not a JSON object: {text}")
    return value


def object_or_none(text: str) -> dict[str, Any] | None:
    """Read a JSON object; None if it is none."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def deploy(options: argparse.Namespace) -> int:
    """Deploy a component."""
    result = client.ask(
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
        say(f"advice: {line}")
    say(f"{result['component']} {result['version']} is {result['state']}")
    return 0


def publish(options: argparse.Namespace) -> int:
    """Publish a message."""
    payload = None if options.binary else object_or_none(options.payload)
    request: dict[str, Any] = {
        "command": "publish",
        "topic": options.topic,
        "iotCore": options.iot_core,
        "within": options.wait,
    }
    if payload is not None and not options.iot_core:
        request["json"] = payload
    else:
        request["binary"] = base64.b64encode(options.payload.encode()).decode()
    client.ask(options.root, request)
    return 0


def watch(options: argparse.Namespace) -> int:
    """Print messages as they come."""
    seen = 0
    for message in client.watch(options.root, options.filter, iot_core=options.iot_core):
        if not message:
            sys.stderr.write(f"watching {options.filter}\n")
            sys.stderr.flush()
            continue
        say(f"{message['topic']}\t{_readable(message)}")
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


def fault(options: argparse.Namespace) -> int:
    """Set, list or end faults."""
    requests: list[dict[str, Any]] = []
    if options.clear:
        requests.append({"command": "fault", "clear": True})
    if options.remove is not None:
        requests.append({"command": "fault", "remove": options.remove})
    requests += [{"command": "fault", "fault": fault} for fault in options.faults]
    for request in requests:
        number = client.ask(options.root, request)
        if number is not None:
            say(f"fault {number}")
    if not requests:
        status = client.ask(options.root, {"command": "status"})
        say(f"tokenExchange\t{status['tokenExchange']}")
        say(f"iotCore\t{status['iotCore']}")
        for number, kind in status["faults"].items():
            say(f"fault {number}\t{kind}")
    return 0


def status(options: argparse.Namespace) -> int:
    """Print the status."""
    status = client.ask(options.root, {"command": "status"})
    if options.json:
        say(json.dumps(status, indent=2))
    else:
        show(status, Console(file=sys.stdout))
    return 0


def credentials(options: argparse.Namespace) -> int:
    """Print credentials of somebody who may do everything in the account, for a shell."""
    for name, value in client.ask(options.root, {"command": "credentials"}).items():
        say(f"export {name}={shlex.quote(value)}")
    return 0


def things(options: argparse.Namespace) -> int:
    """Create, delete or list things."""
    request = {
        "command": "things",
        "action": options.action,
        "names": options.names,
        "keepAssociations": options.keep_associations,
    }
    found = client.ask(options.root, request)
    if options.action != "list":
        say(f"there are {found} things")
        return 0
    for name, cores in found.items():
        say("\t".join([name, *cores]))
    return 0


def associate(options: argparse.Namespace) -> int:
    """Associate client devices by hand, or end their associations.

    Returns:
        1 if the cloud has an error entry for one of them.
    """
    request = {"command": options.command, "core": options.core, "names": options.names}
    refused = client.ask(options.root, request)
    for entry in refused:
        sys.stderr.write(f"{entry['thingName']}: {entry['code']}: {entry['message']}\n")
    return 1 if refused else 0
