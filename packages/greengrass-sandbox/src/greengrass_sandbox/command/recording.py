"""The commands `record` and `replay`."""

import argparse
import sys
import time
from pathlib import Path

from greengrass_sandbox.command import bus_session
from greengrass_sandbox.command.asking import say
from greengrass_sandbox.control import client


def record(options: argparse.Namespace) -> int:
    """Write messages into a file as they come, until Ctrl-C or the sandbox's end.

    Raises:
        FileExistsError: A recording is not overwritten.
    """
    count = 0
    path: Path = options.file
    with path.open("x", encoding="utf-8") as file:
        try:
            for message in client.watch(options.root, options.filter):
                if not message:
                    began = time.monotonic()
                    sys.stderr.write(f"recording {options.filter or 'all topics'}\n")
                    sys.stderr.flush()
                    continue
                file.write(bus_session.to_line(message, time.monotonic() - began) + "\n")
                # A recording that is cut off keeps what there was.
                file.flush()
                count += 1
                if count == options.count:
                    break
        except KeyboardInterrupt:
            # How a person ends it.
            pass
        except client.ControlError:
            path.unlink()
            raise
    say(f"recorded {count} messages in {path}")
    return 0


def replay(options: argparse.Namespace) -> int:
    """Publish the messages of a file again, with the pauses that were between them.

    Returns:
        1 if the nucleus refused one of them.

    Raises:
        ValueError: The file has a line that is none, or the speed is below 0.
    """
    if options.speed < 0:
        raise ValueError("the speed must not be below 0")
    with options.file.open(encoding="utf-8") as file:
        messages = bus_session.read_lines(file)
    components = client.ask(options.root, {"command": "status"})["components"]
    running = set() if options.all else {it["name"] for it in components}
    chosen = list(filter(bus_session.is_to_replay(options.filter, running), messages))
    refused = 0
    began = None
    for message, at in zip(chosen, bus_session.due(chosen, options.speed), strict=True):
        request = {"command": "publish", "topic": message.topic, **message.payload}
        if began is None:
            request["within"] = options.wait
            # The first one may wait for its subscriber; the pauses count from there.
            refused += _publish(options.root, request)
            began = time.monotonic()
            continue
        time.sleep(max(0.0, began + at - time.monotonic()))
        refused += _publish(options.root, request)
    left_out = len(messages) - len(chosen)
    say(f"replayed {len(chosen) - refused} messages, left out {left_out}, refused {refused}")
    return 1 if refused else 0


def _publish(root: Path, request: dict[str, object]) -> int:
    try:
        client.ask(root, request)
    except client.RefusedError as error:
        sys.stderr.write(f"{request['topic']}: {error}\n")
        return 1
    return 0
